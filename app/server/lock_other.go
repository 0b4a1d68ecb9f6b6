//go:build !unix

package server

import "os"

// lock does nothing where there is no flock: nobody keeps a second process from the file.
func lock(*os.File) error { return nil }
