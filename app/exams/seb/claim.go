package seb

import (
	"crypto/subtle"
	"strings"
)

// The headers in which a client shows its keys, each hashed with the URL of the request.
const (
	ConfigHeader = "X-SafeExamBrowser-ConfigKeyHash"
	ExamHeader   = "X-SafeExamBrowser-RequestHash"
)

// Hash is what a client shows of a key for a URL: SHA-256(URL without its fragment ‖ key), in hex. The URL is absolute
// and as the client asked for it: scheme, host, port, path and query; the key is in hex.
func Hash(url, key string) string {
	url, _, _ = strings.Cut(url, "#")
	return keyOf(url + key)
}

// ValidKey reports whether a text is a Config Key or Browser Exam Key: 64 hexadecimal digits in lower case.
func ValidKey(key string) bool {
	return len(key) == 64 && strings.Trim(key, "0123456789abcdef") == ""
}

// Keys are those that a client may have. Where there are Config Keys it must show one of them, and where there are
// Browser Exam Keys one of those as well.
type Keys struct {
	Config []string
	Exam   []string
}

// Claim is what a client shows for a URL; a hash is "" where it shows none.
type Claim struct {
	URL          string
	Config, Exam string
}

// Verdict is what a claim is worth.
type Verdict string

const (
	Matched Verdict = "matched" // it runs a configuration, and is a build, that may be used
	Missing Verdict = "missing" // it shows nothing: another browser, as a rule
	Wrong   Verdict = "wrong"   // it shows other keys: Safe Exam Browser with another configuration, or another build
)

// Judge compares a claim with the keys, in a time that does not tell how much of a hash was right. Without any key
// nothing matches.
func (k Keys) Judge(c Claim) Verdict {
	if c.Config == "" && c.Exam == "" {
		return Missing
	}
	if len(k.Config) == 0 && len(k.Exam) == 0 {
		return Wrong
	}
	config, exam := shows(c.URL, c.Config, k.Config), shows(c.URL, c.Exam, k.Exam)
	if config&exam == 1 {
		return Matched
	}
	return Wrong
}

// shows is 1 if the hash is that of one of the keys, or if there are none.
func shows(url, hash string, keys []string) int {
	if len(keys) == 0 {
		return 1
	}
	found, hash := 0, strings.ToLower(hash)
	for _, key := range keys {
		found |= subtle.ConstantTimeCompare([]byte(Hash(url, key)), []byte(hash))
	}
	return found
}
