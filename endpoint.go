// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"context"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/zerr"
)

// Bind makes the socket reachable at an endpoint: "tcp://*:5555",
// "tcp://127.0.0.1:*" (LastEndpoint tells the port), "ipc:///run/x",
// "ipc://@abstract", "ipc://*", "inproc://name". When it returns, peers can
// connect. A socket may bind and connect any number of times. The settings
// apply to this endpoint alone: those that say so ("to later calls of Bind and
// Connect") and the high-water marks. Others are refused with ErrInvalid.
//
// Errors: ErrInvalid, ErrUnsupportedTransport, ErrIncompatibleTransport,
// ErrAddressInUse, ErrNoDevice, ErrNameTooLong, ErrRefused, and what the
// operating system says.
func (s *Socket) Bind(endpoint string, settings ...Setting) error {
	list, err := endpointSettings(s.t, settings)
	if err == nil {
		err = s.s.Bind(endpoint, list...)
	}
	return fail("bind", endpoint, err)
}

// Connect begins to connect to an endpoint and returns at once, whether anybody
// is there or not. The library resolves the name anew at every attempt, tries
// all its addresses, and goes on until it succeeds and again whenever the
// connection is lost; messages may be queued from now on (see Immediate). The
// settings apply to this endpoint alone; see Bind.
//
// A second Connect to the same endpoint does nothing on DEALER, REQ, SUB and
// PUB, and makes a second connection on other types. Errors: as Bind, for what
// can be told from the text alone.
func (s *Socket) Connect(endpoint string, settings ...Setting) error {
	list, err := endpointSettings(s.t, settings)
	if err == nil {
		err = s.s.Connect(endpoint, list...)
	}
	return fail("connect", endpoint, err)
}

// Unbind stops listening at an endpoint, which is given as LastEndpoint had it
// after the bind. When it returns, the address is free. Connections that were
// accepted there end once what is queued for them has been sent; what they sent
// can still be received. Error: ErrNoEndpoint.
func (s *Socket) Unbind(endpoint string) error {
	return fail("unbind", endpoint, s.s.Unbind(endpoint))
}

// Disconnect ends the connection to an endpoint, which is given as it was to
// Connect. What is queued for it is sent, within Linger; messages from it that
// were not received yet are dropped. Error: ErrNoEndpoint.
func (s *Socket) Disconnect(endpoint string) error {
	return fail("disconnect", endpoint, s.s.Disconnect(endpoint))
}

// Endpoint is one bind or one connect of a socket.
type Endpoint struct {
	Address string // by which Unbind or Disconnect finds it
	Bound   bool   // by Bind, not Connect
	Peers   int    // that are connected through it now
}

// Endpoints lists what the socket is bound and connected to, in the order of
// the calls.
func (s *Socket) Endpoints() []Endpoint { return newEndpoints(s.s) }

func newEndpoints(s *core.Socket) []Endpoint {
	var list []Endpoint
	for _, e := range s.Endpoints() {
		list = append(list, Endpoint(e))
	}
	return list
}

// LastEndpoint returns the endpoint of the last successful Bind, with numeric
// address and actual port, or Connect, as given; "" before the first. (libzmq:
// ZMQ_LAST_ENDPOINT)
func (s *Socket) LastEndpoint() string { return s.s.LastEndpoint() }

// Peers lists the peers that are connected, in no particular order: those that
// have finished their handshake.
func (s *Socket) Peers() []PeerStats { return newPeerList(s.s) }

func newPeerList(s *core.Socket) []PeerStats {
	var list []PeerStats
	for _, i := range s.Peers() {
		list = append(list, newPeerStats(i))
	}
	return list
}

// WaitPeers waits until at least n peers are connected.
func (s *Socket) WaitPeers(ctx context.Context, n int) error {
	return fail("wait for peers", s.s.String(), s.s.WaitFor(ctx, func() bool { return s.s.PeerCount() >= n }))
}

// WaitSubscribers waits until a message with that topic would reach at least n
// peers. It is for PUB and XPUB, whose messages are lost for those who have not
// subscribed yet. On other types: ErrNotSupported.
func (s *Socket) WaitSubscribers(ctx context.Context, topic string, n int) error {
	if _, ok := s.s.Subscribers(nil); !ok {
		return fail("wait for subscribers", s.s.String(), zerr.ErrNotSupported)
	}
	err := s.s.WaitFor(ctx, func() bool {
		have, _ := s.s.Subscribers([]byte(topic))
		return have >= n
	})
	return fail("wait for subscribers", s.s.String(), err)
}
