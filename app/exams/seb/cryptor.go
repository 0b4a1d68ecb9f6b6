package seb

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
)

// RNCryptor's format 3 with a password:
//
//	3 ‖ 1 ‖ salt of the encryption (8) ‖ salt of the HMAC (8) ‖ IV (16) ‖ AES-256-CBC with PKCS #7 ‖ HMAC-SHA-256 (32)
//
// The keys are PBKDF2-HMAC-SHA1 of the password with 10,000 rounds, the HMAC is over all that precedes it. Format 2,
// which the client for Windows writes, differs in how it takes passwords outside ASCII, and in nothing else.
const (
	cryptorSalt   = 8
	cryptorHeader = 2 + 2*cryptorSalt + aes.BlockSize
	cryptorRounds = 10_000
	cryptorKey    = 32

	// SealRandom is how many random bytes a sealed file takes: both salts and the IV.
	SealRandom = 2*cryptorSalt + aes.BlockSize
)

func seal(plain []byte, password string, random [SealRandom]byte) []byte {
	out := append([]byte{3, 1}, random[:]...)
	fill := aes.BlockSize - len(plain)%aes.BlockSize
	padded := append(bytes.Clone(plain), bytes.Repeat([]byte{byte(fill)}, fill)...)
	cipher.NewCBCEncrypter(block(stretched(password, random[:cryptorSalt])), random[2*cryptorSalt:]).CryptBlocks(padded, padded)
	out = append(out, padded...)
	return append(out, tag(stretched(password, random[cryptorSalt:2*cryptorSalt]), out)...)
}

func open(sealed []byte, password string) ([]byte, error) {
	size := len(sealed) - cryptorHeader - sha256.Size
	switch {
	case size < aes.BlockSize || size%aes.BlockSize != 0:
		return nil, errors.New("the encrypted part is cut off")
	case sealed[0] != 2 && sealed[0] != 3 || sealed[1] != 1:
		return nil, errors.New("the encryption is of a kind that is not known")
	}
	encryption, authentication, iv := sealed[2:10], sealed[10:18], sealed[18:cryptorHeader]
	signed, mac := sealed[:len(sealed)-sha256.Size], sealed[len(sealed)-sha256.Size:]
	if !hmac.Equal(tag(stretched(password, authentication), signed), mac) {
		return nil, ErrWrongPassword
	}
	plain := bytes.Clone(signed[cryptorHeader:])
	cipher.NewCBCDecrypter(block(stretched(password, encryption)), iv).CryptBlocks(plain, plain)
	fill := int(plain[len(plain)-1])
	if fill < 1 || fill > aes.BlockSize || !bytes.Equal(plain[len(plain)-fill:], bytes.Repeat([]byte{byte(fill)}, fill)) {
		return nil, errors.New("the encrypted part is broken")
	}
	return plain[:len(plain)-fill], nil
}

func stretched(password string, salt []byte) []byte {
	key, err := pbkdf2.Key(sha1.New, password, salt, cryptorRounds, cryptorKey)
	if err != nil {
		panic(err) // only of lengths that are constants here
	}
	return key
}

func block(key []byte) cipher.Block {
	b, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // only of a length that is a constant here
	}
	return b
}

func tag(key, text []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(text)
	return mac.Sum(nil)
}
