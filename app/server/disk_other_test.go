//go:build !linux

package server

import (
	"testing"

	"bainian/app/store/storetest"
)

func limitIsNoDeath() {}

func smallDisk(t *testing.T) disk {
	t.Helper()
	storetest.Skip(t, "a disk to fill up is made on Linux only")
	return disk{}
}
