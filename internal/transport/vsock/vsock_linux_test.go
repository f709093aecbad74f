// SPDX-License-Identifier: Apache-2.0

package vsock

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

// needFamily skips a test on a kernel without AF_VSOCK.
func needFamily(t *testing.T) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_VSOCK, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Skipf("SKIPPED: this kernel has no AF_VSOCK: %v", err)
	}
	_ = unix.Close(fd)
}

// TestEndpoints: what LAST_ENDPOINT is after a connect, and what unbind finds.
func TestEndpoints(t *testing.T) {
	for text, want := range map[string]string{"3:5": "vsock://3:5", "-1:007": "vsock://*:7", "@:5": "vsock://2:5", "3:-1": "vsock://3:*"} {
		if last := New().(transport.Namer).LastEndpoint(text); last != want {
			t.Errorf("LAST_ENDPOINT of %s is %s, want %s", text, last, want)
		}
		if keys := New().ResolveBound(t.Context(), text, nil); len(keys) != 1 || keys[0] != want {
			t.Errorf("%s is found as %q, want %s", text, keys, want)
		}
	}
	if err := New().CheckConnect("x"); !errors.Is(err, zerr.ErrInvalid) {
		t.Errorf("%v", err)
	}
	for _, x := range []transport.Transport{New(), NewVMCI()} {
		if a := x.(vsock).name(&unix.SockaddrVM{CID: 3, Port: 5}); a.Network() != x.Scheme() || a.String() != "3:5" {
			t.Errorf("%s://%s", a.Network(), a)
		}
	}
}

// TestBind: the system takes the address, and gives a port where any will do. A port that
// is taken is in use.
func TestBind(t *testing.T) {
	needFamily(t)
	ln, err := New().Listen(t.Context(), "*:*", transport.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	address, ok := strings.CutPrefix(ln.Endpoint(), "vsock://*:")
	if !ok || address == "*" {
		t.Fatalf("LAST_ENDPOINT is %s", ln.Endpoint())
	}
	if _, err := New().Listen(t.Context(), "-1:"+address, transport.DefaultConfig()); !errors.Is(err, zerr.ErrAddressInUse) {
		t.Errorf("a port that is taken: %v", err)
	}
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := New().Listen(t.Context(), "-1:"+address, transport.DefaultConfig())
	if err != nil {
		t.Fatalf("after Close: %v", err)
	}
	_ = again.Close()
}

// TestOptionsOfVMCI reach the socket. The kernel keeps the size within the limits.
func TestOptionsOfVMCI(t *testing.T) {
	needFamily(t)
	cfg := transport.DefaultConfig()
	cfg.VMCI = transport.VMCI{Buffer: 3 << 20, BufferMin: 1 << 20, BufferMax: 4 << 20, ConnectTimeout: 1500 * time.Millisecond}
	fd, err := unix.Socket(unix.AF_VSOCK, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if err := NewVMCI().(vsock).family(cfg).Setup(fd); err != nil {
		t.Fatal(err)
	}
	for num, want := range map[int]uint64{
		unix.SO_VM_SOCKETS_BUFFER_SIZE: 3 << 20, unix.SO_VM_SOCKETS_BUFFER_MIN_SIZE: 1 << 20, unix.SO_VM_SOCKETS_BUFFER_MAX_SIZE: 4 << 20,
	} {
		if got, err := unix.GetsockoptUint64(fd, unix.AF_VSOCK, num); err != nil || got != want {
			t.Errorf("option %d is %d, %v; want %d", num, got, err, want)
		}
	}
	if tv, err := unix.GetsockoptTimeval(fd, unix.AF_VSOCK, unix.SO_VM_SOCKETS_CONNECT_TIMEOUT); err != nil || time.Duration(tv.Nano()) != 1500*time.Millisecond {
		t.Errorf("VMCI_CONNECT_TIMEOUT is %v, %v", tv, err)
	}
	if err := New().(vsock).family(cfg).Setup(-1); err != nil {
		t.Errorf("vsock sets options of vmci: %v", err)
	}
	if err := NewVMCI().(vsock).family(cfg).Setup(-1); !errors.Is(err, syscall.EBADF) || !strings.Contains(err.Error(), "VMCI_BUFFER_MAX_SIZE") {
		t.Errorf("an option that cannot be set: %v", err)
	}
}

// TestWhatIsMissing: an error of the kernel names the module.
func TestWhatIsMissing(t *testing.T) {
	for _, c := range []struct {
		t    transport.Transport
		cid  uint32
		err  syscall.Errno
		want string
	}{
		{New(), 3, syscall.EAFNOSUPPORT, "module vsock "},
		{New(), unix.VMADDR_CID_LOCAL, syscall.ENODEV, "vsock_loopback"},
		{New(), unix.VMADDR_CID_HOST, syscall.ENODEV, "vmw_vsock_virtio_transport"},
		{New(), 3, syscall.ENODEV, "vhost_vsock"},
		{New(), 3, syscall.EADDRNOTAVAIL, "vhost_vsock"},
		{NewVMCI(), 3, syscall.ENODEV, "vmw_vsock_vmci_transport"},
		{New(), 3, syscall.ECONNRESET, "connect: connection reset"},
	} {
		err := c.t.(vsock).explain(fmt.Errorf("connect: %w", c.err), c.cid)
		if !errors.Is(err, c.err) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

// TestOwnMachine: "@" of vmci is a number that the driver tells, or an error of the call.
func TestOwnMachine(t *testing.T) {
	if err := NewVMCI().CheckConnect("@:5"); err != nil && !errors.Is(err, zerr.ErrNoDevice) {
		t.Errorf("%v", err)
	}
}

// TestConnectionToOneself: where the kernel leads back to this machine.
func TestConnectionToOneself(t *testing.T) {
	needFamily(t)
	ctx := zmqtest.Deadline(t)
	ln, err := New().Listen(ctx, "*:*", transport.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	cfg := transport.DefaultConfig()
	cfg.ConnectTimeout = time.Second
	c, err := New().Dial(ctx, strings.Replace(strings.TrimPrefix(ln.Endpoint(), "vsock://"), "*", "1", 1), cfg)
	if err != nil {
		t.Skipf("SKIPPED: this kernel has no vsock_loopback: %v", err)
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
