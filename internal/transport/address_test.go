// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/gozmq/zmq/internal/zmqtest"
)

// pair connects two ends over a network of the net package.
func pair(t *testing.T, network, listen, dial string) (client, server net.Conn) {
	t.Helper()
	ln, err := net.Listen(network, listen)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	if dial == "" {
		dial = ln.Addr().String()
	} else if network == "tcp" {
		dial = fmt.Sprintf("%s:%d", dial, ln.Addr().(*net.TCPAddr).Port)
	}
	client, err = net.Dial(network, dial)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	server, err = ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return client, server
}

func TestPeerAddressIsNumericWithoutPort(t *testing.T) {
	client, server := pair(t, "tcp", "127.0.0.1:0", "")
	for _, c := range []net.Conn{client, server} {
		if got := PeerAddress(c); got != "127.0.0.1" {
			t.Errorf("PeerAddress = %q", got)
		}
	}
	if got, want := RemoteEndpoint(client), LocalEndpoint(server); got != want {
		t.Errorf("RemoteEndpoint = %q, the peer's LocalEndpoint %q", got, want)
	}
	if got, want := LocalEndpoint(client), "tcp://"+client.LocalAddr().String(); got != want {
		t.Errorf("LocalEndpoint = %q, want %q", got, want)
	}
}

func TestPeerAddressOfIPv4OnADualStackListenerIsPlain(t *testing.T) {
	_, server := pair(t, "tcp", ":0", "127.0.0.1")
	if got := PeerAddress(server); got != "127.0.0.1" {
		t.Errorf("PeerAddress = %q", got)
	}
}

func TestEndpointOfIPv6HasBracketsAndZone(t *testing.T) {
	for text, want := range map[string]string{
		"[::1]:5":          "tcp://[::1]:5",
		"[fe80::1%eth0]:5": "tcp://[fe80::1%eth0]:5",
		"192.0.2.1:5":      "tcp://192.0.2.1:5",
	} {
		a := net.TCPAddrFromAddrPort(netip.MustParseAddrPort(text))
		if got := endpointOf(a); got != want {
			t.Errorf("endpoint of %s = %q, want %q", text, got, want)
		}
	}
}

func TestPeerAddressOfIPCIsTheCredentials(t *testing.T) {
	if !HasCredentials {
		t.Skip("SKIPPED: this system does not tell the credentials of a peer")
	}
	path := filepath.Join(zmqtest.ShortDir(t), "s")
	client, server := pair(t, "unix", path, path)
	want := fmt.Sprintf("localhost:%d:%d:", os.Geteuid(), os.Getegid())
	if HasPID {
		want += fmt.Sprint(os.Getpid())
	}
	for _, c := range []net.Conn{client, server} {
		if got := PeerAddress(c); got != want {
			t.Errorf("PeerAddress = %q, want %q", got, want)
		}
	}
	if got := LocalEndpoint(server); got != "ipc://"+path {
		t.Errorf("LocalEndpoint = %q", got)
	}
	if got := RemoteEndpoint(client); got != "ipc://"+path {
		t.Errorf("RemoteEndpoint = %q", got)
	}
	if got := RemoteEndpoint(server); got != "ipc://" {
		t.Errorf("RemoteEndpoint of an unnamed peer = %q", got)
	}
}

func TestEndpointOfAnAbstractNameBeginsWithAt(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED: abstract names are Linux's")
	}
	name := fmt.Sprintf("@zmq-address-test-%d", os.Getpid())
	client, _ := pair(t, "unix", name, name)
	if got := RemoteEndpoint(client); got != "ipc://"+name {
		t.Errorf("RemoteEndpoint = %q", got)
	}
}

// TestAddressesOfOtherNetworks: connections that a program brings have the name of their
// network, and those of another stack for TCP are like ours.
func TestAddressesOfOtherNetworks(t *testing.T) {
	for _, c := range []struct {
		a              net.Addr
		peer, endpoint string
	}{
		{named{"pipe", "pipe"}, "", "pipe://pipe"},
		{named{"tcp", "100.64.0.1:5"}, "100.64.0.1", "tcp://100.64.0.1:5"},
		{named{"tcp6", "[::ffff:192.0.2.1]:5"}, "192.0.2.1", "tcp://192.0.2.1:5"},
		{named{"tcp", "a-host:5"}, "", "tcp://a-host:5"},
		{nil, "", ""},
	} {
		nc := located{nil, c.a}
		if p, l, r := PeerAddress(nc), LocalEndpoint(nc), RemoteEndpoint(nc); p != c.peer || l != c.endpoint || r != c.endpoint {
			t.Errorf("%v: PeerAddress %q, LocalEndpoint %q, RemoteEndpoint %q", c.a, p, l, r)
		}
		if p, l, r := Ends(nc); p != c.peer || l != c.endpoint || r != c.endpoint {
			t.Errorf("%v: Ends %q, %q, %q", c.a, p, l, r)
		}
	}
}

type named struct{ network, text string }

func (a named) Network() string { return a.network }
func (a named) String() string  { return a.text }

// located is a connection of which only the address is known.
type located struct {
	net.Conn
	at net.Addr
}

func (c located) LocalAddr() net.Addr  { return c.at }
func (c located) RemoteAddr() net.Addr { return c.at }
