// SPDX-License-Identifier: Apache-2.0

package role

import "errors"

// ErrUnsupported is what a library returns for a part that it does not have. It
// is reported as such, and is no failure.
var ErrUnsupported = errors.New("not supported by this library")

// Kind is the kind of a socket, in ZeroMQ's words.
type Kind string

// The kinds that the roles use.
const (
	Push   Kind = "PUSH"
	Pull   Kind = "PULL"
	Req    Kind = "REQ"
	Rep    Kind = "REP"
	Dealer Kind = "DEALER"
	Router Kind = "ROUTER"
	// XPub tells of every subscription, also of those that it has, and waits for
	// subscribers that are behind (ZMQ_XPUB_VERBOSE, ZMQ_XPUB_NODROP).
	XPub Kind = "XPUB"
)

// Config says what socket a role wants. All else is the library's default, but
// that what was sent leaves before Close returns.
type Config struct {
	Kind Kind
	// Curve asks for CURVE, as the server where the role binds and as the client
	// where it connects, with the keys below.
	Curve, Server bool
	// Forwards says that the socket will be given to Proxy.
	Forwards bool
}

// Group is that of RADIO and DISH, where a library plays a role with these.
const Group = "g"

// The keys of the CURVE scenarios, which are no secret.
const (
	ServerPublic = `sg.IaC]k5QT^PP/frk6i0>Fult3t8aBzZdk^dz-}`
	ServerSecret = `]B$hmT=rcokv)b!H.3Gd=/N[^q9Osdcg]DYgakD{`
	ClientPublic = `<zADCiH*CNf{KbnaiYHyVfh@<&@^Tu4p5/IjT^JJ`
	ClientSecret = `y!*x7uCcl1b.CFJ.]M<1t8ZUj9>e3o(d]m#86E3}`
)

// Library is what is measured.
type Library interface {
	// Version is its name and version.
	Version() string
	// Open makes a context: sockets of one can meet in process.
	Open() (Context, error)
}

// Context is one library at work.
type Context interface {
	Socket(Config) (Socket, error)
	// Proxy passes what front receives on to back, until the process ends.
	Proxy(front, back Socket) error
	Close() error
}

// Socket is a socket of a library. A method is one call of the library's public
// API, the one that its documentation shows first.
type Socket interface {
	// Bind returns the endpoint to connect to.
	Bind(endpoint string) (string, error)
	Connect(endpoint string) error
	// Send sends a message of one frame, whose body the caller goes on to use.
	Send(body []byte) error
	// Recv receives a message and returns its last frame, which is good until the
	// next call.
	Recv() ([]byte, error)
	// SendParts sends a message of several frames.
	SendParts(parts [][]byte) error
	// RecvParts receives a message and says of how many frames and bytes.
	RecvParts() (frames, bytes int, err error)
	// Echo receives a message of any frames and sends it back.
	Echo() error
	// Shared says whether goroutines may send at once without a lock of their own.
	Shared() bool
	Close() error
}

// Flusher is a Socket that gathers what it sends until it is told that this was
// all: plain TCP, which no library can be.
type Flusher interface{ Flush() error }
