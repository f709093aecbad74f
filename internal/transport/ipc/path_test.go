// SPDX-License-Identifier: Apache-2.0

package ipc

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/gozmq/zmq/internal/zerr"
	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestSchemeIsIPC(t *testing.T) {
	if got := New().Scheme(); got != "ipc" {
		t.Errorf("Scheme = %q", got)
	}
}

func TestPathUpToTheMaximum(t *testing.T) {
	dir := zmqtest.ShortDir(t)
	path := filepath.Join(dir, strings.Repeat("x", maxPath-len(dir)-1))
	if err := New().CheckConnect(path); err != nil {
		t.Fatal(err)
	}
	meet(t, listenOn(t, path))
}

func TestPathOverTheMaximumIsENAMETOOLONG(t *testing.T) {
	for _, path := range []string{
		strings.Repeat("x", maxPath+1),
		"@" + strings.Repeat("x", maxPath), // measured alike
		"/" + strings.Repeat("x", 1<<16),
	} {
		_, dialed := connectTo(t, path)
		for what, err := range map[string]error{
			"CheckConnect": New().CheckConnect(path), "Dial": dialed, "Listen": bindError(t, path),
		} {
			if !errors.Is(err, zerr.ErrNameTooLong) || !errors.Is(err, syscall.ENAMETOOLONG) {
				t.Errorf("%s of %d bytes: %v, want ENAMETOOLONG", what, len(path), err)
			}
		}
	}
}

func TestPathThatIsNoneIsEINVAL(t *testing.T) {
	for _, path := range []string{"@", "", "a\x00b", "\x00a"} {
		_, dialed := connectTo(t, path)
		for what, err := range map[string]error{
			"CheckConnect": New().CheckConnect(path), "Dial": dialed, "Listen": bindError(t, path),
		} {
			if !errors.Is(err, zerr.ErrInvalid) || !errors.Is(err, syscall.EINVAL) {
				t.Errorf("%s of %q: %v, want EINVAL", what, path, err)
			}
		}
	}
}

func TestWildcardDirectoryIsTheFirstThatExists(t *testing.T) {
	dir := zmqtest.ShortDir(t)
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ tmpdir, tempdir, tmp, want string }{
		{dir, "/", "/", dir},
		{"", dir, "/", dir},
		{filepath.Join(dir, "nosuch"), dir, "", dir},
		{file, "", dir, dir},
		{"", "", "", "."},
		{file, file, file, "."},
	} {
		t.Setenv("TMPDIR", c.tmpdir)
		t.Setenv("TEMPDIR", c.tempdir)
		t.Setenv("TMP", c.tmp)
		if got := tempDir(); got != c.want {
			t.Errorf("TMPDIR %q, TEMPDIR %q, TMP %q: %q, want %q", c.tmpdir, c.tempdir, c.tmp, got, c.want)
		}
	}
}

func FuzzCheckConnect(f *testing.F) {
	for _, s := range []string{"/run/x", "x", "@", "@name", "*", "a\x00", strings.Repeat("x", 107), strings.Repeat("x", 108)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		err := New().CheckConnect(path)
		good := path != "" && path != "@" && len(path) <= maxPath && !strings.Contains(path, "\x00")
		if good != (err == nil) {
			t.Fatalf("CheckConnect(%q) = %v", path, err)
		}
		if err != nil && !errors.Is(err, zerr.ErrInvalid) && !errors.Is(err, zerr.ErrNameTooLong) {
			t.Fatalf("CheckConnect(%q) = %v", path, err)
		}
	})
}
