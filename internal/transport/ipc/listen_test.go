// SPDX-License-Identifier: Apache-2.0

package ipc

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// stale leaves a socket file at path, as a process that was killed does.
func stale(t *testing.T, path string) {
	t.Helper()
	ln, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	ln.(*net.UnixListener).SetUnlinkOnClose(false)
	ln.Close()
	if _, err := os.Lstat(path); err != nil {
		t.Fatal(err)
	}
}

func TestBindAbsolutePath(t *testing.T) {
	path := socketPath(t)
	ln := listenOn(t, path)
	if got := ln.Endpoint(); got != "ipc://"+path {
		t.Errorf("Endpoint = %q", got)
	}
	client, server := meet(t, ln)
	if _, err := client.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := server.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
}

func TestBindRelativePathIsOfTheWorkingDirectory(t *testing.T) {
	dir := zmqtest.ShortDir(t)
	t.Chdir(dir)
	ln := listenOn(t, "relative.sock")
	if got := ln.Endpoint(); got != "ipc://relative.sock" {
		t.Errorf("Endpoint = %q", got)
	}
	meet(t, ln)
	if _, err := os.Lstat(filepath.Join(dir, "relative.sock")); err != nil {
		t.Error(err)
	}
	t.Chdir(string(filepath.Separator))
	if err := ln.Close(); err != nil {
		t.Error(err)
	}
	wantGone(t, filepath.Join(dir, "relative.sock"))
}

func TestBindRemovesAStaleSocket(t *testing.T) {
	path := socketPath(t)
	stale(t, path)
	meet(t, listenOn(t, path))
}

func TestBindLeavesThePathOfALivingListener(t *testing.T) {
	path := socketPath(t)
	first := listenOn(t, path)
	accepted := make(chan error, 1)
	go func() {
		c, err := first.Accept() // which notices the other listener's probe
		if err == nil {
			c.Close()
		}
		accepted <- err
	}()
	err := bindError(t, path)
	if !errors.Is(err, zerr.ErrAddressInUse) || !strings.Contains(err.Error(), path) {
		t.Errorf("%v, want ErrAddressInUse and the path", err)
	}
	if err := <-accepted; err != nil {
		t.Error(err)
	}
	meet(t, first)
	first.Close()
	meet(t, listenOn(t, path))
}

// With libzmq's defaults the last one to bind has the name, and keeps it when the
// first one closes.
func TestBindTakesTheNameOfALivingListener(t *testing.T) {
	take := func(c *transport.Config) { c.TakePath = true }
	path := socketPath(t)
	first := listenOn(t, path, take)
	second := listenOn(t, path, take)
	meet(t, second)
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	meet(t, second)
	if err := second.Close(); err != nil {
		t.Error(err)
	}
	wantGone(t, path)
}

// libzmq would remove these.
func TestBindLeavesWhatIsNoSocket(t *testing.T) {
	dir := zmqtest.ShortDir(t)
	file, link, sub := filepath.Join(dir, "file"), filepath.Join(dir, "link"), filepath.Join(dir, "sub")
	if err := os.WriteFile(file, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(sub, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, link, sub} {
		err := bindError(t, path)
		if !errors.Is(err, zerr.ErrAddressInUse) || !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("%s: %v, want EADDRINUSE", path, err)
		}
		if _, err := os.Lstat(path); err != nil {
			t.Errorf("%s is gone: %v", path, err)
		}
	}
}

func TestBindIntoAMissingDirectoryIsENOENT(t *testing.T) {
	if err := bindError(t, socketPath(t)+"/nosuch/s"); !errors.Is(err, syscall.ENOENT) {
		t.Errorf("error %v, want ENOENT", err)
	}
}

func TestCloseRemovesTheSocket(t *testing.T) {
	path := socketPath(t)
	ln := listenOn(t, path)
	if err := errors.Join(ln.Close(), ln.Close()); err != nil {
		t.Error(err)
	}
	wantGone(t, path)
}

func TestCloseWithoutItsFileIsNoError(t *testing.T) {
	path := socketPath(t)
	ln := listenOn(t, path)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := ln.Close(); err != nil {
		t.Error(err)
	}
}

func TestCloseLeavesWhatTookItsName(t *testing.T) {
	path := socketPath(t)
	ln := listenOn(t, path)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := ln.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(path); err != nil {
		t.Error(err)
	}
}

