// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"context"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Family is an address family of the system that the net package does not know. Sockets
// of it are what connections of tcp are, with a descriptor that the engine polls.
type Family struct {
	Number int
	Name   func(unix.Sockaddr) net.Addr
	Setup  func(fd int) error // sets options before connect and listen
}

// Dial makes one attempt. Zero is no limit but the system's.
func (f *Family) Dial(ctx context.Context, to unix.Sockaddr, limit time.Duration) (net.Conn, error) {
	if limit > 0 {
		limited, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		ctx = limited
	}
	attempt := NewAttempt(ctx, true)
	c, err := f.dial(ctx, to, attempt)
	attempt.End(err)
	if err != nil {
		return nil, OSError(err)
	}
	return c, nil
}

func (f *Family) dial(ctx context.Context, to unix.Sockaddr, attempt *Attempt) (*familyConn, error) {
	file, err := f.open(attempt)
	if err != nil {
		return nil, err
	}
	c := &familyConn{file: file}
	if c.raw, err = file.SyscallConn(); err == nil {
		err = c.connect(ctx, to)
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	c.remote = f.Name(to)
	_ = c.raw.Control(func(fd uintptr) {
		if own, err := unix.Getsockname(int(fd)); err == nil {
			c.local = f.Name(own)
		}
	})
	return c, nil
}

// open makes a socket with its options.
func (f *Family) open(attempt *Attempt) (*os.File, error) {
	fd, err := unix.Socket(f.Number, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	if attempt != nil {
		attempt.open(fd)
	}
	file := os.NewFile(uintptr(fd), "socket") // polls it
	if f.Setup != nil {
		err = f.Setup(fd)
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}

// Listen binds and listens.
func (f *Family) Listen(ctx context.Context, at unix.Sockaddr, backlog int) (*FamilyListener, error) {
	attempt := NewAttempt(ctx, false)
	l, err := f.listen(at, backlog, attempt)
	attempt.End(err)
	if err != nil {
		return nil, OSError(err)
	}
	return l, nil
}

func (f *Family) listen(at unix.Sockaddr, backlog int, attempt *Attempt) (*FamilyListener, error) {
	file, err := f.open(attempt)
	if err != nil {
		return nil, err
	}
	l := &FamilyListener{family: f, file: file}
	l.close = sync.OnceValue(func() error {
		l.closed.Store(true)
		return file.Close()
	})
	if l.raw, err = file.SyscallConn(); err == nil {
		err = control(l.raw, func(fd int) error { return l.bind(fd, at, backlog) })
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return l, nil
}

// FamilyListener is a Listener but for its Endpoint.
type FamilyListener struct {
	// Immutable.
	family *Family
	file   *os.File
	raw    syscall.RawConn
	bound  unix.Sockaddr
	close  func() error
	closed atomic.Bool
}

func (l *FamilyListener) bind(fd int, at unix.Sockaddr, backlog int) error {
	if backlog < 0 {
		backlog = unix.SOMAXCONN
	}
	if at != nil { // a socket of TIPC has an address without
		if err := unix.Bind(fd, at); err != nil {
			return os.NewSyscallError("bind", err)
		}
	}
	if err := unix.Listen(fd, backlog); err != nil {
		return os.NewSyscallError("listen", err)
	}
	var err error
	l.bound, err = unix.Getsockname(fd)
	return os.NewSyscallError("getsockname", err)
}

// Bound returns the address that the system has given it.
func (l *FamilyListener) Bound() unix.Sockaddr { return l.bound }

// Accept waits for a connection.
func (l *FamilyListener) Accept() (net.Conn, error) {
	var fd int
	var from unix.Sockaddr
	var inner error
	err := l.raw.Read(func(s uintptr) bool {
		for {
			fd, from, inner = unix.Accept4(int(s), unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
			if inner != unix.EINTR && inner != unix.ECONNABORTED {
				return inner != unix.EAGAIN
			}
		}
	})
	if err == nil {
		err = os.NewSyscallError("accept", inner)
	}
	if err != nil {
		return nil, asClosed(err, &l.closed)
	}
	c := &familyConn{file: os.NewFile(uintptr(fd), "socket"), remote: l.family.Name(from)}
	if own, err := unix.Getsockname(fd); err == nil {
		c.local = l.family.Name(own)
	}
	if c.raw, err = c.file.SyscallConn(); err != nil {
		_ = c.file.Close()
		return nil, err
	}
	return c, nil
}

// Close implements Listener.
func (l *FamilyListener) Close() error { return l.close() }

// SyscallConn gives access to the listening socket.
func (l *FamilyListener) SyscallConn() (syscall.RawConn, error) { return l.raw, nil }

// familyConn implements net.Conn.
type familyConn struct {
	file          *os.File
	raw           syscall.RawConn
	local, remote net.Addr
	closed        atomic.Bool
}

// connect waits until the system has connected.
func (c *familyConn) connect(ctx context.Context, to unix.Sockaddr) error {
	pending := false
	err := control(c.raw, func(fd int) error {
		err := unix.Connect(fd, to)
		if pending = err == unix.EINPROGRESS || err == unix.EINTR; pending {
			return nil
		}
		return os.NewSyscallError("connect", err)
	})
	if err != nil || !pending {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = c.file.SetWriteDeadline(time.Unix(1, 0)) })
	var inner error
	err = c.raw.Write(func(fd uintptr) bool {
		code, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ERROR)
		switch {
		case err != nil:
			inner = os.NewSyscallError("getsockopt", err)
		case code != 0:
			inner = os.NewSyscallError("connect", syscall.Errno(code))
		default: // a poller may wake us although nothing has happened
			_, err := unix.Getpeername(int(fd))
			return err == nil
		}
		return true
	})
	if !stop() || ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil {
		err = inner
	}
	return err
}

// Read implements net.Conn.
func (c *familyConn) Read(b []byte) (int, error) {
	n, err := c.file.Read(b)
	return n, asClosed(err, &c.closed)
}

// Write implements net.Conn.
func (c *familyConn) Write(b []byte) (int, error) {
	done := 0
	var inner error
	err := c.raw.Write(func(fd uintptr) bool {
		for done < len(b) {
			n, again, err := TrySend(fd, b[done:]) // without a signal
			done += max(n, 0)
			if again {
				return false
			}
			if inner = err; err != nil {
				break
			}
		}
		return true
	})
	if err == nil {
		err = os.NewSyscallError("send", inner)
	}
	return done, asClosed(err, &c.closed)
}

// Close implements net.Conn.
func (c *familyConn) Close() error {
	if c.closed.Swap(true) {
		return net.ErrClosed
	}
	return c.file.Close()
}

// CloseWrite ends our direction.
func (c *familyConn) CloseWrite() error {
	return control(c.raw, func(fd int) error { return os.NewSyscallError("shutdown", unix.Shutdown(fd, unix.SHUT_WR)) })
}

// LocalAddr implements net.Conn.
func (c *familyConn) LocalAddr() net.Addr { return c.local }

// RemoteAddr implements net.Conn.
func (c *familyConn) RemoteAddr() net.Addr { return c.remote }

// SetDeadline implements net.Conn.
func (c *familyConn) SetDeadline(t time.Time) error { return c.file.SetDeadline(t) }

// SetReadDeadline implements net.Conn.
func (c *familyConn) SetReadDeadline(t time.Time) error { return c.file.SetReadDeadline(t) }

// SetWriteDeadline implements net.Conn.
func (c *familyConn) SetWriteDeadline(t time.Time) error { return c.file.SetWriteDeadline(t) }

// SyscallConn gives access to the socket.
func (c *familyConn) SyscallConn() (syscall.RawConn, error) { return c.raw, nil }

// control calls f with the descriptor.
func control(raw syscall.RawConn, f func(fd int) error) error {
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = f(int(fd)) }); err != nil {
		return err
	}
	return inner
}

// asClosed gives the end of a socket by Close the error that those of the net package have.
func asClosed(err error, closed *atomic.Bool) error {
	if err != nil && closed.Load() {
		return net.ErrClosed
	}
	return err
}
