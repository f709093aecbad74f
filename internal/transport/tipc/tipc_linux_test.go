// SPDX-License-Identifier: Apache-2.0

package tipc

import (
	"context"
	"errors"
	"net"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

// hasFamily reports whether this kernel has TIPC.
func hasFamily() bool {
	fd, err := unix.Socket(unix.AF_TIPC, unix.SOCK_STREAM, 0)
	if err == nil {
		_ = unix.Close(fd)
	}
	return err == nil
}

// TestAddressesForTheSystem: what connect and bind are called with, and back.
func TestAddressesForTheSystem(t *testing.T) {
	for text, want := range map[string]unix.TIPCAddr{
		"{100,5,9}":     &unix.TIPCServiceRange{Type: 100, Lower: 5, Upper: 9},
		"{100,1}":       &unix.TIPCServiceName{Type: 100, Instance: 1, Domain: zoneOne},
		"{100,1}@1.2.3": &unix.TIPCServiceName{Type: 100, Instance: 1, Domain: 1<<24 | 2<<12 | 3},
		"<1.2.3:4>":     &unix.TIPCSocketAddr{Ref: 4, Node: 1<<24 | 2<<12 | 3},
	} {
		a, err := parse(text)
		if err != nil {
			t.Fatal(err)
		}
		sa := a.sockaddr()
		if sa.Scope != unix.TIPC_ZONE_SCOPE || !reflect.DeepEqual(sa.Addr, want) {
			t.Errorf("%s is %+v, want %+v", text, sa.Addr, want)
		}
		if back := fromSystem(sa); back.String() != a.String() || back.Network() != "tipc" {
			t.Errorf("%s comes back as %s://%s", text, back.Network(), back)
		}
	}
}

// TestWhatCannotBe: an identity is the system's to give, and <*> is no peer.
func TestWhatCannotBe(t *testing.T) {
	if _, err := New().Listen(t.Context(), "<1.2.3:4>", transport.DefaultConfig()); !errors.Is(err, zerr.ErrInvalid) {
		t.Errorf("bind: %v", err)
	}
	for _, text := range []string{"<*>", "{1,1}", "x"} {
		if err := New().CheckConnect(text); !errors.Is(err, zerr.ErrInvalid) {
			t.Errorf("connect to %s: %v", text, err)
		}
	}
}

// TestBoundServiceIsFoundByItsText: as unbind is given it.
func TestBoundServiceIsFoundByItsText(t *testing.T) {
	for _, text := range []string{"{100,5,9}", "{100, 5, 9}"} {
		if keys := New().ResolveBound(t.Context(), text, nil); len(keys) != 1 || keys[0] != "tipc://{100, 5, 9}" {
			t.Errorf("%s: %q", text, keys)
		}
	}
	if last := New().(transport.Namer).LastEndpoint("{100,1}"); last != "tipc://{100, 1, 16777216}" {
		t.Errorf("LAST_ENDPOINT is %s", last)
	}
}

// TestKernelWithoutTIPC: the error names the module.
func TestKernelWithoutTIPC(t *testing.T) {
	if hasFamily() {
		t.Skip("SKIPPED: this kernel has TIPC")
	}
	_, err := New().Listen(t.Context(), "{100,5,9}", transport.DefaultConfig())
	_, dialled := New().Dial(t.Context(), "{100,5}", transport.DefaultConfig())
	for _, err := range []error{err, dialled} {
		if !errors.Is(err, syscall.EAFNOSUPPORT) || !strings.Contains(err.Error(), "module tipc") {
			t.Errorf("%v", err)
		}
	}
}

// TestConnectionOverTIPC: to a service, where the kernel has it.
func TestConnectionOverTIPC(t *testing.T) {
	if !hasFamily() {
		t.Skip("SKIPPED: this kernel has no TIPC")
	}
	ctx := zmqtest.Deadline(t)
	ln, err := New().Listen(ctx, "{34571,5,9}", transport.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	c, err := New().Dial(ctx, "{34571,7}@0.0.0", transport.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	server, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	if _, err := c.Write([]byte("x")); err != nil {
		t.Error(err)
	}
	if n, err := server.Read(make([]byte, 2)); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

// TestDialOfAProgram: what it brings has the addresses of the transport.
func TestDialOfAProgram(t *testing.T) {
	cfg := transport.DefaultConfig()
	no := errors.New("no")
	cfg.Dial = func(_ context.Context, network, address string) (net.Conn, error) {
		if network != "tipc" || address != "{100,1}@1.2.3" {
			t.Errorf("dial is called with %s %s", network, address)
		}
		return nil, no
	}
	if _, err := New().Dial(t.Context(), "{100,1}@1.2.3", cfg); !errors.Is(err, no) {
		t.Errorf("%v", err)
	}
}
