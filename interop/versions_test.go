// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/gozmq/zmq/interop/peer"
)

// Where the protocol version stands in a greeting (RFC 23; RFC 15 for ZMTP 2.0,
// which calls it the revision).
const (
	majorAt = 10
	minorAt = 11
)

// TestOlderProtocolVersions puts a relay between ours and libzmq that makes each
// take the other for older than it is. Both then speak ZMTP 3.0, which has
// subscriptions as messages; 2.0, which has no commands; 1.0, which frames
// otherwise.
func TestOlderProtocolVersions(t *testing.T) {
	libzmq := peer.Start(t)
	for _, version := range []struct {
		name string
		r    relay
	}{
		{"ZMTP 3.0", relay{major: 3, minor: 0}},
		{"ZMTP 2.0", relay{major: 1}},
		{"ZMTP 1.0", relay{major: 0}},
	} {
		for _, p := range pairs {
			for _, oursIsA := range []bool{true, false} {
				for _, aBinds := range []bool{true, false} {
					c := conversation{pair: p, oursIsA: oursIsA, aBinds: aBinds, transport: "tcp"}
					c.via = version.r.start
					t.Run(version.name+"/"+c.String(), func(t *testing.T) {
						c.run(t, libzmq)
						e, ok := c.a.(goEnd)
						if !ok {
							e = c.b.(goEnd)
						}
						if got := e.Peers()[0].Protocol; got != version.name {
							t.Errorf("spoke %q, want %q", got, version.name)
						}
					})
				}
			}
		}
	}
}

// relay passes bytes on and writes another version into both greetings.
type relay struct {
	major byte
	minor byte // with major 3
}

// start listens for one connection and relays it to a tcp endpoint. It returns
// the endpoint to connect to instead.
func (r relay) start(t *testing.T, endpoint string) string {
	t.Helper()
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	// The sockets at both sides outlive the relay.
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	t.Cleanup(func() {
		stop()
		lis.Close()
		running.Wait()
	})
	running.Go(func() {
		in, err := lis.Accept()
		lis.Close()
		if err != nil {
			return
		}
		defer in.Close()
		out, err := net.Dial("tcp", strings.TrimPrefix(endpoint, "tcp://"))
		if err != nil {
			t.Error(err)
			return
		}
		defer out.Close()
		defer context.AfterFunc(ctx, func() {
			in.Close()
			out.Close()
		})()
		var back sync.WaitGroup
		back.Go(func() { r.pass(in, out) })
		r.pass(out, in)
		back.Wait()
	})
	return fmt.Sprint("tcp://", lis.Addr())
}

// pass copies one direction until it ends, and then ends the other.
func (r relay) pass(to, from net.Conn) {
	defer to.Close()
	defer from.Close()
	at := 0
	for at <= minorAt {
		var b [minorAt + 1]byte
		n, err := from.Read(b[:minorAt+1-at])
		for i := range n {
			switch {
			case at+i == majorAt:
				b[i] = r.major
			case at+i == minorAt && r.major == 3:
				b[i] = r.minor
			}
		}
		if _, failed := to.Write(b[:n]); err != nil || failed != nil {
			return
		}
		at += n
	}
	io.Copy(to, from)
}
