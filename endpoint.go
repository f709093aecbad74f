// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"context"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/zerr"
)

// Bind makes the socket reachable at an endpoint: "tcp://*:5555", "tcp://127.0.0.1:*"
// (LastEndpoint returns the port), "ipc:///run/x", "ipc://@abstract", "ipc://*",
// "inproc://name". When it returns, peers can connect. A socket may bind and connect
// any number of times. The settings apply to this endpoint alone. Allowed are the
// options that apply "to later calls of Bind and Connect", and the high-water marks.
// Others are refused with ErrInvalid.
//
// A DISH or a DGRAM binds over udp: "udp://*:5555", "udp://192.0.2.1:*", a multicast group
// as "udp://239.1.2.3:5555", and one on a certain interface as "udp://eth0;239.1.2.3:5555"
// or "udp://eth0;[ff02::1:2]:5555". A RADIO connects to such an address. A datagram has
// no handshake: with a security mechanism, a ZAPDomain or an authorizer set, ErrInvalid.
//
// A PUB, XPUB, SUB or XSUB binds or connects, which is the same, to a multicast group over
// epgm or pgm: "epgm://eth0;239.192.1.1:5555". The interface is given by its name, its
// address or its network, or left out, "epgm://239.192.1.1:5555". Several groups to receive
// are separated by commas, and another group to send to follows a semicolon. epgm travels
// in UDP; pgm has packets of its own, for which Linux wants root or CAP_NET_RAW. Missing
// packets are repaired; see Rate, RecoveryInterval and Socket.MulticastStats. Subscriptions
// stay with the subscriber, and as with udp there is no handshake.
//
// Errors: ErrInvalid, ErrUnsupportedTransport, ErrIncompatibleTransport,
// ErrAddressInUse, ErrNoDevice, ErrNameTooLong, ErrRefused, and errors of the operating
// system.
func (s *Socket) Bind(endpoint string, settings ...Setting) error {
	list, err := endpointSettings(s.t, settings)
	if err == nil {
		err = s.s.Bind(endpoint, list...)
	}
	return fail("bind", endpoint, err)
}

// Connect begins to connect to an endpoint and returns at once, whether or not a peer
// is listening. For every attempt the library resolves the name again and tries all its
// addresses until one answers; with AllAddresses it connects to each. It repeats the attempts until one succeeds, and again whenever the
// connection is lost. Messages may be queued from now on (see Immediate). The settings
// apply to this endpoint alone; see Bind.
//
// A second Connect to the same endpoint does nothing on DEALER, REQ, SUB and PUB, and
// makes a second connection on other types. Errors: those of Bind, as far as the
// endpoint's text alone shows them.
func (s *Socket) Connect(endpoint string, settings ...Setting) error {
	list, err := endpointSettings(s.t, settings)
	if err == nil {
		err = s.s.Connect(endpoint, list...)
	}
	return fail("connect", endpoint, err)
}

// ConnectPeer is Connect for a PEER. It returns the number by which messages name the
// peer (Message.WithRoutingID). Messages may be sent to it at once, and the number
// remains the same over reconnects. With Immediate there is no peer before the
// connection is made, so ConnectPeer fails with ErrFault. Other types: ErrNotSupported.
func (s *Socket) ConnectPeer(endpoint string, settings ...Setting) (routingID uint32, err error) {
	list, err := endpointSettings(s.t, settings)
	if err == nil {
		routingID, err = s.s.ConnectPeer(endpoint, list...)
	}
	return routingID, fail("connect", endpoint, err)
}

// Unbind stops listening at an endpoint, which must be given as LastEndpoint returned
// it after the Bind. When Unbind returns, the address is free. Connections that were
// accepted there end once the messages queued for them have been sent. Messages that
// they sent can still be received. Error: ErrNoEndpoint.
func (s *Socket) Unbind(endpoint string) error {
	return s.failEndpoint("unbind", endpoint, s.s.Unbind(endpoint))
}

// Disconnect ends the connection to an endpoint, which must be given as it was to
// Connect. Messages that are queued for the peer are sent, within Linger. Messages from
// the peer that have not been received yet are dropped. Error: ErrNoEndpoint.
func (s *Socket) Disconnect(endpoint string) error {
	return s.failEndpoint("disconnect", endpoint, s.s.Disconnect(endpoint))
}

// LastEndpoint returns the endpoint of the last successful Bind or Connect. That of a
// Bind has the numeric address and the actual port. That of a Connect is as it was
// given. It is empty before the first. (ZMQ_LAST_ENDPOINT)
func (s *Socket) LastEndpoint() string { return s.s.LastEndpoint() }

// Peers lists the connected peers, those that have finished their handshake, in no
// particular order.
func (s *Socket) Peers() []PeerStats { return newPeerList(s.s) }

func newPeerList(s *core.Socket) []PeerStats {
	var list []PeerStats
	for _, i := range s.Peers() {
		list = append(list, newPeerStats(i))
	}
	return list
}

// DisconnectPeer ends the connection of one peer, which comes from Socket.Peers, a
// message or an event. Messages from the peer that were read can still be received. If
// the peer connected to this socket, the messages that are queued for it are dropped
// and counted in Drops.PeerGone. The peer may connect again, unless an authorizer or an
// authentication handler refuses it.
//
// If this socket connected to the peer, only the connection ends. The socket dials the
// endpoint again, as after any lost connection, and then sends the queued messages. To
// remove the endpoint, use Disconnect or, for a PEER, DisconnectRoutingID. An inproc
// connection ends permanently, on both sides.
//
// Errors: ErrHostUnreachable if the connection has ended already, even if there is a
// new one; ErrClosed and ErrTerminated.
func (s *Socket) DisconnectPeer(p Peer) error {
	return s.fail("disconnect peer", s.s.DisconnectPeer(p.p))
}

// DisconnectRoutingID ends the peer of a SERVER or PEER that has that number, which a
// message of it carries (Message.RoutingID) or ConnectPeer returned. Messages that are
// queued for it are sent first, within Linger, and messages from it that have not been
// received are dropped. No other peer gets the number. If this socket connected to the
// peer, the endpoint is removed, as by Disconnect. A peer that connected to this socket
// may connect again, and gets another number.
//
// Errors: ErrHostUnreachable if no peer has the number; ErrNotSupported on other types;
// ErrClosed and ErrTerminated.
func (s *Socket) DisconnectRoutingID(routingID uint32) error {
	return s.fail("disconnect peer", s.s.DisconnectNumber(routingID))
}

// WaitPeers waits until at least n peers are connected.
func (s *Socket) WaitPeers(ctx context.Context, n int) error {
	if ctx == nil {
		return s.fail("wait for peers", errNilContext)
	}
	return s.failWaiting("wait for peers", s.s.WaitFor(ctx, func() bool { return s.s.PeerCount() >= n }))
}

// WaitSubscribers waits until a message with that topic would reach at least n peers.
// It is for PUB and XPUB, whose messages reach only peers that have subscribed, and for
// RADIO, of which topic is a whole group. On other types: ErrNotSupported.
func (s *Socket) WaitSubscribers(ctx context.Context, topic string, n int) error {
	if ctx == nil {
		return s.fail("wait for subscribers", errNilContext)
	}
	if _, ok := s.s.Subscribers(nil); !ok {
		return s.fail("wait for subscribers", zerr.ErrNotSupported)
	}
	err := s.s.WaitFor(ctx, func() bool {
		have, _ := s.s.Subscribers([]byte(topic))
		return have >= n
	})
	return s.failWaiting("wait for subscribers", err)
}
