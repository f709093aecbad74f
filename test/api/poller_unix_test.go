// SPDX-License-Identifier: Apache-2.0

//go:build unix

package api_test

import (
	"errors"
	"os"
	"syscall"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// descriptors of a pipe, which the test reads and writes itself.
func newPipe(r *rig.Test) (read, write int) {
	r.Helper()
	var fds [2]int
	r.Check(syscall.Pipe(fds[:]))
	r.Cleanup(func() {
		_ = syscall.Close(fds[0])
		_ = syscall.Close(fds[1])
	})
	return fds[0], fds[1]
}

func TestPollerDescriptorsAreLevelTriggered(t *testing.T) {
	r := rig.New(t)
	read, write := newPipe(r)
	p := newPoller(r)
	r.Check(p.AddFD(read, zmq.PollIn, "read"))
	wantNow(r, p)
	ch := waits(r, p)
	_, err := syscall.Write(write, []byte("ab"))
	r.Check(err)
	wantGot(r, ch, "read in")
	wantNow(r, p, "read in")
	var b [1]byte
	for range 2 {
		_, err = syscall.Read(read, b[:])
		r.Check(err)
	}
	wantNow(r, p)
	r.Check(p.AddFD(write, zmq.PollOut, "write"))
	wantNow(r, p, "write out")
	r.Check(p.ModifyFD(write, 0))
	wantNow(r, p)
	ch = waits(r, p)
	_, err = syscall.Write(write, []byte("c"))
	r.Check(err)
	wantGot(r, ch, "read in")
}

// Sockets and descriptors wake the same Wait, whichever is first.
func TestPollerOfSocketsAndDescriptors(t *testing.T) {
	r := rig.New(t)
	read, write := newPipe(r)
	pull, push := r.Pair(zmq.PULL, zmq.PUSH, rig.AnyPort)
	p := newPoller(r)
	r.Check(p.Add(pull, zmq.PollIn, "pull"))
	r.Check(p.AddFD(read, zmq.PollIn, "read"))
	for range 50 {
		ch := waits(r, p)
		r.Send(push, "x")
		wantGot(r, ch, "pull in")
		r.WantRecv(pull, "x")
		ch = waits(r, p)
		_, err := syscall.Write(write, []byte("y"))
		r.Check(err)
		wantGot(r, ch, "read in")
		var b [1]byte
		_, err = syscall.Read(read, b[:])
		r.Check(err)
	}
}

// A hang-up is reported although the program did not ask for it.
func TestPollerReportsHangUp(t *testing.T) {
	r := rig.New(t)
	f, w, err := os.Pipe()
	r.Check(err)
	defer f.Close()
	p := newPoller(r)
	fd := int(f.Fd())
	r.Check(p.AddFD(fd, 0, "f"))
	ch := waits(r, p)
	r.Check(w.Close())
	wantGot(r, ch, "f err")
}

// Removing a descriptor ends its reports at once, and the last one the goroutine.
func TestPollerRemovesDescriptors(t *testing.T) {
	r := rig.New(t)
	read, write := newPipe(r)
	p := newPoller(r)
	for range 20 {
		r.Check(p.AddFD(read, zmq.PollIn, "read"))
		wantNow(r, p)
		r.Check(p.RemoveFD(read))
	}
	_, err := syscall.Write(write, []byte("x"))
	r.Check(err)
	wantNow(r, p)
	if p.Len() != 0 {
		t.Errorf("Len %d", p.Len())
	}
}

func TestPollerRefusesDescriptors(t *testing.T) {
	r := rig.New(t)
	read, _ := newPipe(r)
	p := newPoller(r)
	r.Check(p.AddFD(read, zmq.PollIn, nil))
	if err := p.AddFD(read, zmq.PollIn, nil); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("twice: %v", err)
	}
	if err := p.AddFD(-1, zmq.PollIn, nil); !errors.Is(err, syscall.EBADF) {
		t.Errorf("-1: %v", err)
	}
}
