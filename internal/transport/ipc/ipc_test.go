// SPDX-License-Identifier: Apache-2.0

package ipc

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

// config is libzmq's defaults with changes.
func config(changes ...func(*transport.Config)) *transport.Config {
	cfg := transport.DefaultConfig()
	for _, change := range changes {
		change(cfg)
	}
	return cfg
}

// socketPath is a path in a directory of its own that does not exist yet.
func socketPath(t *testing.T) string {
	t.Helper()
	return filepath.Join(zmqtest.ShortDir(t), "s")
}

// listenOn listens until the test is over.
func listenOn(t *testing.T, address string, changes ...func(*transport.Config)) transport.Listener {
	t.Helper()
	ln, err := New().Listen(zmqtest.Deadline(t), address, config(changes...))
	if err != nil {
		t.Fatalf("Listen(%q): %v", address, err)
	}
	t.Cleanup(func() { ln.Close() })
	return ln
}

// bindError is the error of a bind that must fail.
func bindError(t *testing.T, address string, changes ...func(*transport.Config)) error {
	t.Helper()
	ln, err := New().Listen(zmqtest.Deadline(t), address, config(changes...))
	if err == nil {
		ln.Close()
		t.Fatalf("Listen(%q) listens on %s", address, ln.Endpoint())
	}
	return err
}

// connectTo dials one attempt until the test is over.
func connectTo(t *testing.T, address string) (net.Conn, error) {
	t.Helper()
	c, err := New().Dial(zmqtest.Deadline(t), address, config())
	if err == nil {
		t.Cleanup(func() { c.Close() })
	}
	return c, err
}

// meet connects to a listener by its endpoint and accepts.
func meet(t *testing.T, ln transport.Listener) (client, server net.Conn) {
	t.Helper()
	client, err := connectTo(t, strings.TrimPrefix(ln.Endpoint(), "ipc://"))
	if err != nil {
		t.Fatalf("Dial(%q): %v", ln.Endpoint(), err)
	}
	server, err = ln.Accept()
	if err != nil {
		t.Fatalf("Accept: %v", err)
	}
	t.Cleanup(func() { server.Close() })
	return client, server
}

// wantGone checks that nothing has the name path.
func wantGone(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Errorf("%s is left behind (%v)", path, err)
	}
}
