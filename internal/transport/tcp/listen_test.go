// SPDX-License-Identifier: Apache-2.0

package tcp

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
	"github.com/gozmq/zmq/internal/zmqtest"
)

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

// wantEndpoint checks everything of LAST_ENDPOINT but the port.
func wantEndpoint(t *testing.T, ln transport.Listener, prefix string) {
	t.Helper()
	if got := ln.Endpoint(); !strings.HasPrefix(got, prefix+":") || portOf(t, ln) == "0" {
		t.Errorf("Endpoint = %q, want %s:<port>", got, prefix)
	}
}

func TestBindStarOrZeroIsAnEphemeralPort(t *testing.T) {
	for _, port := range []string{"*", "0"} {
		wantEndpoint(t, listenOn(t, "127.0.0.1:"+port), "tcp://127.0.0.1")
	}
}

func TestBindMalformedAddressIsEINVAL(t *testing.T) {
	for _, address := range []string{"127.0.0.1", "127.0.0.1:", "127.0.0.1:abc", "127.0.0.1:80x", "*:-1", "[::1%]:0"} {
		if err := bindError(t, address); !errors.Is(err, syscall.EINVAL) {
			t.Errorf("%q: error %v, want EINVAL", address, err)
		}
	}
}

func TestBindWildcardIsIPv4(t *testing.T) {
	ln := listenOn(t, "*:*")
	wantEndpoint(t, ln, "tcp://0.0.0.0")
	meet(t, ln, "127.0.0.1:"+portOf(t, ln))
	if _, err := connectTo(t, "[::1]:"+portOf(t, ln), ipv6); err == nil {
		t.Error("an IPv4 wildcard listens on IPv6 too")
	}
}

func TestBindWildcardWithIPv6IsDualStack(t *testing.T) {
	needIPv6(t)
	for _, host := range []string{"*", "[::]", "::"} {
		ln := listenOn(t, host+":*", ipv6)
		wantEndpoint(t, ln, "tcp://[::]")
		_, server := meet(t, ln, "[::1]:"+portOf(t, ln), ipv6)
		if got := transport.PeerAddress(server); got != "::1" {
			t.Errorf("PeerAddress = %q", got)
		}
		_, server = meet(t, ln, "127.0.0.1:"+portOf(t, ln))
		if got := transport.PeerAddress(server); got != "127.0.0.1" {
			t.Errorf("PeerAddress = %q", got)
		}
	}
}

func TestBindInterfaceNameIsItsFirstAddress(t *testing.T) {
	lo := zmqtest.Loopback(t).Name
	wantEndpoint(t, listenOn(t, lo+":*"), "tcp://127.0.0.1")
	t.Run("IPv6", func(t *testing.T) {
		needIPv6(t)
		wantEndpoint(t, listenOn(t, lo+":*", ipv6), "tcp://[::1]")
	})
}

func TestBindNameIsItsFirstAddress(t *testing.T) {
	names(t, map[string][]net.IP{
		"both.test": {net.ParseIP("127.0.0.1"), net.ParseIP("192.0.2.1"), net.IPv6loopback},
		"four.test": {net.ParseIP("127.0.0.1")},
	})
	wantEndpoint(t, listenOn(t, "both.test:*"), "tcp://127.0.0.1")
	wantEndpoint(t, listenOn(t, "four.test:*", ipv6), "tcp://[::ffff:127.0.0.1]")
	t.Run("IPv6", func(t *testing.T) {
		needIPv6(t)
		wantEndpoint(t, listenOn(t, "both.test:*", ipv6), "tcp://[::1]")
	})
}

func TestBindUnresolvableIsENODEV(t *testing.T) {
	names(t, nil)
	for _, address := range []string{"nosuch.test:5", "[::1]:5", "[::ffff:127.0.0.1]:5", ":5", "[]:5", "[127.0.0.1:5"} {
		err := bindError(t, address)
		if !errors.Is(err, zerr.ErrNoDevice) || !errors.Is(err, syscall.ENODEV) {
			t.Errorf("%q: error %v, want ENODEV", address, err)
		}
	}
}

