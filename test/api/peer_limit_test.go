// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// TestMessageThatEveryPeerRefusesIsAnError: of the sending call, since peers of
// this library announce what they accept. The connection goes on.
func TestMessageThatEveryPeerRefusesIsAnError(t *testing.T) {
	for name, limits := range map[string][]zmq.Setting{
		"frame":   {zmq.MaxMessageSize.Of(1000)},
		"message": {zmq.MaxMessageBytes.Of(1000)},
	} {
		r := rig.New(t)
		b, at := r.Bind(zmq.PULL, rig.AnyPort, limits...)
		c := r.Connect(zmq.PUSH, at)
		r.WaitPeers(c, 1)
		err := c.Send(r.Ctx, make([]byte, 1001))
		if !errors.Is(err, zmq.ErrMessageTooLarge) || !strings.Contains(err.Error(), "1001") || !strings.Contains(err.Error(), "1000") {
			t.Errorf("%s: Send: %v", name, err)
		}
		r.Send(c, strings.Repeat("x", 1000))
		r.WantRecv(b, strings.Repeat("x", 1000))
		if d := c.Stats().Disconnected; d != 0 {
			t.Errorf("%s: %d connections were lost", name, d)
		}
	}
}

// TestMessageThatOnePeerAcceptsIsSent: another may be why a closer look is taken.
func TestMessageThatOnePeerAcceptsIsSent(t *testing.T) {
	r := rig.New(t)
	d, at := r.Bind(zmq.ROUTER, rig.AnyPort)
	small := r.Connect(zmq.DEALER, at, zmq.RoutingID.Of([]byte("small")), zmq.MaxMessageSize.Of(200))
	large := r.Connect(zmq.DEALER, at, zmq.RoutingID.Of([]byte("large")))
	r.WaitPeers(d, 2)
	body := strings.Repeat("x", 201)
	if err := d.Send(r.Ctx, []byte("small"), []byte(body)); !errors.Is(err, zmq.ErrMessageTooLarge) {
		t.Errorf("to the one that refuses it: %v", err)
	}
	r.Send(d, "large", body)
	r.WantRecv(large, body)
	r.Send(d, "small", "fits")
	r.WantRecv(small, "fits")
}
