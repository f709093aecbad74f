// SPDX-License-Identifier: Apache-2.0

// Package vsock has the transports vsock and vmci, between virtual machines and their
// host: "vsock://cid:port". Both are sockets of AF_VSOCK, of which the kernel's driver for
// VMware carries vmci. "@" is the host over vsock, and the machine itself over vmci. Linux
// has them.
//
// The package starts no goroutine.
package vsock

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// vsock implements transport.Transport.
type vsock struct {
	scheme string
	own    func() (uint32, error) // what "@" stands for
}

// New returns the transport vsock.
func New() transport.Transport {
	return vsock{"vsock", func() (uint32, error) { return unix.VMADDR_CID_HOST, nil }}
}

// NewVMCI returns the transport vmci.
func NewVMCI() transport.Transport { return vsock{"vmci", localCID} }

// localCID asks the driver for the identifier of this machine.
func localCID() (uint32, error) {
	f, err := os.Open("/dev/vsock")
	if err != nil {
		return 0, zerr.Errorf(zerr.ErrNoDevice, "@ is this machine, whose number is not known: %w", err)
	}
	defer f.Close()
	cid, err := unix.IoctlGetUint32(int(f.Fd()), unix.IOCTL_VM_SOCKETS_GET_LOCAL_CID)
	if err != nil {
		return 0, zerr.Errorf(zerr.ErrNoDevice, "@ is this machine, whose number is not known: %w", err)
	}
	return cid, nil
}

// Scheme is "vsock" or "vmci".
func (v vsock) Scheme() string { return v.scheme }

// CheckConnect checks the text, and that there is an "@".
func (v vsock) CheckConnect(address string) error {
	_, err := v.resolve(address)
	return err
}

// LastEndpoint implements transport.Namer: it is made of the numbers.
func (v vsock) LastEndpoint(address string) string {
	a, err := v.resolve(address)
	if err != nil {
		return v.scheme + "://" + address
	}
	return v.endpoint(a)
}

// ResolveBound finds a listener whose address is written in another way.
func (v vsock) ResolveBound(_ context.Context, address string, _ *transport.Config) []string {
	a, err := v.resolve(address)
	if err != nil {
		return nil
	}
	return []string{v.endpoint(a)}
}

func (v vsock) resolve(address string) (*unix.SockaddrVM, error) {
	a, err := parse(v.scheme, address)
	if err == nil && a.own {
		a.cid, err = v.own()
	}
	return &unix.SockaddrVM{CID: a.cid, Port: a.port}, err
}

func (v vsock) name(sa unix.Sockaddr) net.Addr {
	if a, ok := sa.(*unix.SockaddrVM); ok {
		return name{v.scheme, a.CID, a.Port}
	}
	return name{v.scheme, anyNumber, anyNumber}
}

func (v vsock) endpoint(sa unix.Sockaddr) string { return v.scheme + "://" + v.name(sa).String() }

// family is AF_VSOCK with the options of a socket. The kernel limits the size of the
// buffer by the two others, so that these come first. Accepted connections inherit them.
func (v vsock) family(cfg *transport.Config) *transport.Family {
	return &transport.Family{Number: unix.AF_VSOCK, Name: v.name, Setup: func(fd int) error {
		if v.scheme != "vmci" {
			return nil
		}
		for _, o := range []struct {
			name  string
			num   int
			value uint64
		}{
			{"VMCI_BUFFER_MAX_SIZE", unix.SO_VM_SOCKETS_BUFFER_MAX_SIZE, cfg.VMCI.BufferMax},
			{"VMCI_BUFFER_MIN_SIZE", unix.SO_VM_SOCKETS_BUFFER_MIN_SIZE, cfg.VMCI.BufferMin},
			{"VMCI_BUFFER_SIZE", unix.SO_VM_SOCKETS_BUFFER_SIZE, cfg.VMCI.Buffer},
		} {
			if o.value == 0 {
				continue
			}
			if err := unix.SetsockoptUint64(fd, unix.AF_VSOCK, o.num, o.value); err != nil {
				return fmt.Errorf("set %s: %w", o.name, err)
			}
		}
		if d := cfg.VMCI.ConnectTimeout; d > 0 {
			tv := unix.NsecToTimeval(int64(d))
			if err := unix.SetsockoptTimeval(fd, unix.AF_VSOCK, unix.SO_VM_SOCKETS_CONNECT_TIMEOUT, &tv); err != nil {
				return fmt.Errorf("set VMCI_CONNECT_TIMEOUT: %w", err)
			}
		}
		return nil
	}}
}

// Dial makes one attempt.
func (v vsock) Dial(ctx context.Context, address string, cfg *transport.Config) (net.Conn, error) {
	to, err := v.resolve(address)
	if err != nil {
		return nil, err
	}
	if cfg.Dial != nil {
		return transport.DialWith(ctx, v.scheme, v.name(to).String(), cfg)
	}
	c, err := v.family(cfg).Dial(ctx, to, cfg.ConnectTimeout)
	if err != nil {
		return nil, v.explain(err, to.CID)
	}
	return c, nil
}

// Listen binds and listens.
func (v vsock) Listen(ctx context.Context, address string, cfg *transport.Config) (transport.Listener, error) {
	at, err := v.resolve(address)
	if err != nil {
		return nil, err
	}
	if cfg.Listen != nil {
		return transport.ListenWith(ctx, v.scheme, v.name(at).String(), v.endpoint(at), cfg, func(net.Addr) string { return "" }, nil)
	}
	l, err := v.family(cfg).Listen(ctx, at, cfg.Backlog)
	if err != nil {
		return nil, v.explain(err, at.CID)
	}
	return listener{l, v.endpoint(l.Bound())}, nil
}

// listener implements transport.Listener.
type listener struct {
	*transport.FamilyListener
	endpoint string
}

// Endpoint is the address that the system has given.
func (l listener) Endpoint() string { return l.endpoint }

// explain says which module of the kernel is missing, where one is.
func (v vsock) explain(err error, cid uint32) error {
	switch {
	case errors.Is(err, syscall.EAFNOSUPPORT):
		return fmt.Errorf("the kernel has no AF_VSOCK, which its module vsock brings: %w", err)
	case !errors.Is(err, syscall.ENODEV) && !errors.Is(err, syscall.EADDRNOTAVAIL):
		return err
	case v.scheme == "vmci":
		return fmt.Errorf("no driver of the kernel leads there; for VMware that is the module vmw_vsock_vmci_transport: %w", err)
	case cid == unix.VMADDR_CID_LOCAL:
		return fmt.Errorf("no driver of the kernel leads there; for this machine itself that is the module vsock_loopback: %w", err)
	case cid == unix.VMADDR_CID_HOST:
		return fmt.Errorf("no driver of the kernel leads there; for the host of a virtual machine that is the module vmw_vsock_virtio_transport, hv_sock or vmw_vsock_vmci_transport: %w", err)
	}
	return fmt.Errorf("no driver of the kernel leads there; for the virtual machines of a host that is the module vhost_vsock: %w", err)
}
