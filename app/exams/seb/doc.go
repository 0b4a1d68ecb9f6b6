// Package seb speaks the formats of Safe Exam Browser: it reads .seb files, derives their Config Key, checks what a
// client shows of its keys, and writes the configuration that a candidate opens. It is pure: no store, no clock, no
// randomness of its own.
//
// A .seb file is gzip(prefix ‖ body). The prefix of four letters says what the body is: "plnd" plain, "pswd" and "pwcc"
// encrypted with a password (RNCryptor), "pkhs" and "phsk" encrypted for a certificate. What is inside is a property
// list, XML as a rule, packed once more. Every layer of packing may be missing, and a bare property list is a
// configuration as well.
//
// The Config Key is the SHA-256, in hex, of the configuration as "SEB-JSON" (json.go). A client proves that it runs a
// configuration by SHA-256(URL ‖ Config Key) with every request, or in its JavaScript API where the engine cannot set
// headers; the Browser Exam Key, which depends on the client's own build, is shown likewise (claim.go). Neither
// proves that the client was not tampered with: they raise the cost of sitting outside, and no more.
//
// Sources: the developer pages of safeexambrowser.org (Config Key, file format), and how the clients for Windows and
// macOS behave where those pages leave something open.
package seb
