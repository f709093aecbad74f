// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// slow is a connection whose writes take a second, as a busy machine's do.
type slow struct{ *zmqtest.Conn }

func (s slow) Write(b []byte) (int, error) {
	<-time.After(time.Second) // of the bubble
	return s.Conn.Write(b)
}

// TestRefusalIsOutBeforeTheWriteEndIsClosed: where sockets cannot be polled, as on
// Windows, the handshake writes in another goroutine.
func TestRefusalIsOutBeforeTheWriteEndIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := configOf("REP", nil)
		cfg.Authorize = func(context.Context, *pipe.Peer) error { return errors.New("not on Mondays") }
		ours, peer := zmqtest.Pipe()
		c := New(slow{ours}, cfg)
		c.SetAccepted()
		ended := make(chan error, 1)
		go func() {
			_, err := c.Handshake()
			c.Close(err)
			ended <- err
		}()
		if _, err := peer.Write(append(zmqtest.MustOctets(greeting), readyFrame("REQ")...)); err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(peer)
		if err != nil || !strings.Contains(string(got), "not on Mondays") {
			t.Errorf("the peer got %q, %v", got, err)
		}
		_ = peer.Close()
		if err := <-ended; err == nil {
			t.Error("the peer was let in")
		}
	})
}
