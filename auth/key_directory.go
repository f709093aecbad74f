// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gozmq/zmq"
)

// KeyDirectory judges CURVE peers by a directory of certificate files (see
// Certificate). It accepts a peer if one of them holds the peer's public key. The user
// id is that key. The certificate's metadata become properties, except for names that
// User does not allow.
//
// Directories, and files whose names begin with a dot or end in "_secret", are ignored.
// A file named *.key must be a certificate. Any other file counts if it is one.
//
// The directory is checked whenever a peer connects, and what has changed is read
// again. A file that was added, renamed or removed counts at once, and so does any
// change of the file that holds the peer's key. If a file that existed before gets a
// new key, that may take a second. A file that cannot be read accepts no peer, and is
// reported to the handler's log once. Without the directory every peer is refused.
//
// A peer is looked up when it has proved that it holds the secret key. How long that
// takes can therefore tell a stranger nothing about the keys of others.
type KeyDirectory struct {
	path string
	scan chan struct{} // holds a token while the directory is read

	keys   atomic.Pointer[keyTable]
	report notice
}

// keyTable is the directory as it was read. It is immutable.
type keyTable struct {
	stamp   stamp // of the directory
	checked time.Time
	files   map[string]keyFile // by path
	keys    map[zmq.PublicKey]string
}

type keyFile struct {
	stamp stamp
	key   zmq.PublicKey // zero: no certificate
	user  User
	err   error // of a file that ought to be a certificate
}

// missPause is the shortest time between two readings of the directory for unknown
// keys. A stranger can cause such readings, so the server must be able to bear them.
const missPause = time.Second

// OpenKeyDirectory reads a directory of certificates. Unlike later readings this
// one fails if a certificate cannot be read.
func OpenKeyDirectory(path string) (*KeyDirectory, error) {
	d := &KeyDirectory{path: path, scan: make(chan struct{}, 1)}
	if err := d.Reload(); err != nil {
		return nil, err
	}
	return d, nil
}

// Reload reads the directory and all files again, whether or not they have changed.
// What can be read is used from now on, and the error reports what cannot.
func (d *KeyDirectory) Reload() error {
	d.scan <- struct{}{}
	defer func() { <-d.scan }()
	t, err := readKeyTable(d.path, nil)
	d.keys.Store(t)
	return err
}

// CheckKey implements Keys.
func (d *KeyDirectory) CheckKey(ctx context.Context, r Request) (User, error) {
	if ctx == nil {
		return User{}, errNilContext
	}
	t := d.keys.Load()
	if t == nil || !t.stamp.holds(d.path) {
		var err error
		if t, err = d.refresh(ctx, t); err != nil {
			return User{}, err
		}
	}
	if u, ok, current := t.find(r.Key); ok && current {
		return u, nil
	} else if !ok && time.Since(t.checked) < missPause {
		return User{}, errUnknownKey
	}
	t, err := d.refresh(ctx, t)
	if err != nil {
		return User{}, err
	}
	if u, ok, _ := t.find(r.Key); ok {
		return u, nil
	}
	return User{}, errUnknownKey
}

// find also reports whether the file that holds the key is unchanged since it was read.
func (t *keyTable) find(key zmq.PublicKey) (u User, ok, current bool) {
	path, ok := t.keys[key]
	if !ok {
		return User{}, false, false
	}
	f := t.files[path]
	return f.user, true, f.stamp.holds(path)
}

// refresh reads what has changed since a table was made, unless another goroutine has
// done so in the meantime.
func (d *KeyDirectory) refresh(ctx context.Context, old *keyTable) (*keyTable, error) {
	select {
	case d.scan <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-d.scan }()
	if now := d.keys.Load(); now != nil && now != old {
		return now, nil
	}
	t, err := readKeyTable(d.path, old)
	d.keys.Store(t)
	if t == nil {
		return nil, err
	}
	d.report.note(err)
	return t, nil
}

func (d *KeyDirectory) reports() *notice { return &d.report }

// readKeyTable reads a directory. It reads only those files that have changed since the
// old table was made. It returns no table if there is no directory, and the error of
// every file that is wrong.
func readKeyTable(path string, old *keyTable) (*keyTable, error) {
	t := &keyTable{checked: time.Now(), files: map[string]keyFile{}, keys: map[zmq.PublicKey]string{}}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("auth: key directory: %w", err)
	}
	t.stamp = stampOf(info)
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("auth: key directory: %w", err)
	}
	var errs []error
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") || strings.HasSuffix(e.Name(), secretEnd) {
			continue
		}
		name := filepath.Join(path, e.Name())
		info, err := os.Stat(name)
		if err != nil || !info.Mode().IsRegular() {
			continue // gone, or none of ours
		}
		var f keyFile
		if old != nil && old.files[name].stamp.same(info) {
			f = old.files[name]
		} else if f = readKeyFile(name, info); f.err != nil {
			errs = append(errs, f.err)
		}
		t.files[name] = f
		if _, twice := t.keys[f.key]; !f.key.IsZero() && !twice {
			t.keys[f.key] = name
		}
	}
	return t, errors.Join(errs...)
}

func readKeyFile(path string, info fs.FileInfo) keyFile {
	f := keyFile{stamp: stampOf(info)}
	c, err := ReadCertificate(path)
	switch {
	case err == nil:
		f.key = c.Keys.Public
	case strings.HasSuffix(path, publicEnd):
		f.err = err
	}
	for name, value := range c.Metadata {
		if checkProperty(name) != nil {
			continue
		}
		if f.user.Properties == nil {
			f.user.Properties = map[string]string{}
		}
		f.user.Properties[name] = value
	}
	return f
}
