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

// delayed is a connection that does something before each write.
type delayed struct {
	*zmqtest.Conn
	before func()
}

func (d delayed) Write(b []byte) (int, error) {
	d.before()
	return d.Conn.Write(b)
}

// TestRefusalIsOutBeforeTheWriteEndIsClosed: where sockets cannot be polled, as on
// Windows, the handshake writes in another goroutine.
func TestRefusalIsOutBeforeTheWriteEndIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := configOf("REP", nil)
		cfg.Authorize = func(context.Context, *pipe.Peer) error { return errors.New("not on Mondays") }
		ours, peer := zmqtest.Pipe()
		c := New(delayed{ours, func() { time.Sleep(time.Second) }}, cfg)
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
