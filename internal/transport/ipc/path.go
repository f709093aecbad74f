// SPDX-License-Identifier: Apache-2.0

package ipc

import (
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/gozmq/zmq/internal/zerr"
)

// maxPath is the size of sun_path, less one byte for the final NUL (sys/un.h).
// An abstract name needs none, but libzmq measures both alike.
var maxPath = func() int {
	switch runtime.GOOS {
	case "linux", "android", "windows", "solaris", "illumos":
		return 108 - 1
	}
	return 104 - 1 // BSD, macOS
}()

// checkPath checks what can be said about a path without looking at it.
func checkPath(path string) error {
	switch {
	case path == "", path == "@":
		return zerr.Errorf(zerr.ErrInvalid, "ipc path %q", path)
	case strings.IndexByte(path, 0) >= 0:
		return zerr.Errorf(zerr.ErrInvalid, "ipc path %q has a NUL", path)
	case len(path) > maxPath:
		return zerr.Errorf(zerr.ErrNameTooLong, "ipc path of %d bytes, at most %d", len(path), maxPath)
	}
	return nil
}

// isAbstract reports whether path is a name that is no file.
func isAbstract(path string) bool {
	return strings.HasPrefix(path, "@") && (runtime.GOOS == "linux" || runtime.GOOS == "android")
}

// socketName is path as the net package wants it. That makes an abstract name
// of every "@" on Windows too, where it is the beginning of a file's name.
func socketName(path string) string {
	if runtime.GOOS == "windows" && strings.HasPrefix(path, "@") {
		return `.\` + path
	}
	return path
}

// makeRoom removes the socket that an earlier process has left at path, or with take
// also that of one that still runs. Other kinds of files stay.
func makeRoom(ctx context.Context, path string, take bool) error {
	info, err := os.Lstat(path)
	if err != nil {
		return nil // nothing there, or bind will say what is wrong
	}
	if info.Mode().Type() != fs.ModeSocket {
		return zerr.Errorf(zerr.ErrAddressInUse, "%s is not a socket", path)
	}
	if !take && served(ctx, path) {
		return zerr.Errorf(zerr.ErrAddressInUse, "another socket listens on %s", path)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// served reports whether a process listens on the socket at path. Only a refusal
// says that none does: a full backlog, another kind of socket or missing rights do
// not.
func served(ctx context.Context, path string) bool {
	c, err := new(net.Dialer).DialContext(ctx, "unix", path)
	if err == nil {
		c.Close()
	}
	return !errors.Is(zerr.Portable(err), syscall.ECONNREFUSED) && !errors.Is(err, fs.ErrNotExist)
}

// wildcardName is the file in the directory that a wildcard bind makes, and
// wildcardDir what the directory's name begins with (libzmq, ipc wildcard).
const (
	wildcardName = "socket"
	wildcardDir  = "tmp"
)

// makeWildcard makes a new directory that only this user can enter and returns
// it and the path of a socket in it.
func makeWildcard() (dir, path string, err error) {
	// Absolute, so that the name and the removal outlive a change of directory.
	parent, err := filepath.Abs(tempDir())
	if err != nil {
		return "", "", err
	}
	for range 100 { // of 36^6 names; more collisions are no accident
		dir = filepath.Join(parent, wildcardDir+randomName(6))
		path = filepath.Join(dir, wildcardName)
		if err := checkPath(path); err != nil {
			return "", "", err
		}
		err = os.Mkdir(dir, 0o700)
		if err == nil {
			return dir, path, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	return "", "", err
}

// tempDir is the first directory that the environment names and that exists,
// otherwise the current one.
func tempDir() string {
	for _, name := range []string{"TMPDIR", "TEMPDIR", "TMP"} {
		dir := os.Getenv(name)
		if info, err := os.Stat(dir); dir != "" && err == nil && info.IsDir() {
			return dir
		}
	}
	return "."
}

// randomName has one case only, for file systems that do not tell them apart.
// It need not be unpredictable: Mkdir fails if the name exists.
func randomName(n int) string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[rand.IntN(len(letters))]
	}
	return string(b)
}
