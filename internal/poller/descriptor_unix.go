// SPDX-License-Identifier: Apache-2.0

//go:build unix

package poller

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// descriptors waits for descriptors of the system with poll(2), which, unlike epoll and
// kqueue, accepts every kind of them. A descriptor is armed when a look has found it
// idle. When it is ready, it is posted and disarmed.
type descriptors struct {
	// Guarded by Poller.mu.
	read, write *os.File      // wakes the loop; nil while it does not run
	done        chan struct{} // closed by the loop when it ends

	kicked atomic.Bool // a byte is in the pipe

	mu    sync.Mutex // a leaf
	armed map[int]armed
	quit  bool
}

// armed is a descriptor that the loop waits for.
type armed struct {
	e    *entry
	bits int16
}

func checkFD(fd int) error {
	if fd < 0 {
		return fmt.Errorf("zmq: descriptor %d: %w", fd, unix.EBADF)
	}
	return nil
}

// start starts the loop, unless it is running. Poller.mu is held.
func (d *descriptors) start(p *Poller) error {
	if d.read != nil {
		return nil
	}
	r, w, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("zmq: poll descriptors: %w", err)
	}
	fd, err := rawFD(r)
	if err != nil {
		r.Close()
		w.Close()
		return fmt.Errorf("zmq: poll descriptors: %w", err)
	}
	d.read, d.write, d.done = r, w, make(chan struct{})
	d.mu.Lock()
	d.armed, d.quit = make(map[int]armed), false
	d.mu.Unlock()
	d.kicked.Store(false)
	go d.loop(p, fd, d.done)
	return nil
}

// rawFD returns the number of a file without taking it out of non-blocking mode.
func rawFD(f *os.File) (fd int, err error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return 0, err
	}
	err = raw.Control(func(n uintptr) { fd = int(n) })
	return fd, err
}

// stop ends the loop. Poller.mu is held, which the loop never locks.
func (d *descriptors) stop() {
	if d.read == nil {
		return
	}
	d.mu.Lock()
	d.quit = true
	d.mu.Unlock()
	d.kick()
	<-d.done
	d.read.Close()
	d.write.Close()
	d.read, d.write = nil, nil
}

// kick makes the loop look at what is armed. Poller.mu is held.
func (d *descriptors) kick() {
	if !d.kicked.Swap(true) {
		_, _ = d.write.Write([]byte{0}) // never blocks: at most one byte is in the pipe
	}
}

// disarm prevents an entry from being posted. Poller.mu is held.
func (d *descriptors) disarm(e *entry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.armed[e.fd].e == e {
		delete(d.armed, e.fd)
	}
}

// ask looks at one descriptor, and arms it if it is not ready. Poller.mu is held.
func (d *descriptors) ask(e *entry) (Events, error) {
	fds := []unix.PollFd{{Fd: int32(e.fd), Events: toSystem(e.want)}}
	for {
		_, err := unix.Poll(fds, 0)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("zmq: poll descriptor %d: %w", e.fd, err)
		}
		break
	}
	if got := fromSystem(fds[0].Revents) & (e.want | Err); got != 0 {
		return got, nil
	}
	d.mu.Lock()
	d.armed[e.fd] = armed{e, fds[0].Events}
	d.mu.Unlock()
	d.kick()
	return 0, nil
}

// loop posts armed descriptors that become ready. wake is the pipe's reading end.
func (d *descriptors) loop(p *Poller, wake int, done chan struct{}) {
	defer close(done)
	var fds []unix.PollFd
	var entries []*entry
	for {
		fds, entries = fds[:0], entries[:0]
		fds = append(fds, unix.PollFd{Fd: int32(wake), Events: unix.POLLIN})
		d.mu.Lock()
		if d.quit {
			d.mu.Unlock()
			return
		}
		for fd, a := range d.armed {
			fds = append(fds, unix.PollFd{Fd: int32(fd), Events: a.bits})
			entries = append(entries, a.e)
		}
		d.mu.Unlock()
		if _, err := unix.Poll(fds, -1); err != nil { // EINTR, or no memory now
			continue
		}
		if fds[0].Revents != 0 {
			var b [1]byte
			_, _ = unix.Read(wake, b[:])
			d.kicked.Store(false) // what was armed before is seen now, without another byte
		}
		for i, e := range entries {
			if fds[i+1].Revents != 0 && d.fired(e) {
				p.post(e)
			}
		}
	}
}

// fired disarms an entry and reports whether it was armed.
func (d *descriptors) fired(e *entry) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.armed[e.fd].e != e {
		return false
	}
	delete(d.armed, e.fd)
	return true
}

func toSystem(want Events) (bits int16) {
	if want&In != 0 {
		bits |= unix.POLLIN
	}
	if want&Out != 0 {
		bits |= unix.POLLOUT
	}
	if want&Pri != 0 {
		bits |= unix.POLLPRI
	}
	return bits
}

// fromSystem reports errors and hang-ups as Err, as libzmq does.
func fromSystem(bits int16) (got Events) {
	if bits&unix.POLLIN != 0 {
		got |= In
	}
	if bits&unix.POLLOUT != 0 {
		got |= Out
	}
	if bits&unix.POLLPRI != 0 {
		got |= Pri
	}
	if bits&(unix.POLLERR|unix.POLLHUP|unix.POLLNVAL) != 0 {
		got |= Err
	}
	return got
}
