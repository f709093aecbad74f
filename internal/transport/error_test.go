// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"

	"github.com/gozmq/zmq/internal/zerr"
)

func TestOSErrorMatchesTheCodeAndTheNumber(t *testing.T) {
	for _, c := range []struct {
		err  error
		code zerr.Code
	}{
		{&net.OpError{Op: "listen", Err: os.NewSyscallError("bind", syscall.EADDRINUSE)}, zerr.ErrAddressInUse},
		{syscall.ENODEV, zerr.ErrNoDevice},
		{syscall.ENAMETOOLONG, zerr.ErrNameTooLong},
	} {
		got := OSError(c.err)
		if !errors.Is(got, c.code) || !errors.Is(got, c.err) {
			t.Errorf("OSError(%v) = %v does not match both", c.err, got)
		}
		if n := zerr.Errno(got); n != c.code.Errno() {
			t.Errorf("number of %v = %d, want %d", got, n, c.code.Errno())
		}
	}
}

func TestOSErrorPassesOthersThrough(t *testing.T) {
	for _, err := range []error{nil, io.EOF, syscall.EACCES, syscall.EADDRNOTAVAIL, zerr.ErrInvalid} {
		if got := OSError(err); got != err {
			t.Errorf("OSError(%v) = %v", err, got)
		}
	}
}

func TestRefuseClosesAndSaysWho(t *testing.T) {
	client, server := pair(t, "tcp", "127.0.0.1:0", "")
	e := Refuse(server, nil)
	if _, err := client.Read(make([]byte, 1)); err == nil {
		t.Error("the connection is still open")
	}
	if e.Peer != "127.0.0.1" || e.Local != RemoteEndpoint(client) || e.Remote != LocalEndpoint(client) {
		t.Errorf("refused %+v", e)
	}
	if !errors.Is(e, syscall.EACCES) || !e.Temporary() || e.Timeout() {
		t.Errorf("error %v: Temporary %v, Timeout %v", e, e.Temporary(), e.Timeout())
	}
	var ne net.Error
	if !errors.As(error(e), &ne) {
		t.Error("not a net.Error")
	}
}

func TestConfigCloneSharesNothing(t *testing.T) {
	c := DefaultConfig()
	c.AcceptFilters = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	c.FilterPIDs, c.FilterUIDs, c.FilterGIDs = []int{1}, []int{2}, []int{3}
	d := c.Clone()
	c.AcceptFilters[0] = netip.MustParsePrefix("::/0")
	c.FilterPIDs[0], c.FilterUIDs[0], c.FilterGIDs[0] = 0, 0, 0
	if d.AcceptFilters[0].Bits() != 8 || d.FilterPIDs[0] != 1 || d.FilterUIDs[0] != 2 || d.FilterGIDs[0] != 3 {
		t.Errorf("the copy changed: %+v", d)
	}
}
