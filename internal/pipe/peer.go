// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"strings"
	"sync/atomic"
	"time"
)

// Property is one name and value that a peer announced in its handshake.
type Property struct {
	Name  string
	Value string
}

// Peer describes the other end of one connection. Every message received over the
// connection points to it. It is immutable once the handshake is over, but for what is
// atomic.
type Peer struct {
	Address    string     // numeric address without port, RFC "Peer-Address"; empty in process
	Local      string     // endpoint of our side
	Remote     string     // endpoint of the peer's side
	Identity   []byte     // what the peer announced, may be empty
	SocketType string     // "DEALER"; empty before ZMTP 3
	UserID     string     // from ZAP, may be empty; set only if Authenticated
	Domain     string     // ZAP_DOMAIN by which it was admitted; set only if Authenticated
	Username   string     // with which it asked to be let in by PLAIN
	Version    string     // protocol spoken: "ZMTP 3.1", "inproc", "raw"
	Mechanism  string     // "NULL"; empty before ZMTP 3
	Properties []Property // what the handler gave, then what the peer announced, in order, without reserved names
	Vouched    int        // of Properties, how many the handler gave
	PublicKey  string     // 32 bytes that the peer has proved to hold the secret of; empty but for clients of CURVE
	Accepted   bool       // the peer connected to us

	Certificate     []byte // the peer's of TLS, in DER form; nil unless it was verified
	CertificateName string // its subject, empty without it

	MaxFrame, MaxMessage, MaxFrames Limit // of what it accepts, as it has announced

	// Authenticated means that an authentication handler has admitted the peer.
	Authenticated bool

	// Decided is the last revocation before the program was asked about the peer, nil
	// if it was not asked.
	Decided *Revocation

	// LastHeard is when bytes arrived last, in nanoseconds since 1970 of the system's
	// clock; 0 in process. The reader of the connection keeps it.
	LastHeard atomic.Int64

	// Stalled is when the PING was sent, in the same time, that a silent peer has not
	// answered although its system takes what it is sent. It is out of date if
	// LastHeard is later.
	Stalled atomic.Int64

	// RoundTrip is how many nanoseconds the last heartbeat took that was answered,
	// 0 until there was one.
	RoundTrip atomic.Int64

	// pipe is the one that the connection belongs to, nil once it has gone.
	pipe atomic.Pointer[Pipe]

	// Foreign belongs to a binding in another language: what it made of this
	// peer's properties, zero until then.
	Foreign atomic.Uintptr
}

// Pipe returns the pipe to a peer while its connection is there, nil afterwards and
// for no peer. A pipe may get another connection, and with it another Peer.
func (p *Peer) Pipe() *Pipe {
	if p == nil {
		return nil
	}
	return p.pipe.Load()
}

// SameUser reports whether two peers have proved to be one user: that they hold the
// secret of one key, or what the authentication handler wants from that user. Without a
// mechanism a peer has proved nothing, whatever the handler calls it.
func (p *Peer) SameUser(other *Peer) bool {
	if p == nil || other == nil {
		return false
	}
	if p.PublicKey != "" && p.PublicKey == other.PublicKey {
		return true
	}
	return p.proven() && other.proven() && p.UserID == other.UserID
}

func (p *Peer) proven() bool {
	return p.Authenticated && p.UserID != "" && (p.Mechanism == "PLAIN" || p.Mechanism == "CURVE")
}

// reserved are the properties that stand for what the library knows of a peer by
// itself. "__fd" is where zmq_msg_get finds ZMQ_SRCFD.
var reserved = [...]string{"User-Id", "Peer-Address", "Routing-Id", "__fd"}

// Reserved reports whether a peer must not announce a property of that name. Names
// that differ in case only are the same (RFC 37).
func Reserved(name string) bool {
	for _, r := range reserved {
		if strings.EqualFold(r, name) {
			return true
		}
	}
	return false
}

// StalledSince is Stalled, or the zero time if the peer has been heard meanwhile or
// is not there.
func (p *Peer) StalledSince() time.Time {
	if p == nil {
		return time.Time{}
	}
	if at := p.Stalled.Load(); at != 0 && at >= p.LastHeard.Load() {
		return time.Unix(0, at)
	}
	return time.Time{}
}

// Property returns the value of a property; names are compared exactly, as
// libzmq's zmq_msg_gets does. User-Id is the handler's word only.
func (p *Peer) Property(name string) (string, bool) {
	if p == nil {
		return "", false
	}
	switch name {
	case "Peer-Address":
		return p.Address, p.Address != ""
	case "User-Id":
		return p.UserID, p.Authenticated
	case "Routing-Id":
		name = "Identity"
	}
	return find(p.Properties, name)
}

// VouchedFor returns the value of a property that the authentication handler gave
// the peer, and nothing that the peer says of itself.
func (p *Peer) VouchedFor(name string) (string, bool) {
	switch {
	case p == nil:
		return "", false
	case name == "User-Id":
		return p.UserID, p.Authenticated
	}
	return find(p.Properties[:p.Vouched], name)
}

func find(list []Property, name string) (string, bool) {
	for _, q := range list {
		if q.Name == name {
			return q.Value, true
		}
	}
	return "", false
}
