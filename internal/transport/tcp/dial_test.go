// SPDX-License-Identifier: Apache-2.0

package tcp

import (
	"context"
	"errors"
	"net"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestConnectMakesTheChecksOfTheCall(t *testing.T) {
	for _, address := range []string{"*:5", "h", "_h:5", "h:70000"} {
		if _, err := connectTo(t, address); !errors.Is(err, zerr.ErrInvalid) {
			t.Errorf("Dial(%q): %v, want EINVAL", address, err)
		}
	}
}

func TestConnectNeverSucceeds(t *testing.T) {
	names(t, nil)
	for address, want := range map[string]error{
		":5":                            syscall.ENODEV, // no host
		"nosuch.test:5":                 syscall.ENODEV, // no such name
		"[::1]:5":                       syscall.ENODEV, // IPv6 without the option
		zmqtest.Loopback(t).Name + ":5": syscall.ENODEV, // interfaces are for bind
	} {
		if _, err := connectTo(t, address); !errors.Is(err, want) {
			t.Errorf("Dial(%q): %v, want %v", address, err, want)
		}
	}
	if c, err := connectTo(t, "127.0.0.1:0"); err == nil {
		t.Errorf("connected to port 0 at %s", c.RemoteAddr())
	}
}

func TestConnectUsesTheDigitsOfThePort(t *testing.T) {
	ln := listenOn(t, "127.0.0.1:*")
	meet(t, ln, "127.0.0.1:"+portOf(t, ln)+"abc")
}

func TestConnectRefusedIsECONNREFUSED(t *testing.T) {
	ln := listenOn(t, zmqtest.Host()+":*")
	port := portOf(t, ln)
	ln.Close()
	if _, err := connectTo(t, zmqtest.Host()+":"+port); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("error %v, want ECONNREFUSED", err)
	}
}

func TestConnectBracketsAndZone(t *testing.T) {
	needIPv6(t)
	ln := listenOn(t, "[::1]:*", ipv6)
	port := portOf(t, ln)
	for _, host := range []string{"[::1]", "::1", "[::1%" + zmqtest.Loopback(t).Name + "]"} {
		meet(t, ln, host+":"+port, ipv6)
	}
	for _, host := range []string{"[::1%0]", "[::1%nosuchif0]", "[::1%]"} {
		if _, err := connectTo(t, host+":"+port, ipv6); !errors.Is(err, zerr.ErrInvalid) {
			t.Errorf("host %s: %v, want EINVAL", host, err)
		}
	}
}

func TestConnectMappedIPv4(t *testing.T) {
	ln := listenOn(t, "127.0.0.1:*")
	meet(t, ln, "[::ffff:127.0.0.1]:"+portOf(t, ln), ipv6)
}

func TestConnectTriesAllAddresses(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED: all of 127.0.0.0/8 is local on Linux only")
	}
	names(t, map[string][]net.IP{"many.test": {
		net.ParseIP("127.0.0.2"), net.IPv6loopback, net.ParseIP("127.0.0.3"), net.ParseIP("127.0.0.1"),
	}})
	ln := listenOn(t, "127.0.0.1:*")
	meet(t, ln, "many.test:"+portOf(t, ln))
	meet(t, ln, "many.test:"+portOf(t, ln), ipv6)
	ln.Close()
	_, err := connectTo(t, "many.test:"+portOf(t, ln))
	for _, ip := range []string{"127.0.0.1", "127.0.0.2", "127.0.0.3"} {
		if err == nil || !strings.Contains(err.Error(), ip) {
			t.Errorf("error %v does not say that %s was tried", err, ip)
		}
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("error %v does not match ECONNREFUSED", err)
	}
}

func TestConnectResolvesAnewAtEveryAttempt(t *testing.T) {
	hosts := map[string][]net.IP{"moves.test": {net.ParseIP("127.0.0.1")}}
	ln := listenOn(t, "127.0.0.1:*")
	address := "moves.test:" + portOf(t, ln)
	names(t, nil)
	if _, err := connectTo(t, address); !errors.Is(err, zerr.ErrNoDevice) {
		t.Fatalf("error %v before the name exists", err)
	}
	names(t, hosts)
	meet(t, ln, address)
}

func TestConnectSource(t *testing.T) {
	ln := listenOn(t, "127.0.0.1:*")
	port := portOf(t, ln)
	for _, source := range []string{"127.0.0.1:0", "127.0.0.1:*", "[127.0.0.1]:*", "[*]:0", zmqtest.Loopback(t).Name + ":0"} {
		client, _ := meet(t, ln, source+";127.0.0.1:"+port)
		if got := transport.PeerAddress(client); got != "127.0.0.1" {
			t.Errorf("source %s: connected to %s", source, got)
		}
	}
}