func TestCloseReturnsWhenTheNameIsFree(t *testing.T) {
	path := socketPath(t)
	for range 50 {
		ln := listenOn(t, path)
		accepted := make(chan error, 1)
		go func() {
			_, err := ln.Accept()
			accepted <- err
		}()
		if err := ln.Close(); err != nil {
			t.Fatal(err)
		}
		wantGone(t, path)
		if err := <-accepted; !errors.Is(err, net.ErrClosed) {
			t.Fatalf("Accept after Close: %v", err)
		}
	}
}

func TestConnectionsOutliveTheirListener(t *testing.T) {
	ln := listenOn(t, socketPath(t))
	client, server := meet(t, ln)
	ln.Close()
	if _, err := client.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := server.Read(make([]byte, 1)); err != nil {
		t.Error(err)
	}
}

func TestWildcardMakesADirectoryAndRemovesIt(t *testing.T) {
	parent := zmqtest.ShortDir(t)
	t.Setenv("TMPDIR", parent)
	form := regexp.MustCompile(`^ipc://` + regexp.QuoteMeta(parent+string(filepath.Separator)) + `tmp[a-z0-9]{6}[/\\]socket$`)
	for _, address := range []string{"*", "*:*", "*anything"} {
		ln := listenOn(t, address)
		if !form.MatchString(ln.Endpoint()) {
			t.Errorf("Listen(%q): Endpoint = %q", address, ln.Endpoint())
		}
		dir := filepath.Dir(strings.TrimPrefix(ln.Endpoint(), "ipc://"))
		info, err := os.Stat(dir)
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
			t.Errorf("mode %v, want 0700", info.Mode())
		}
		meet(t, ln)
		if err := ln.Close(); err != nil {
			t.Error(err)
		}
		wantGone(t, dir)
	}
}

func TestWildcardThatCannotBeRemovedSaysSo(t *testing.T) {
	t.Setenv("TMPDIR", zmqtest.ShortDir(t))
	ln := listenOn(t, "*")
	dir := filepath.Dir(strings.TrimPrefix(ln.Endpoint(), "ipc://"))
	if err := os.WriteFile(filepath.Join(dir, "other"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	err := ln.Close()
	var pe *fs.PathError
	if !errors.As(err, &pe) || pe.Path != dir {
		t.Errorf("Close: %v, want an error about %s", err, dir)
	}
}

func TestWildcardThatIsTooLongLeavesNothing(t *testing.T) {
	parent := zmqtest.ShortDir(t)
	long := filepath.Join(parent, strings.Repeat("x", maxPath))
	if err := os.Mkdir(long, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", long)
	if err := bindError(t, "*"); !errors.Is(err, syscall.ENAMETOOLONG) {
		t.Errorf("error %v, want ENAMETOOLONG", err)
	}
	left, err := os.ReadDir(long)
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestConnectBeforeBindIsRefused(t *testing.T) {
	path := socketPath(t)
	if _, err := connectTo(t, path); !errors.Is(err, syscall.ENOENT) {
		t.Errorf("nothing there: %v, want ENOENT", err)
	}
	stale(t, path)
	if _, err := connectTo(t, path); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("without a listener: %v, want ECONNREFUSED", err)
	}
}

func TestConnectToAWildcardIsAFileName(t *testing.T) {
	t.Chdir(zmqtest.ShortDir(t))
	if err := New().CheckConnect("*"); err != nil {
		t.Error(err)
	}
	if _, err := connectTo(t, "*"); !errors.Is(err, syscall.ENOENT) {
		t.Errorf("error %v, want ENOENT", err)
	}
}

func TestBoundPathsAreComparedAsWritten(t *testing.T) {
	if got := New().ResolveBound(t.Context(), "/run/x", config()); got != nil {
		t.Errorf("ResolveBound = %q", got)
	}
}

func TestErrorOfAFolderThatIsClosedNamesIt(t *testing.T) {
	dir := t.TempDir()
	denied := &net.OpError{Op: "listen", Err: os.NewSyscallError("bind", syscall.EACCES)}
	err := explain(denied, filepath.Join(dir, "socket"))
	if !strings.HasSuffix(err.Error(), "(this user may not make files in the folder "+dir+")") || !errors.Is(err, syscall.EACCES) {
		t.Error(err)
	}
}
