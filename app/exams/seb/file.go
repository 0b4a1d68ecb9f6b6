package seb

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
)

// What is read at most: bytes of a file, and bytes of each layer once it is unpacked. Files of the clients have 10 KB
// to a few MB, the larger ones with resources inside.
const (
	MaxFile  = 16 << 20
	maxPlain = 16 << 20
)

// What Read says of a file that may be right and cannot be read as it is.
var (
	ErrPassword      = errors.New("the file is encrypted with a password")
	ErrWrongPassword = errors.New("the password is wrong, or the file was changed")
	ErrCertificate   = errors.New("the file is encrypted for a certificate, whose key only its clients have")
	ErrTooLarge      = errors.New("the file, or what it unpacks to, is larger than 16 MiB")
)

// Read is the configuration in a .seb file or a bare property list. password is "" for none given.
func Read(data []byte, password string) (Dict, error) {
	if len(data) > MaxFile {
		return nil, ErrTooLarge
	}
	data, err := unpacked(data)
	if err != nil {
		return nil, err
	}
	if len(data) >= 4 {
		switch prefix, body := string(data[:4]), data[4:]; prefix {
		case "plnd":
			return inner(body)
		case "pswd", "pwcc":
			return locked(prefix, body, password)
		case "pkhs", "phsk":
			return nil, ErrCertificate
		}
	}
	if !looksLikeXML(data) && !bytes.HasPrefix(data, []byte(binaryMagic)) {
		return nil, errors.New("this is neither a .seb file nor a property list")
	}
	return parsePlist(data)
}

func locked(prefix string, body []byte, password string) (Dict, error) {
	if prefix == "pwcc" {
		// The settings of a client are encrypted with the hash of the password, or with "" for no password.
		plain, err := open(body, "")
		if errors.Is(err, ErrWrongPassword) {
			if password == "" {
				return nil, ErrPassword
			}
			plain, err = open(body, keyOf(password))
		}
		if err != nil {
			return nil, err
		}
		return inner(plain)
	}
	if password == "" {
		return nil, ErrPassword
	}
	plain, err := open(body, password)
	if err != nil {
		return nil, err
	}
	return inner(plain)
}

// inner is the property list inside a file, which is packed once more as a rule.
func inner(body []byte) (Dict, error) {
	plain, err := unpacked(body)
	if err != nil {
		return nil, err
	}
	return parsePlist(plain)
}

// unpacked takes one layer of gzip away, if there is one.
func unpacked(data []byte) ([]byte, error) {
	if !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		return data, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	r.Multistream(false) // whatever follows is no part of it
	plain, err := io.ReadAll(io.LimitReader(r, maxPlain+1))
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	if len(plain) > maxPlain {
		return nil, ErrTooLarge
	}
	return plain, nil
}

// packed adds one layer of gzip. Nothing in it tells when it was made.
func packed(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(data) // into memory: never fails
	_ = w.Close()
	return b.Bytes()
}

// Plain is the .seb file of a configuration, unencrypted.
func Plain(root Dict) []byte {
	return packed(append([]byte("plnd"), packed(writeXML(root))...))
}

// Sealed is the .seb file of a configuration, encrypted with a password. random is fresh for every file.
func Sealed(root Dict, password string, random [SealRandom]byte) []byte {
	return packed(append([]byte("pswd"), seal(packed(writeXML(root)), password, random)...))
}