func TestConnectSourceAddressIsUsed(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED: all of 127.0.0.0/8 is local on Linux only")
	}
	ln := listenOn(t, "127.0.0.1:*")
	_, server := meet(t, ln, "127.0.0.9:0;127.0.0.1:"+portOf(t, ln))
	if got := transport.PeerAddress(server); got != "127.0.0.9" {
		t.Errorf("the peer sees %s", got)
	}
}

// SO_REUSEADDR lets a source port serve connections to several destinations.
func TestConnectSourcePortIsReused(t *testing.T) {
	one, two := listenOn(t, "127.0.0.1:*"), listenOn(t, "127.0.0.1:*")
	client, _ := meet(t, one, "127.0.0.1:0;127.0.0.1:"+portOf(t, one))
	source := client.LocalAddr().String()
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	client, server := meet(t, two, source+";127.0.0.1:"+portOf(t, two))
	if client.LocalAddr().String() != source || server.RemoteAddr().String() != source {
		t.Errorf("source %s instead of %s", client.LocalAddr(), source)
	}
}

func TestConnectSourceThatDoesNotResolve(t *testing.T) {
	names(t, map[string][]net.IP{"source.test": {net.ParseIP("127.0.0.1")}})
	ln := listenOn(t, "127.0.0.1:*")
	to := ";127.0.0.1:" + portOf(t, ln)
	for source, want := range map[string]error{
		"source.test:0": zerr.ErrNoDevice, // no DNS
		":0":            zerr.ErrNoDevice,
		"[::1]:0":       zerr.ErrNoDevice, // not of the destination's family
		"127.0.0.1":     zerr.ErrInvalid,
		"127.0.0.1:x":   zerr.ErrInvalid,
	} {
		if _, err := connectTo(t, source+to, ipv6); !errors.Is(err, want) {
			t.Errorf("source %q: %v, want %v", source, err, want)
		}
	}
}

func TestConnectTimeoutOfAnAddress(t *testing.T) {
	for _, c := range []struct {
		configured time.Duration
		last       bool
		want       time.Duration
	}{
		{time.Second, false, time.Second},
		{time.Second, true, time.Second},
		{0, false, patience},
		{time.Minute, false, patience},
		{time.Minute, true, time.Minute},
		{0, true, 0},
	} {
		if got := attemptTimeout(c.configured, c.last); got != c.want {
			t.Errorf("attemptTimeout(%v, last %v) = %v, want %v", c.configured, c.last, got, c.want)
		}
	}
}

func TestConnectTimeoutEndsTheAttempt(t *testing.T) {
	address := silent(t)
	_, err := connectTo(t, address, func(cfg *transport.Config) { cfg.ConnectTimeout = 20 * time.Millisecond })
	var ne net.Error
	if !errors.As(err, &ne) || !ne.Timeout() {
		t.Errorf("error %v, want a time-out", err)
	}
}

func TestConnectEndsWithItsContext(t *testing.T) {
	address := silent(t)
	ctx, cancel := context.WithCancel(zmqtest.Deadline(t))
	ended := make(chan error, 1)
	go func() {
		_, err := New().Dial(ctx, address, config())
		ended <- err
	}()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

// silent is the address of a listener whose backlog is full, so that the system
// no longer answers. It also shows that BACKLOG has an effect.
func silent(t *testing.T) string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED: what a full backlog does is known of Linux only")
	}
	ln := listenOn(t, "127.0.0.1:*", func(cfg *transport.Config) { cfg.Backlog = 0 })
	address := "127.0.0.1:" + portOf(t, ln)
	for range 10 {
		_, err := connectTo(t, address, func(cfg *transport.Config) { cfg.ConnectTimeout = 100 * time.Millisecond })
		if err != nil {
			return address
		}
	}
	t.Fatal("ten connections fit into a backlog of 0")
	return ""
}

