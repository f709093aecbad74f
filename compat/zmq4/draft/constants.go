// SPDX-License-Identifier: Apache-2.0

package zmq4

import "github.com/gozmq/zmq/compat/zmq4"

// Types that are the same in package zmq4.
type (
	// Flag changes how Send and Recv work; see zmq4.Flag.
	Flag = zmq4.Flag
	// State is what a socket can do without waiting; see zmq4.State.
	State = zmq4.State
	// Mechanism is a way to authenticate and encrypt; see zmq4.Mechanism.
	Mechanism = zmq4.Mechanism
	// Event is a kind of event of a socket's connections, or a set of kinds; see zmq4.Event.
	Event = zmq4.Event
	// Errno is the number of an error: one of the system, or one of libzmq; see zmq4.Errno.
	Errno = zmq4.Errno
)

// Mechanisms; package zmq4 says what each is.
const (
	CURVE  = zmq4.CURVE  // CURVE is zmq4.CURVE.
	GSSAPI = zmq4.GSSAPI // GSSAPI is zmq4.GSSAPI.
	NULL   = zmq4.NULL   // NULL is zmq4.NULL.
	PLAIN  = zmq4.PLAIN  // PLAIN is zmq4.PLAIN.
)

// Keys; package zmq4 says what each is.
const (
	CURVE_ALLOW_ANY = zmq4.CURVE_ALLOW_ANY // CURVE_ALLOW_ANY is zmq4.CURVE_ALLOW_ANY.
)

// Flags of Send and Recv; package zmq4 says what each is.
const (
	DONTWAIT = zmq4.DONTWAIT // DONTWAIT is zmq4.DONTWAIT.
	SNDMORE  = zmq4.SNDMORE  // SNDMORE is zmq4.SNDMORE.
)

// Errors, under the numbers of this system; package zmq4 says what each is.
const (
	EADDRINUSE      = zmq4.EADDRINUSE      // EADDRINUSE is zmq4.EADDRINUSE.
	EADDRNOTAVAIL   = zmq4.EADDRNOTAVAIL   // EADDRNOTAVAIL is zmq4.EADDRNOTAVAIL.
	EAFNOSUPPORT    = zmq4.EAFNOSUPPORT    // EAFNOSUPPORT is zmq4.EAFNOSUPPORT.
	ECONNABORTED    = zmq4.ECONNABORTED    // ECONNABORTED is zmq4.ECONNABORTED.
	ECONNREFUSED    = zmq4.ECONNREFUSED    // ECONNREFUSED is zmq4.ECONNREFUSED.
	ECONNRESET      = zmq4.ECONNRESET      // ECONNRESET is zmq4.ECONNRESET.
	EFSM            = zmq4.EFSM            // EFSM is zmq4.EFSM.
	EHOSTUNREACH    = zmq4.EHOSTUNREACH    // EHOSTUNREACH is zmq4.EHOSTUNREACH.
	EINPROGRESS     = zmq4.EINPROGRESS     // EINPROGRESS is zmq4.EINPROGRESS.
	EMSGSIZE        = zmq4.EMSGSIZE        // EMSGSIZE is zmq4.EMSGSIZE.
	EMTHREAD        = zmq4.EMTHREAD        // EMTHREAD is zmq4.EMTHREAD.
	ENETDOWN        = zmq4.ENETDOWN        // ENETDOWN is zmq4.ENETDOWN.
	ENETRESET       = zmq4.ENETRESET       // ENETRESET is zmq4.ENETRESET.
	ENETUNREACH     = zmq4.ENETUNREACH     // ENETUNREACH is zmq4.ENETUNREACH.
	ENOBUFS         = zmq4.ENOBUFS         // ENOBUFS is zmq4.ENOBUFS.
	ENOCOMPATPROTO  = zmq4.ENOCOMPATPROTO  // ENOCOMPATPROTO is zmq4.ENOCOMPATPROTO.
	ENOTCONN        = zmq4.ENOTCONN        // ENOTCONN is zmq4.ENOTCONN.
	ENOTSOCK        = zmq4.ENOTSOCK        // ENOTSOCK is zmq4.ENOTSOCK.
	ENOTSUP         = zmq4.ENOTSUP         // ENOTSUP is zmq4.ENOTSUP.
	EPROTONOSUPPORT = zmq4.EPROTONOSUPPORT // EPROTONOSUPPORT is zmq4.EPROTONOSUPPORT.
	ETERM           = zmq4.ETERM           // ETERM is zmq4.ETERM.
	ETIMEDOUT       = zmq4.ETIMEDOUT       // ETIMEDOUT is zmq4.ETIMEDOUT.
)

