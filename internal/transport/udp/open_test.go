// SPDX-License-Identifier: Apache-2.0

package udp

import (
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// config is that of a role with the defaults of the options.
func config(role Role) *Config {
	return &Config{
		Config: transport.Config{SendBuffer: -1, RecvBuffer: -1}, Role: role, Hops: 1, Loop: true,
		Malformed: func() {}, Lost: func() {},
	}
}

// wantOptions opens a RADIO and compares what the system says of how its datagrams travel.
func wantOptions(t *testing.T, address string, cfg *Config, via *net.Interface) {
	t.Helper()
	c, err := Open(t.Context(), address, cfg)
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	defer c.Close()
	var hops int
	var loop bool
	if c.to.Addr().Is4() { // whose interface the system tells by an address, if at all
		p := ipv4.NewPacketConn(c.udp)
		hops, err = p.MulticastTTL()
		if err == nil {
			loop, err = p.MulticastLoopback()
		}
	} else {
		p := ipv6.NewPacketConn(c.udp)
		hops, err = p.MulticastHopLimit()
		if err == nil {
			loop, err = p.MulticastLoopback()
		}
		if err == nil && via != nil {
			through, e := p.MulticastInterface()
			if e != nil || through.Index != via.Index {
				t.Errorf("%s: datagrams go through %v, %v", address, through, e)
			}
		}
	}
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	if hops != cfg.Hops || loop != cfg.Loop {
		t.Errorf("%s: %d hops, loop %v; want %d and %v", address, hops, loop, cfg.Hops, cfg.Loop)
	}
}

// TestMulticastOptions: the hops, whether programs of this machine receive it, and the
// interface are told to the system.
func TestMulticastOptions(t *testing.T) {
	lo := zmqtest.Loopback(t)
	for _, hops := range []int{1, 7} {
		for _, loop := range []bool{true, false} {
			cfg := config(Radio)
			cfg.Hops, cfg.Loop = hops, loop
			wantOptions(t, "239.192.7.8:5", cfg, nil)
			wantOptions(t, lo.Name+";239.192.7.8:5", cfg, lo)
			wantOptions(t, "127.0.0.1;239.192.7.8:5", cfg, lo)
			if !hasIPv6(t) {
				continue
			}
			wantOptions(t, "[ff02::7:8]:5", cfg, nil)
			wantOptions(t, "*;[ff02::7:8]:5", cfg, nil)
			wantOptions(t, lo.Name+";[ff02::7:8]:5", cfg, lo)
		}
	}
}

// hasIPv6 reports whether this machine does.
func hasIPv6(t *testing.T) bool {
	t.Helper()
	c, err := net.ListenPacket("udp6", "[::1]:0")
	if err != nil {
		return false
	}
	return c.Close() == nil
}

// TestWildcardOfIPv6HasBothFamilies: with the option IPV6 what is bound to every address
// receives and, a DGRAM, sends over both.
func TestWildcardOfIPv6HasBothFamilies(t *testing.T) {
	if !hasIPv6(t) {
		t.Skip("there is no IPv6")
	}
	cfg := config(Dgram)
	cfg.IPv6 = true
	a, err := Open(t.Context(), "*:*", cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	port := a.Endpoint()[strings.LastIndexByte(a.Endpoint(), ':')+1:]
	for _, host := range []string{"127.0.0.1", "[::1]"} {
		b, err := Open(t.Context(), host+":*", config(Dgram))
		if err != nil {
			t.Fatal(err)
		}
		exchange(t, b, a, host+":"+port, strings.TrimPrefix(b.Endpoint(), "udp://"))
		exchange(t, a, b, strings.TrimPrefix(b.Endpoint(), "udp://"), host+":"+port)
		b.Close()
	}
}

// exchange sends a datagram over the loopback, and compares the address of its sender.
func exchange(t *testing.T, from, to *Conn, address, sender string) {
	t.Helper()
	if _, err := from.Write(appendFrame(appendFrame(nil, more, []byte(address)), 0, []byte("x"))); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 200)
	_ = to.SetReadDeadline(time.Now().Add(30 * time.Second))
	n, err := to.Read(got)
	if err != nil {
		t.Fatal(err)
	}
	if _, head, body, ok := message(got[:n]); !ok || string(head) != sender || string(body) != "x" {
		t.Errorf("received %q from %q, which is %q", body, head, sender)
	}
}

// TestReadingADatagramTakesNoMemory: frames use the memory of the last ones.
func TestReadingADatagramTakesNoMemory(t *testing.T) {
	for _, role := range []Role{Dish, Dgram} {
		a, err := Open(t.Context(), "127.0.0.1:*", config(role))
		if err != nil {
			t.Fatal(err)
		}
		c, err := net.Dial("udp", strings.TrimPrefix(a.Endpoint(), "udp://"))
		if err != nil {
			t.Fatal(err)
		}
		_ = a.SetReadDeadline(time.Now().Add(30 * time.Second))
		says, got := []byte("\x01gbody"), make([]byte, 200)
		if n := testing.AllocsPerRun(100, func() {
			_, _ = c.Write(says)
			if _, err := a.Read(got); err != nil {
				t.Fatal(err)
			}
		}); n > 0 {
			t.Errorf("role %d: %v allocations a datagram", role, n)
		}
		c.Close()
		a.Close()
	}
}