func TestBindResolutionEndsWithItsContext(t *testing.T) {
	names(t, nil)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := New().Listen(ctx, "nosuch.test:5", config()); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

func TestBindIPv4LiteralWithIPv6IsMapped(t *testing.T) {
	ln := listenOn(t, "127.0.0.1:*", ipv6)
	wantEndpoint(t, ln, "tcp://[::ffff:127.0.0.1]")
	meet(t, ln, "127.0.0.1:"+portOf(t, ln))
	meet(t, ln, strings.TrimPrefix(ln.Endpoint(), "tcp://"), ipv6)
	wantEndpoint(t, listenOn(t, "[::ffff:127.0.0.1]:*", ipv6), "tcp://[::ffff:127.0.0.1]")
	wantEndpoint(t, listenOn(t, "0.0.0.0:*", ipv6), "tcp://[::ffff:0.0.0.0]")
}

func TestBindIPv4LiteralWithPlainIPv4IsNotMapped(t *testing.T) {
	plain := func(cfg *transport.Config) { cfg.IPv6, cfg.PlainIPv4 = true, true }
	wantEndpoint(t, listenOn(t, "127.0.0.1:*", plain), "tcp://127.0.0.1")
}

func TestBindZoneCountsForIPv6Only(t *testing.T) {
	lo := zmqtest.Loopback(t).Name
	wantEndpoint(t, listenOn(t, "127.0.0.1%"+lo+":*"), "tcp://127.0.0.1")
}

func TestBindLinkLocalKeepsItsScope(t *testing.T) {
	name, ip := linkLocal(t)
	ln := listenOn(t, "["+ip+"%"+name+"]:*", ipv6)
	wantEndpoint(t, ln, "tcp://["+ip+"%"+name+"]")
	meet(t, ln, strings.TrimPrefix(ln.Endpoint(), "tcp://"), ipv6)
}

// linkLocal finds an interface with a link-local address.
func linkLocal(t *testing.T) (name, ip string) {
	t.Helper()
	ifis, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, ifi := range ifis {
		addrs, _ := ifi.Addrs()
		for _, a := range addrs {
			if n, ok := a.(*net.IPNet); ok && n.IP.To4() == nil && n.IP.IsLinkLocalUnicast() && ifi.Flags&net.FlagUp != 0 {
				return ifi.Name, n.IP.String()
			}
		}
	}
	t.Skip("SKIPPED: no interface has an IPv6 link-local address")
	return "", ""
}

func TestBindPortInUseIsEADDRINUSE(t *testing.T) {
	ln := listenOn(t, "127.0.0.1:*")
	err := bindError(t, "127.0.0.1:"+portOf(t, ln))
	if !errors.Is(err, syscall.EADDRINUSE) || !errors.Is(err, zerr.ErrAddressInUse) {
		t.Errorf("error %v, want EADDRINUSE", err)
	}
}

func TestBindForeignAddressIsEADDRNOTAVAIL(t *testing.T) {
	if err := bindError(t, "192.0.2.1:*"); !errors.Is(err, syscall.EADDRNOTAVAIL) {
		t.Errorf("error %v, want EADDRNOTAVAIL", err)
	}
}

// A listener must be gone when Close returns, also while Accept waits and with
// connections that are still open.
func TestCloseReturnsWhenThePortIsFree(t *testing.T) {
	ln := listenOn(t, "127.0.0.1:*")
	address := strings.TrimPrefix(ln.Endpoint(), "tcp://")
	for range 50 {
		meet(t, ln, address)
		accepted := make(chan error, 1)
		go func() {
			_, err := ln.Accept()
			accepted <- err
		}()
		if err := ln.Close(); err != nil {
			t.Fatal(err)
		}
		next := listenOn(t, address)
		if err := <-accepted; !errors.Is(err, net.ErrClosed) {
			t.Fatalf("Accept after Close: %v", err)
		}
		ln = next
	}
}

func TestCloseTwiceIsClose(t *testing.T) {
	ln := listenOn(t, "127.0.0.1:*")
	if err := errors.Join(ln.Close(), ln.Close()); err != nil {
		t.Error(err)
	}
}

func TestListenCopiesItsConfig(t *testing.T) {
	cfg := config(func(cfg *transport.Config) {
		cfg.AcceptFilters = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
	ln, err := New().Listen(zmqtest.Deadline(t), "127.0.0.1:*", cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	cfg.AcceptFilters[0] = netip.MustParsePrefix("10.0.0.0/8")
	meet(t, ln, "127.0.0.1:"+portOf(t, ln))
}

func TestAcceptFilterRefusesAfterAccept(t *testing.T) {
	ln := listenOn(t, "127.0.0.1:*", func(cfg *transport.Config) {
		cfg.AcceptFilters = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	})
	c, err := connectTo(t, "127.0.0.1:"+portOf(t, ln))
	if err != nil {
		t.Fatal(err)
	}
	_, err = ln.Accept()
	var refused *transport.FilteredError
	if !errors.As(err, &refused) || refused.Peer != "127.0.0.1" {
		t.Fatalf("Accept: %v, want a refusal of 127.0.0.1", err)
	}
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("the refused connection is open")
	}
}

func TestAcceptFilterMatchesItsFamily(t *testing.T) {
	for _, c := range []struct {
		filter, ip string
		want       bool
	}{
		{"127.0.0.0/8", "127.1.2.3", true},
		{"127.0.0.0/8", "::ffff:127.1.2.3", true},
		{"127.0.0.1/32", "127.0.0.2", false},
		{"0.0.0.0/0", "8.8.8.8", true},
		{"0.0.0.0/0", "::1", false},
		{"::1/128", "::1", true},
		{"::/0", "fe80::1%eth0", true},
		{"fe80::/10", "fe80::1%eth0", true},
		{"::ffff:10.0.0.0/104", "10.1.1.1", true},
		{"::ffff:10.0.0.0/104", "11.1.1.1", false},
	} {
		got := admits([]netip.Prefix{netip.MustParsePrefix(c.filter)}, netip.MustParseAddr(c.ip))
		if got != c.want {
			t.Errorf("filter %s admits %s: %v", c.filter, c.ip, got)
		}
	}
	if !admits(nil, netip.MustParseAddr("8.8.8.8")) {
		t.Error("without a filter a peer is refused")
	}
	two := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.0/8")}
	if !admits(two, netip.MustParseAddr("127.0.0.1")) {
		t.Error("one match of two is not enough")
	}
}

func TestErrorOfAPrivilegedPortNamesThePrivilege(t *testing.T) {
	denied := &net.OpError{Op: "listen", Err: os.NewSyscallError("bind", syscall.EACCES)}
	for port, want := range map[uint16]bool{80: true, 1023: true, 1024: false} {
		err := explain(denied, netip.AddrPortFrom(netip.IPv4Unspecified(), port))
		if got := strings.Contains(err.Error(), "(ports below 1024 need a privilege"); got != want || !errors.Is(err, syscall.EACCES) {
			t.Errorf("port %d: %v", port, err)
		}
	}
}