// Kinds of events, see Socket.Monitor; package zmq4 says what each is.
const (
	EVENT_ACCEPTED                   = zmq4.EVENT_ACCEPTED                   // EVENT_ACCEPTED is zmq4.EVENT_ACCEPTED.
	EVENT_ACCEPT_FAILED              = zmq4.EVENT_ACCEPT_FAILED              // EVENT_ACCEPT_FAILED is zmq4.EVENT_ACCEPT_FAILED.
	EVENT_ALL                        = zmq4.EVENT_ALL                        // EVENT_ALL is zmq4.EVENT_ALL.
	EVENT_BIND_FAILED                = zmq4.EVENT_BIND_FAILED                // EVENT_BIND_FAILED is zmq4.EVENT_BIND_FAILED.
	EVENT_CLOSED                     = zmq4.EVENT_CLOSED                     // EVENT_CLOSED is zmq4.EVENT_CLOSED.
	EVENT_CLOSE_FAILED               = zmq4.EVENT_CLOSE_FAILED               // EVENT_CLOSE_FAILED is zmq4.EVENT_CLOSE_FAILED.
	EVENT_CONNECTED                  = zmq4.EVENT_CONNECTED                  // EVENT_CONNECTED is zmq4.EVENT_CONNECTED.
	EVENT_CONNECT_DELAYED            = zmq4.EVENT_CONNECT_DELAYED            // EVENT_CONNECT_DELAYED is zmq4.EVENT_CONNECT_DELAYED.
	EVENT_CONNECT_RETRIED            = zmq4.EVENT_CONNECT_RETRIED            // EVENT_CONNECT_RETRIED is zmq4.EVENT_CONNECT_RETRIED.
	EVENT_DISCONNECTED               = zmq4.EVENT_DISCONNECTED               // EVENT_DISCONNECTED is zmq4.EVENT_DISCONNECTED.
	EVENT_HANDSHAKE_FAILED_AUTH      = zmq4.EVENT_HANDSHAKE_FAILED_AUTH      // EVENT_HANDSHAKE_FAILED_AUTH is zmq4.EVENT_HANDSHAKE_FAILED_AUTH.
	EVENT_HANDSHAKE_FAILED_NO_DETAIL = zmq4.EVENT_HANDSHAKE_FAILED_NO_DETAIL // EVENT_HANDSHAKE_FAILED_NO_DETAIL is zmq4.EVENT_HANDSHAKE_FAILED_NO_DETAIL.
	EVENT_HANDSHAKE_FAILED_PROTOCOL  = zmq4.EVENT_HANDSHAKE_FAILED_PROTOCOL  // EVENT_HANDSHAKE_FAILED_PROTOCOL is zmq4.EVENT_HANDSHAKE_FAILED_PROTOCOL.
	EVENT_HANDSHAKE_SUCCEEDED        = zmq4.EVENT_HANDSHAKE_SUCCEEDED        // EVENT_HANDSHAKE_SUCCEEDED is zmq4.EVENT_HANDSHAKE_SUCCEEDED.
	EVENT_LISTENING                  = zmq4.EVENT_LISTENING                  // EVENT_LISTENING is zmq4.EVENT_LISTENING.
	EVENT_MONITOR_STOPPED            = zmq4.EVENT_MONITOR_STOPPED            // EVENT_MONITOR_STOPPED is zmq4.EVENT_MONITOR_STOPPED.
)

// Defaults of a context; package zmq4 says what each is.
const (
	IoThreadsDflt  = zmq4.IoThreadsDflt  // IoThreadsDflt is zmq4.IoThreadsDflt.
	MaxSocketsDflt = zmq4.MaxSocketsDflt // MaxSocketsDflt is zmq4.MaxSocketsDflt.
)

// States of sockets; package zmq4 says what each is.
const (
	POLLIN  = zmq4.POLLIN  // POLLIN is zmq4.POLLIN.
	POLLOUT = zmq4.POLLOUT // POLLOUT is zmq4.POLLOUT.
)

// Errors that have no number; package zmq4 says when each occurs.
var (
	ErrorContextClosed         = zmq4.ErrorContextClosed         // ErrorContextClosed is zmq4.ErrorContextClosed.
	ErrorMoreExpected          = zmq4.ErrorMoreExpected          // ErrorMoreExpected is zmq4.ErrorMoreExpected.
	ErrorNoSocket              = zmq4.ErrorNoSocket              // ErrorNoSocket is zmq4.ErrorNoSocket.
	ErrorNotImplemented405     = zmq4.ErrorNotImplemented405     // ErrorNotImplemented405 is zmq4.ErrorNotImplemented405.
	ErrorNotImplemented41      = zmq4.ErrorNotImplemented41      // ErrorNotImplemented41 is zmq4.ErrorNotImplemented41.
	ErrorNotImplemented42      = zmq4.ErrorNotImplemented42      // ErrorNotImplemented42 is zmq4.ErrorNotImplemented42.
	ErrorNotImplementedWindows = zmq4.ErrorNotImplementedWindows // ErrorNotImplementedWindows is zmq4.ErrorNotImplementedWindows.
	ErrorSocketClosed          = zmq4.ErrorSocketClosed          // ErrorSocketClosed is zmq4.ErrorSocketClosed.
)
