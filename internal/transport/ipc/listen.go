// SPDX-License-Identifier: Apache-2.0

package ipc

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/gozmq/zmq/internal/transport"
)

// listener implements transport.Listener. All fields are immutable after Listen.
type listener struct {
	unix      *net.UnixListener
	filter    filter
	endpoint  string
	file      file
	closeOnce func() error
}

// file is what a listener made in the file system and removes again; the zero
// file is nothing.
type file struct {
	path string      // absolute; "" for none
	info fs.FileInfo // the socket at path, to tell it from a later one
	dir  string      // the directory of a wildcard bind, "" for none
}

// Listen binds to a path, an abstract name or, for every address that begins
// with "*", a socket in a new directory.
func (ipc) Listen(ctx context.Context, address string, cfg *transport.Config) (transport.Listener, error) {
	filter, err := newFilter(cfg)
	if err != nil {
		return nil, err
	}
	if cfg.Listen != nil {
		return listenWith(ctx, address, cfg, filter)
	}
	if cfg.UseFD >= 0 {
		return adopt(cfg, filter)
	}
	path, made := address, file{}
	if strings.HasPrefix(address, "*") {
		if made.dir, path, err = makeWildcard(); err != nil {
			return nil, transport.OSError(err)
		}
	}
	u, err := listen(ctx, path, cfg, &made)
	if err != nil {
		return nil, transport.OSError(errors.Join(err, made.remove()))
	}
	return newListener(u, filter, "ipc://"+path, made), nil
}

// listenWith has the program listen.
func listenWith(ctx context.Context, address string, cfg *transport.Config, filter filter) (transport.Listener, error) {
	return transport.ListenWith(ctx, "unix", address, "ipc://"+address, cfg, func(a net.Addr) string {
		if u, ok := a.(*net.UnixAddr); ok {
			return transport.UnixEndpoint(u)
		}
		return ""
	}, func(nc net.Conn) error {
		if !filter.admits(nc) {
			return syscall.EACCES
		}
		return nil
	})
}

// listen opens the socket and notes in made what has to be removed, also if it
// fails.
func listen(ctx context.Context, path string, cfg *transport.Config, made *file) (*net.UnixListener, error) {
	if err := checkPath(path); err != nil {
		return nil, err
	}
	abstract := isAbstract(path)
	if !abstract {
		if err := makeRoom(ctx, path, cfg.TakePath); err != nil {
			return nil, err
		}
	}
	attempt := transport.NewAttempt(ctx, false)
	lc := net.ListenConfig{Control: attempt.Control(nil)}
	ln, err := lc.Listen(ctx, "unix", socketName(path))
	if err != nil {
		attempt.End(err)
		return nil, explain(err, path)
	}
	u := ln.(*net.UnixListener)
	// The net package would remove whatever has the name when it closes.
	u.SetUnlinkOnClose(false)
	if !abstract {
		err = made.note(socketName(path))
	}
	if err == nil {
		err = transport.SetBacklog(u, cfg.Backlog)
	}
	if err != nil {
		err = errors.Join(err, u.Close())
		attempt.End(err)
		return nil, err
	}
	return u, nil
}

// explain adds the cause to an error of the system that is about the folder.
func explain(err error, path string) error {
	dir := filepath.Dir(path)
	_, missing := os.Stat(dir)
	switch {
	case isAbstract(path):
	case errors.Is(missing, fs.ErrNotExist):
		return fmt.Errorf("%w (the folder %s is not there)", err, dir)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w (this user may not make files in the folder %s)", err, dir)
	}
	return err
}

// adopt takes over the socket of USE_FD. Its file is not ours.
func adopt(cfg *transport.Config, filter filter) (transport.Listener, error) {
	u, err := transport.AdoptListener[*net.UnixListener](cfg.UseFD)
	if err != nil {
		return nil, err
	}
	return newListener(u, filter, transport.UnixEndpoint(u.Addr().(*net.UnixAddr)), file{}), nil
}

func newListener(u *net.UnixListener, filter filter, endpoint string, made file) *listener {
	l := &listener{unix: u, filter: filter, endpoint: endpoint, file: made}
	l.closeOnce = sync.OnceValue(l.close)
	return l
}

// Accept waits for a connection that passes the filters.
func (l *listener) Accept() (net.Conn, error) {
	c, err := l.unix.AcceptUnix()
	if err != nil {
		return nil, err
	}
	if !l.filter.admits(c) {
		return nil, transport.Refuse(c, nil)
	}
	return c, nil
}

// Close removes what Listen made. An error says what could not be removed.
func (l *listener) Close() error { return l.closeOnce() }

func (l *listener) close() error {
	// While the socket is open its inode cannot be used again, so the file has
	// to be compared and removed first.
	removed := l.file.removeSocket()
	closed := l.unix.Close()
	return errors.Join(removed, closed, l.file.removeDir())
}

// SyscallConn gives access to the listening socket.
func (l *listener) SyscallConn() (syscall.RawConn, error) { return l.unix.SyscallConn() }

// Endpoint is the path or name that clients connect to.
func (l *listener) Endpoint() string { return l.endpoint }

// note remembers the socket file at path. There may be none: it was removed
// already, or the sockets of js/wasm have no files.
func (f *file) note(path string) error {
	abs, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	info, err := os.Lstat(abs)
	if err != nil {
		return ignoreMissing(err)
	}
	f.path, f.info = abs, info
	return nil
}

func (f *file) remove() error { return errors.Join(f.removeSocket(), f.removeDir()) }

// removeSocket removes the socket file, unless it is gone or another one has
// its name.
func (f *file) removeSocket() error {
	if f.path == "" {
		return nil
	}
	if now, err := os.Lstat(f.path); err != nil || !os.SameFile(f.info, now) {
		return nil
	}
	return ignoreMissing(os.Remove(f.path))
}

// removeDir removes the directory of a wildcard bind.
func (f *file) removeDir() error {
	if f.dir == "" {
		return nil
	}
	return ignoreMissing(os.Remove(f.dir))
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
