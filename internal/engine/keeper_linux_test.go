// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"io"
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/zmqtest"
)

// TestEndIsKeptWhereBytesAreNotAcknowledged and nowhere else. The connection itself is
// gone at once.
func TestEndIsKeptWhereBytesAreNotAcknowledged(t *testing.T) {
	for _, owed := range []bool{true, false} {
		var k Keeper
		cfg := configOf("PUSH", nil)
		cfg.Keeper = &k
		ours, peer := tcpPair(t)
		r := rigOver(t, cfg, nil, ours, peer)
		r.handshake("PULL")
		if owed {
			r.send(string(make([]byte, 2<<20))) // more than the system takes
		}
		limit := zmqtest.Deadline(t).Done()
		for tick := time.Tick(time.Millisecond); (r.conn.src.unacked() > 0) != owed; {
			select {
			case <-tick:
			case <-limit:
				t.Fatalf("%d bytes are not acknowledged", r.conn.src.unacked())
			}
		}
		r.conn.Close(nil)
		_ = r.end()
		k.mu.Lock()
		kept := len(k.kept)
		k.mu.Unlock()
		if (kept == 1) != owed {
			t.Errorf("bytes not acknowledged %v: %d connections are kept", owed, kept)
		}
		if _, err := io.Copy(io.Discard, peer); err != nil {
			t.Errorf("the peer reads %v, want the end", err)
		}
		_ = peer.Close()
		k.wait.Wait() // it was the answer
		k.End()
	}
}
