// SPDX-License-Identifier: Apache-2.0

package diskstore

import (
	"context"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/gozmq/zmq/replay"
)

// fullVariable makes TestFullDisk the process whose disk is full. Files of it may have
// a megabyte at first. What it holds is the path of the store.
const fullVariable = "ZMQ_DISKSTORE_FULL"

// A store on a full disk refuses messages, keeps what it has, and goes on when there is
// room.
func TestFullDisk(t *testing.T) {
	if path := os.Getenv(fullVariable); path != "" {
		fillDisk(t, path)
		return
	}
	c := exec.Command(os.Args[0], "-test.run=^TestFullDisk$")
	c.Env = append(os.Environ(), fullVariable+"="+filepath.Join(t.TempDir(), "s"))
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func fillDisk(t *testing.T, path string) {
	signal.Ignore(syscall.SIGXFSZ)
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	room := limit.Cur
	limit.Cur = 1 << 20
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	s := opened(t, path, Config{})
	next := uint64(0)
	refused := 0
	for range 1000 {
		r := []replay.Record{{Frames: [][]byte{text(next)}}, {Frames: [][]byte{text(next + 1)}}}
		err := s.Append(context.Background(), r)
		if err == nil != r[0].Kept || r[0].Kept != r[1].Kept {
			t.Fatalf("records %+v, %v", r, err)
		}
		if err != nil {
			refused++
			continue
		}
		next += 2
	}
	if refused == 0 || next == 0 {
		t.Fatalf("%d messages were kept, and %d groups refused", next, refused)
	}
	verify(t, s, 0, next)
	limit.Cur = room
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	if err := appendNext(s, 10); err != nil {
		t.Fatalf("append when there is room again: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	verify(t, opened(t, path, Config{}), 0, next+10)
}
