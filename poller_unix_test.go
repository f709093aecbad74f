// SPDX-License-Identifier: Apache-2.0

//go:build unix

package zmq_test

import (
	"errors"
	"os"
	"syscall"
	"testing"

	zmq "github.com/gozmq/zmq"
)

// descriptors of a pipe, which the test reads and writes itself.
func (r *rig) pipe() (read, write int) {
	r.Helper()
	var fds [2]int
	r.check(syscall.Pipe(fds[:]))
	r.Cleanup(func() {
		_ = syscall.Close(fds[0])
		_ = syscall.Close(fds[1])
	})
	return fds[0], fds[1]
}

func TestPollerDescriptorsAreLevelTriggered(t *testing.T) {
	r := newRig(t)
	read, write := r.pipe()
	p := r.poller()
	r.check(p.AddFD(read, zmq.PollIn, "read"))
	r.now(p)
	ch := r.waits(p)
	_, err := syscall.Write(write, []byte("ab"))
	r.check(err)
	r.gets(ch, "read in")
	r.now(p, "read in")
	var b [1]byte
	for range 2 {
		_, err = syscall.Read(read, b[:])
		r.check(err)
	}
	r.now(p)
	r.check(p.AddFD(write, zmq.PollOut, "write"))
	r.now(p, "write out")
	r.check(p.ModifyFD(write, 0))
	r.now(p)
	ch = r.waits(p)
	_, err = syscall.Write(write, []byte("c"))
	r.check(err)
	r.gets(ch, "read in")
}

// Sockets and descriptors wake the same Wait, whichever is first.
func TestPollerOfSocketsAndDescriptors(t *testing.T) {
	r := newRig(t)
	read, write := r.pipe()
	pull, push := r.pair(zmq.PULL, zmq.PUSH, "tcp://127.0.0.1:*")
	p := r.poller()
	r.check(p.Add(pull, zmq.PollIn, "pull"))
	r.check(p.AddFD(read, zmq.PollIn, "read"))
	for range 50 {
		ch := r.waits(p)
		r.send(push, "x")
		r.gets(ch, "pull in")
		r.want(pull, "x")
		ch = r.waits(p)
		_, err := syscall.Write(write, []byte("y"))
		r.check(err)
		r.gets(ch, "read in")
		var b [1]byte
		_, err = syscall.Read(read, b[:])
		r.check(err)
	}
}

// A hang-up is reported although nobody asked for it.
func TestPollerReportsHangUp(t *testing.T) {
	r := newRig(t)
	f, w, err := os.Pipe()
	r.check(err)
	defer f.Close()
	p := r.poller()
	fd := int(f.Fd())
	r.check(p.AddFD(fd, 0, "f"))
	ch := r.waits(p)
	r.check(w.Close())
	r.gets(ch, "f err")
}

// Removing a descriptor ends its reports at once, and the last one the goroutine.
func TestPollerRemovesDescriptors(t *testing.T) {
	r := newRig(t)
	read, write := r.pipe()
	p := r.poller()
	for range 20 {
		r.check(p.AddFD(read, zmq.PollIn, "read"))
		r.now(p)
		r.check(p.RemoveFD(read))
	}
	_, err := syscall.Write(write, []byte("x"))
	r.check(err)
	r.now(p)
	if p.Len() != 0 {
		t.Errorf("Len %d", p.Len())
	}
}

func TestPollerRefusesDescriptors(t *testing.T) {
	r := newRig(t)
	read, _ := r.pipe()
	p := r.poller()
	r.check(p.AddFD(read, zmq.PollIn, nil))
	if err := p.AddFD(read, zmq.PollIn, nil); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("twice: %v", err)
	}
	if err := p.AddFD(-1, zmq.PollIn, nil); !errors.Is(err, syscall.EBADF) {
		t.Errorf("-1: %v", err)
	}
}
