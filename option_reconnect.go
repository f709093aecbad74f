// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"time"

	"github.com/gozmq/zmq/internal/opt"
)

// The options of connecting and connecting again.

// ReconnectInterval is the wait before another attempt to connect. If
// ReconnectIntervalMax is zero, a random time of up to the same length is added. With
// zero and negative values there is no other attempt.
//
//	Default:  100ms
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_RECONNECT_IVL (18)
var ReconnectInterval Option[time.Duration] = durationOption(opt.ReconnectInterval, time.Millisecond)

// ReconnectIntervalMax is the longest wait. The wait doubles after each attempt. It
// starts over after a useful connection, which is one on which a message of the peer
// arrived or which lasted for five seconds. A peer that refuses the handshake, or
// accepts and closes, is dialled less and less often. (libzmq starts over with each
// connection.) A maximum below ReconnectInterval is the wait. Zero keeps the wait at
// ReconnectInterval; negative values are not valid.
//
//	Default:  5s (libzmq: 0, constant wait)
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_RECONNECT_IVL_MAX (21)
var ReconnectIntervalMax Option[time.Duration] = durationOption(opt.ReconnectIntervalMax, time.Millisecond)

// ReconnectStop is a sum of reasons not to connect again: 1 if the connection was
// refused, 2 if the handshake failed, 4 if an ipc connection was refused after the
// program had disconnected or unbound an endpoint of the socket. With zero the socket
// always connects again. Other bits are ignored, including those of negative values. 4
// takes effect at once, unless it was given with the Connect.
//
//	Default:  0
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_RECONNECT_STOP (109)
var ReconnectStop Option[int] = intOption(opt.ReconnectStop)

// ReconnectAfterProtocolError connects again, after the usual wait, to a peer that
// broke the protocol, because the peer may have been replaced by then. Without it the
// endpoint stays idle.
//
//	Default:  true (libzmq: false)
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   does not have it
var ReconnectAfterProtocolError Option[bool] = boolOption(opt.ReconnectAfterProtocolError)

// ConnectTimeout is how long one attempt to connect over tcp may take before it is
// abandoned. Another follows. Zero leaves the limit to the system; negative values are
// not valid.
//
// In the default time a lost SYN is sent again after one, three and seven seconds (RFC
// 6298), and three seconds remain for the answer. Without a limit the system doubles
// the pauses for two minutes, and a Connect would still wait when an outage is over. If
// a host has several addresses, each except the last gets five seconds at most.
//
//	Default:  10s (libzmq: 0, as the system has it)
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_CONNECT_TIMEOUT (79)
var ConnectTimeout Option[time.Duration] = durationOption(opt.ConnectTimeout, time.Millisecond)

// AllAddresses makes Connect connect to every address that the name in the endpoint
// resolves to, so many at most, and follow changes of the name. It is for names that
// stand for many servers, such as headless services. It is for tcp, ws, wss and tls; other
// transports have one connection. The certificate of a server has to be valid for the name,
// not for the address. With zero there is one connection, to the first address that answers;
// 1000 is the largest value.
//
// The name is resolved again every ResolveInterval, and when a connection ends, at most
// once a second. An address that is new is connected to. For one that is gone, nothing
// more is queued. What is queued is sent within Linger, 30 seconds at most, then the
// connection ends and the rest is dropped (Drops.PeerGone). A reply that has not come by
// then is lost, but what was received before stays. If the name does not resolve,
// nothing changes. If there are more addresses than allowed, those that are connected
// stay, and the log warns. If the name has IPv4 and IPv6 addresses, those of the family
// that the system prefers are used, because many hosts have one of each.
//
// The program has one endpoint: Endpoints lists it, with the number of peers and the state
// of the address that has come furthest, and Disconnect removes it, by the text that was
// given to Connect. PeerStats.Remote and
// Event.Remote name the address. There is no queue before an address is known. After
// that messages are also queued for addresses that are not connected yet, or no longer,
// and a PUSH or DEALER gives them their share. With Immediate only connected ones get
// messages.
//
// On PAIR and CHANNEL, which have one peer, and with ConnectRoutingID, Connect fails with
// ErrInvalid. ConnectPeer ignores the option.
//
//	Default:  0
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all that connect to several peers
//	libzmq:   does not have it
var AllAddresses Option[int] = intOption(opt.AllAddresses)

// ResolveInterval is how often the name of a Connect with AllAddresses is resolved
// again; zero and negative values are not valid. While the name has never resolved, it is tried again
// as often as a connection is, see ReconnectInterval.
//
//	Default:  30s
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   does not have it
var ResolveInterval Option[time.Duration] = durationOption(opt.ResolveInterval, time.Millisecond)

// HandshakeInterval is how long a handshake may take after the connection was made.
// Then the connection is closed. Zero is no limit, so that a silent client can hold a
// connection for ever; negative values are not valid.
//
//	Default:  30s
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all except STREAM
//	libzmq:   ZMQ_HANDSHAKE_IVL (66)
var HandshakeInterval Option[time.Duration] = durationOption(opt.HandshakeInterval, time.Millisecond)

// Immediate queues messages only for peers that have finished their handshake, and
// drops the messages queued for a peer when its connection breaks. Without it messages
// are queued from the Connect on and survive reconnects.
//
//	Default:  false
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_IMMEDIATE (39)
var Immediate Option[bool] = boolOption(opt.Immediate)

// Backlog is how many connections the system keeps waiting to be accepted, as given to
// listen(2). The system may lower it. Zero is passed on; negative values are not valid.
//
//	Default:  100
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_BACKLOG (19)
var Backlog Option[int] = intOption(opt.Backlog)

// UseFD is a descriptor that is already bound and listening, such as service managers
// pass to programs. The next Bind uses it instead of a new one, evaluates only the
// scheme of its endpoint, and closes the descriptor in the end. Give it to Bind as a
// setting, because it serves one Bind. Zero is a valid descriptor; -1 is none, and
// lower values are not valid.
//
//	Default:  -1, none
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_USE_FD (89)
var UseFD Option[int] = intOption(opt.UseFD)
