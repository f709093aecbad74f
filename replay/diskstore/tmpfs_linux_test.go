// SPDX-License-Identifier: Apache-2.0

package diskstore

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/gozmq/zmq/replay"
)

// A disk that is really full, a tmpfs of two megabytes: the store refuses messages, keeps
// what it has confirmed, goes on when there is room, and finds all of it after it was
// opened again.
func TestFullFileSystem(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
		t.Skipf("NOT TESTED: a full file system needs root and mounts: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	filler := filepath.Join(dir, "filler")
	if err := os.WriteFile(filler, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "s")
	s := opened(t, path, Config{})
	fill := func(next uint64) uint64 {
		for range 2000 {
			r := []replay.Record{{Frames: [][]byte{text(next)}}, {Frames: [][]byte{text(next + 1)}}}
			err := s.Append(context.Background(), r)
			if err == nil != r[0].Kept || r[0].Kept != r[1].Kept {
				t.Fatalf("records %+v, %v", r, err)
			}
			if errors.Is(err, syscall.ENOSPC) {
				return next
			}
			if err != nil {
				t.Fatal(err)
			}
			next += 2
		}
		t.Fatal("the file system does not become full")
		return 0
	}
	next := fill(0)
	if next == 0 {
		t.Fatal("nothing was kept")
	}
	verify(t, s, 0, next)
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	more := fill(next)
	if more == next {
		t.Error("nothing was kept when there was room again")
	}
	verify(t, s, 0, more)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if n := verify(t, opened(t, path, Config{ReadOnly: true}), 0, more); n != more {
		t.Errorf("%d messages, not %d", n, more)
	}
}
