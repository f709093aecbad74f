// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
)

// PasswordFile judges PLAIN peers by a file that has a line for each user:
//
//	# name:hash[:property=value]...
//	alice:$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2E$...:X-Role=operator
//	bob:$2y$10$...
//
// A name has no colon and does not begin with "#". A hash is one of argon2id or bcrypt.
// PasswordLine makes a line, and so do "zmq password" and, with bcrypt, "htpasswd -nB".
// Properties become those of User. Empty lines and lines that begin with "#" are
// ignored.
//
// The file is checked whenever a peer connects, and read again if it has changed. A
// line that cannot be read accepts no peer, and is reported to the handler's log once.
// Without the file every peer is refused. To change the file while peers connect, write
// a new one and rename it.
type PasswordFile struct {
	path  string
	slots chan struct{} // a token for each hash being computed: they are what costs
	seed  maphash.Seed  // for standIn, unknown to peers

	table  atomic.Pointer[passwordTable]
	report notice
}

// passwordTable is the file as it was read. It is immutable.
type passwordTable struct {
	stamp stamp
	users map[string]passwordEntry
	// hashes are those of all users. One of them stands in for the hash of an unknown
	// user.
	hashes []passwordHash
}

// standIn returns the hash to compute for a user that does not exist, or nil if there
// are no users. The time that an answer takes must not reveal which users exist. Hashes
// may have different costs, so a given name always gets the same one, as if it had a
// line in the file.
func (t *passwordTable) standIn(name string, seed maphash.Seed) passwordHash {
	if len(t.hashes) == 0 {
		return nil
	}
	return t.hashes[maphash.String(seed, name)%uint64(len(t.hashes))]
}

type passwordEntry struct {
	line string // as it is in the file
	hash passwordHash
	user User
}

// OpenPasswordFile reads a password file. It fails if a line cannot be read, unlike
// later readings. The error names each such line, without its hash.
func OpenPasswordFile(path string) (*PasswordFile, error) {
	f := &PasswordFile{path: path, slots: make(chan struct{}, runtime.GOMAXPROCS(0)), seed: maphash.MakeSeed()}
	if err := f.Reload(); err != nil {
		return nil, err
	}
	return f, nil
}

// Reload reads the file again, whether or not it has changed. What can be read is used
// from now on, and the error reports what cannot.
func (f *PasswordFile) Reload() error {
	t, err := readPasswordTable(f.path)
	f.table.Store(t)
	return err
}

// CheckPassword implements Passwords. As many hashes are computed at a time as there
// are processors.
func (f *PasswordFile) CheckPassword(ctx context.Context, r Request, password string) (User, error) {
	if ctx == nil {
		return User{}, errNilContext
	}
	t, err := f.current()
	if err != nil {
		return User{}, err
	}
	entry, known := t.users[r.User]
	if !known {
		entry.hash = t.standIn(r.User, f.seed)
	}
	if entry.hash == nil {
		return User{}, wrongPassword(known)
	}
	select {
	case f.slots <- struct{}{}:
	case <-ctx.Done():
		return User{}, ctx.Err()
	}
	matches := entry.hash.matches(password)
	<-f.slots
	if !matches || !known {
		return User{}, wrongPassword(known)
	}
	return entry.user, nil
}

// current returns the table of the file as it is now.
func (f *PasswordFile) current() (*passwordTable, error) {
	t := f.table.Load()
	if t != nil && t.stamp.holds(f.path) {
		return t, nil
	}
	t, err := readPasswordTable(f.path)
	f.table.Store(t)
	if t == nil {
		return nil, err
	}
	f.report.note(err)
	return t, nil
}

func (f *PasswordFile) reports() *notice { return &f.report }

// readPasswordTable returns no table if there is no file, and the error of every
// line that is wrong.
func readPasswordTable(path string) (*passwordTable, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("auth: password file: %w", err)
	}
	defer file.Close()
	s, err := newStamp(file)
	if err != nil {
		return nil, fmt.Errorf("auth: password file: %w", err)
	}
	text, err := io.ReadAll(file)
	if err != nil {
		return nil, fmt.Errorf("auth: password file: %w", err)
	}
	t := &passwordTable{stamp: s, users: map[string]passwordEntry{}}
	var errs []error
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		if err := t.add(strings.TrimRight(line, "\r\n")); err != nil {
			errs = append(errs, fmt.Errorf("auth: password file %s: line %d: %w", path, n, err))
		}
	}
	return t, errors.Join(errs...)
}

// add reads a line. Errors quote only the name.
func (t *passwordTable) add(line string) error {
	if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
		return nil
	}
	name, rest, ok := strings.Cut(line, ":")
	if !ok || name == "" || len(name) > maxField {
		return fmt.Errorf("it is not a name of 1 to %d bytes, a colon and a hash", maxField)
	}
	parts := strings.Split(rest, ":")
	hash, err := parseHash(parts[0])
	if err != nil {
		return fmt.Errorf("user %q: %w", name, err)
	}
	e := passwordEntry{line: line, hash: hash}
	for _, p := range parts[1:] {
		key, value, ok := strings.Cut(p, "=")
		if !ok {
			return fmt.Errorf("user %q: behind the hash belong property=value and colons", name)
		}
		if e.user.Properties == nil {
			e.user.Properties = map[string]string{}
		}
		e.user.Properties[key] = value
	}
	if err := e.user.check(); err != nil {
		return fmt.Errorf("user %q: %w", name, err)
	}
	if _, twice := t.users[name]; twice {
		return fmt.Errorf("user %q has a line already, which counts", name)
	}
	t.users[name] = e
	t.hashes = append(t.hashes, hash)
	return nil
}

// PasswordLine makes a line of a password file, without a line end. It fails if
// the name or a property cannot be written in such a file.
func PasswordLine(user, password string, properties map[string]string) (string, error) {
	switch {
	case user == "" || len(user) > maxField:
		return "", fmt.Errorf("auth: a user's name has 1 to %d bytes, not %d", maxField, len(user))
	case strings.ContainsAny(user, ":\r\n") || user[0] == '#':
		return "", fmt.Errorf("auth: a user's name cannot have a colon or a line end, or begin with #: %q", user)
	}
	if err := (User{Properties: properties}).check(); err != nil {
		return "", fmt.Errorf("auth: %w", err)
	}
	hash, err := HashPassword(password)
	if err != nil {
		return "", err
	}
	line := user + ":" + hash
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if strings.ContainsAny(properties[name], ":\r\n") {
			return "", fmt.Errorf("auth: the value of %s cannot have a colon or a line end in a password file", name)
		}
		line += ":" + name + "=" + properties[name]
	}
	return line, nil
}