func TestResolveBoundByConnectThenBindRules(t *testing.T) {
	names(t, map[string][]net.IP{
		"four.test": {net.ParseIP("127.0.0.1"), net.ParseIP("192.0.2.1")},
		"both.test": {net.IPv6loopback, net.ParseIP("127.0.0.1")},
	})
	for _, c := range []struct {
		address string
		ipv6    bool
		want    []string
	}{
		{"127.0.0.1:5", false, []string{"tcp://127.0.0.1:5"}},
		{"four.test:5", false, []string{"tcp://127.0.0.1:5", "tcp://192.0.2.1:5"}},
		{"127.0.0.9:0;four.test:5", false, []string{"tcp://127.0.0.1:5", "tcp://192.0.2.1:5"}},
		{"127.0.0.1:5", true, []string{"tcp://[::ffff:127.0.0.1]:5", "tcp://127.0.0.1:5"}},
		{"[::1]:5", true, []string{"tcp://[::1]:5"}},
		{"::1:5", true, []string{"tcp://[::1]:5"}},
		{"both.test:5", true, []string{"tcp://[::1]:5", "tcp://[::ffff:127.0.0.1]:5", "tcp://127.0.0.1:5"}},
		{"*:5", false, nil}, // wildcards and interfaces need the exact string
		{"*:5", true, nil},
		{zmqtest.Loopback(t).Name + ":5", false, nil},
		{"nosuch.test:5", false, nil},
		{"[::1]:5", false, nil},
		{"127.0.0.1", false, nil},
		{"127.0.0.1:*", false, nil},
	} {
		got := New().ResolveBound(t.Context(), c.address, config(func(cfg *transport.Config) { cfg.IPv6 = c.ipv6 }))
		if c.address == "both.test:5" {
			// The resolver sorts by what this machine can reach (RFC 6724).
			slices.Sort(got)
			slices.Sort(c.want)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("ResolveBound(%q, IPv6 %v) = %q, want %q", c.address, c.ipv6, got, c.want)
		}
	}
}

func TestResolveBoundFindsTheListener(t *testing.T) {
	names(t, map[string][]net.IP{"host.test": {net.ParseIP("127.0.0.1")}})
	for _, v6 := range []bool{false, true} {
		set := func(cfg *transport.Config) { cfg.IPv6 = v6 }
		ln := listenOn(t, "host.test:*", set)
		for _, host := range []string{"host.test:", "127.0.0.1:"} {
			keys := New().ResolveBound(t.Context(), host+portOf(t, ln), config(set))
			if len(keys) == 0 || keys[0] != ln.Endpoint() {
				t.Errorf("IPv6 %v: %q does not begin with %q", v6, keys, ln.Endpoint())
			}
		}
	}
}

// TestResolveListsTheAddressesOfAName: all of one family, each once, with the source that
// a connect has. They are no names themselves.
func TestResolveListsTheAddressesOfAName(t *testing.T) {
	names(t, map[string][]net.IP{
		"four.test": {net.ParseIP("127.0.0.1"), net.ParseIP("127.0.0.2"), net.ParseIP("127.0.0.1")},
		"six.test":  {net.ParseIP("2001:db8::1"), net.ParseIP("2001:db8::2")},
		"both.test": {net.IPv6loopback, net.ParseIP("127.0.0.1"), net.ParseIP("127.0.0.2")},
	})
	for _, c := range []struct {
		address string
		ipv6    bool
		want    []string
	}{
		{"four.test:5", false, []string{"127.0.0.1:5", "127.0.0.2:5"}},
		{"four.test:5", true, []string{"127.0.0.1:5", "127.0.0.2:5"}},
		{"127.0.0.9:0;four.test:5", false, []string{"127.0.0.9:0;127.0.0.1:5", "127.0.0.9:0;127.0.0.2:5"}},
		{"six.test:5", true, []string{"[2001:db8::1]:5", "[2001:db8::2]:5"}},
		{"127.0.0.1:5", false, []string{"127.0.0.1:5"}},
		{"[::1]:5", true, []string{"[::1]:5"}},
		{"six.test:5", false, nil},
		{"nosuch.test:5", false, nil},
		{"[::1]:5", false, nil},
	} {
		got, err := New().(transport.Resolver).Resolve(t.Context(), c.address, config(func(cfg *transport.Config) { cfg.IPv6 = c.ipv6 }))
		if !slices.Equal(got, c.want) || (err != nil) != (c.want == nil) || err != nil && !errors.Is(err, zerr.ErrNoDevice) {
			t.Errorf("Resolve(%q, IPv6 %v) = %q, %v, want %q", c.address, c.ipv6, got, err, c.want)
		}
		for _, a := range got {
			if err := New().CheckConnect(a); err != nil {
				t.Errorf("%q cannot be dialled: %v", a, err)
			}
		}
	}
	both, err := New().(transport.Resolver).Resolve(t.Context(), "both.test:5", config(ipv6))
	if six := []string{"[::1]:5"}; err != nil || !slices.Equal(both, six) && !slices.Equal(both, []string{"127.0.0.1:5", "127.0.0.2:5"}) {
		t.Errorf("a name of both families: %q, %v", both, err)
	}
}
