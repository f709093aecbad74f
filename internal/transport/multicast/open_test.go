// SPDX-License-Identifier: Apache-2.0

package multicast

import (
	"io"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/pgm"
	"github.com/gozmq/zmq/internal/pgm/packet"
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// config is that of a publisher or subscriber with the defaults of the options.
func config(sends bool) *Config {
	return &Config{
		Config: transport.Config{SendBuffer: -1, RecvBuffer: -1}, Sends: sends, Rate: 100, Recovery: 10 * time.Second,
		Hops: 1, MaxTPDU: 1500, Loop: true, Limits: pgm.Limits{Frame: -1},
	}
}

// TestOptionsOfPublishers: hops, whether programs of this machine receive the packets, and
// the type of service are told to the system; those of a subscriber's requests are fixed.
func TestOptionsOfPublishers(t *testing.T) {
	lo := zmqtest.Loopback(t)
	for _, hops := range []int{1, 7} {
		for _, loop := range []bool{true, false} {
			for tos, want := range map[int]int{0: expedited, 32: 32} {
				cfg := config(true)
				cfg.Hops, cfg.Loop, cfg.TOS = hops, loop, tos
				c, err := Open(Epgm, lo.Name+";239.192.7.9:20005", cfg)
				if err != nil {
					t.Fatal(err)
				}
				l := c.(*publisher).data.v4
				if got, err := l.MulticastTTL(); err != nil || got != hops {
					t.Errorf("%d hops, %v; want %d", got, err, hops)
				}
				if got, err := l.MulticastLoopback(); err != nil || got != loop {
					t.Errorf("loop %v, %v; want %v", got, err, loop)
				}
				if got, err := l.TOS(); err == nil && got != want { // not all systems tell it
					t.Errorf("type of service %d; want %d", got, want)
				}
				_ = c.Close()
			}
		}
	}
	cfg := config(false)
	cfg.Hops = 7
	c, err := Open(Epgm, lo.Name+";239.192.7.9:20005", cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got, err := c.(*subscriber).link.v4.MulticastTTL(); err != nil || got != 1 {
		t.Errorf("a request has %d hops, %v", got, err)
	}
}

// TestWindow is libzmq's formula, in whole numbers.
func TestWindow(t *testing.T) {
	for _, x := range []struct {
		rate, tpdu int
		recovery   time.Duration
		want       int
	}{
		{100, 1500, 10 * time.Second, 80}, {8, 1500, time.Second, 1}, {7, 1, time.Hour, 1}, {1000, 1500, 0, 1},
		{1_000_000, 1500, 10 * time.Second, 833_333}, {1<<31 - 1, 1, 1<<31 - 1, maxWindow},
	} {
		c := Config{Rate: x.rate, MaxTPDU: x.tpdu, Recovery: x.recovery}
		if got := c.Window(); got != x.want {
			t.Errorf("%+v: %d", x, got)
		}
	}
}

// TestAddresses: the forms of an endpoint.
func TestAddresses(t *testing.T) {
	for text, want := range map[string]string{
		"eth0;239.192.1.1:5555":                         "eth0 239.192.1.1 239.192.1.1 5555",
		"192.0.2.1;239.192.1.1:5555":                    "192.0.2.1 239.192.1.1 239.192.1.1 5555",
		"192.0.2.0/24;239.192.1.1:5555":                 "192.0.2.0/24 239.192.1.1 239.192.1.1 5555",
		";239.192.1.1:5555":                             " 239.192.1.1 239.192.1.1 5555",
		"239.192.1.1:5555":                              " 239.192.1.1 239.192.1.1 5555",
		"eth0;224.1.1.1,224.1.1.2;224.1.1.3:5555":       "eth0 224.1.1.1,224.1.1.2 224.1.1.3 5555",
		"eth0;224.1.1.1,224.1.1.2:1":                    "eth0 224.1.1.1,224.1.1.2 224.1.1.2 1",
		"eth0;;224.1.1.3:5555":                          "eth0 224.1.1.3 224.1.1.3 5555",
		":5555":                                         " 239.192.0.1 239.192.0.1 5555",
		"eth0:5555":                                     "eth0 239.192.0.1 239.192.0.1 5555",
		"eth0;[ff02::7]:5555":                           "eth0 ff02::7 ff02::7 5555",
		"eth0;ff02::7:5555":                             "eth0 ff02::7 ff02::7 5555",
		"[2001:db8::1];[ff02::7],[ff02::8];[ff02::9]:1": "[2001:db8::1] ff02::7,ff02::8 ff02::9 1",
	} {
		a, err := parse(Epgm, text, false)
		var groups []string
		for _, g := range a.receives {
			groups = append(groups, g.String())
		}
		got := a.via + " " + strings.Join(groups, ",") + " " + a.sends.String() + " " + strconv.Itoa(int(a.port))
		if err != nil || got != want {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	if a, err := parse(Epgm, ":5", true); err != nil || a.sends != defaultGroup6 {
		t.Errorf("with IPV6: %v, %v", a, err)
	}
}

// TestTheInterfaceByAddressAndNetwork is that which has the address.
func TestTheInterfaceByAddressAndNetwork(t *testing.T) {
	lo := zmqtest.Loopback(t)
	group := netip.MustParseAddr("239.192.7.9")
	for _, text := range []string{lo.Name, "127.0.0.1", "127.0.0.0/8"} {
		via, self, err := interfaceOf(text, group)
		if err != nil || via.Name != lo.Name || self.String() != "127.0.0.1" {
			t.Errorf("%s: %v, %v, %v", text, via, self, err)
		}
	}
}

// exchange sends frames of a message and reads them at the other end.
func exchange(t *testing.T, from, to Conn, frames string) {
	t.Helper()
	if _, err := from.Write([]byte(frames)); err != nil {
		t.Fatal(err)
	}
	want(t, to, frames)
}

// want reads frames.
func want(t *testing.T, c Conn, frames string) {
	t.Helper()
	got := make([]byte, len(frames)+100)
	_ = c.SetReadDeadline(time.Now().Add(30 * time.Second))
	for n := 0; n < len(frames); {
		k, err := c.Read(got[n:])
		if err != nil {
			t.Fatal(err)
		}
		if n += k; n >= len(frames) && string(got[:n]) != frames {
			t.Fatalf("read %q, not %q", got[:n], frames)
		}
	}
}

// serve reads a publisher, which only sends what is due.
func serve(t *testing.T, c Conn) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = c.Read(nil)
	}()
	t.Cleanup(func() {
		_ = c.Close()
		<-done
	})
}

// TestSeveralSourcesOfOneMachineAreAskedForRepairs: what comes to the port that they share
// reaches one of them only, and the others at ports of their own.
func TestSeveralSourcesOfOneMachineAreAskedForRepairs(t *testing.T) {
	lo := zmqtest.Loopback(t)
	at := lo.Name + ";239.192.7.10:" + strconv.Itoa(20_000+rand.IntN(10_000))
	cfg := config(false)
	sub, err := Open(Epgm, at, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Close()
	var pubs []Conn
	for range 3 {
		cfg := config(true)
		cfg.Rate = 100_000
		p, err := Open(Epgm, at, cfg)
		if err != nil {
			t.Fatal(err)
		}
		serve(t, p)
		exchange(t, p, sub, "\x00\x05first")
		pubs = append(pubs, p)
	}
	for _, p := range pubs {
		c := p.(*publisher)
		c.mu.Lock() // a packet that does not go out
		lost := c.source.Data([]byte("\x00\x00\x05\x00lost"), time.Now())
		c.mu.Unlock()
		if len(lost) == 0 {
			t.Fatal("no packet")
		}
		if _, err := p.Write([]byte("\x00\x05after")); err != nil {
			t.Fatal(err)
		}
		want(t, sub, "\x00\x04lost\x00\x05after")
	}
}

// TestASourceThatHasSentEverythingStillRepairs: and then reading it ends.
func TestASourceThatHasSentEverythingStillRepairs(t *testing.T) {
	lo := zmqtest.Loopback(t)
	at := lo.Name + ";239.192.7.11:" + strconv.Itoa(20_000+rand.IntN(10_000))
	sub, err := Open(Epgm, at, config(false))
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Close()
	pub, err := Open(Epgm, at, config(true))
	if err != nil {
		t.Fatal(err)
	}
	defer pub.Close()
	c := pub.(*publisher)
	c.quiet, c.latest = time.Hour, time.Hour // however long the machine holds the subscriber up
	end := make(chan error, 1)
	go func() {
		_, err := pub.Read(nil)
		end <- err
	}()
	exchange(t, pub, sub, "\x00\x05first")
	c.mu.Lock() // a packet that does not go out
	c.source.Data([]byte("\x00\x00\x05\x00lost"), time.Now())
	c.mu.Unlock()
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	want(t, sub, "\x00\x04lost")
	c.mu.Lock()
	c.quiet = lastRepairs
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default: // it will look anyway
	}
	if err := <-end; err != io.EOF {
		t.Errorf("reading ended with %v", err)
	}
	if x := sub.Stats().Heard; len(x) != 1 || x[0].Repaired != 1 || pub.Stats().Sent.Repeated != 1 {
		t.Errorf("received %+v, sent %+v", x, pub.Stats().Sent)
	}
}

// TestASubscriberHearsPacketsWhileItHasMuchToDo: the time of its receiver has always come
// when it begins to wait for packets.
func TestASubscriberHearsPacketsWhileItHasMuchToDo(t *testing.T) {
	lo := zmqtest.Loopback(t)
	port := 20_000 + rand.IntN(10_000)
	at := lo.Name + ";239.192.7.12:" + strconv.Itoa(port)
	sub, err := Open(Epgm, at, config(false))
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Close()
	pub, err := Open(Epgm, at, config(true))
	if err != nil {
		t.Fatal(err)
	}
	serve(t, pub)
	if _, err := pub.Write([]byte("\x00\x05first")); err != nil {
		t.Fatal(err)
	}
	c := sub.(*subscriber)
	old := packet.AppendSPM(nil, packet.TSI{Port: 1}, uint16(port), &packet.PathMessage{Path: netip.MustParseAddr("192.0.2.1")})
	for end := time.Now().Add(30 * time.Second); len(c.out) == 0; {
		if time.Now().After(end) {
			t.Fatal("it heard nothing")
		}
		long := time.Now().Add(-time.Hour) // the source is to be forgotten
		c.receiver.Handle(old, netip.MustParseAddrPort("192.0.2.1:1"), c.place.receives[0], long)
		if wake := c.receiver.Wake(); !wake.Before(time.Now()) {
			t.Fatalf("it has nothing to do until %v", wake)
		}
		if err := c.receive(); err != nil {
			t.Fatal(err)
		}
	}
	if string(c.out) != "\x00\x05first" {
		t.Errorf("heard %q", c.out)
	}
}
