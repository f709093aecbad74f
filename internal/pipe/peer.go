// SPDX-License-Identifier: Apache-2.0

package pipe

import "sync/atomic"

// Property is one name and value that a peer announced in its handshake.
type Property struct {
	Name  string
	Value string
}

// Peer describes the other end of one connection. It is immutable once the
// handshake is over, apart from LastHeard; every message received over the
// connection points to it.
type Peer struct {
	Address    string     // numeric address without port, RFC "Peer-Address"; empty in process
	Local      string     // endpoint of our side
	Remote     string     // endpoint of the peer's side
	Identity   []byte     // what the peer announced, may be empty
	SocketType string     // "DEALER"; empty before ZMTP 3
	UserID     string     // from ZAP, may be empty; set only if Authenticated
	Version    string     // protocol spoken: "ZMTP/3.1", "inproc", "raw"
	Mechanism  string     // "NULL"; empty before ZMTP 3
	Properties []Property // what the handler gave, then everything announced, in order
	Vouched    int        // of Properties, how many the handler gave
	PublicKey  string     // 32 octets that the peer has proved to hold the secret of; empty but for clients of CURVE
	Accepted   bool       // the peer connected to us

	// Authenticated means that an authentication handler has admitted the peer.
	Authenticated bool

	// LastHeard is the monotonic time, in nanoseconds, of the last octets that
	// arrived. Kept by connections that send heartbeats.
	LastHeard atomic.Int64

	// RoundTrip is how many nanoseconds the last heartbeat took that was answered,
	// 0 until there was one.
	RoundTrip atomic.Int64

	// Foreign belongs to a binding in another language: what it made of this
	// peer's properties, zero until then.
	Foreign atomic.Uintptr
}

// Property returns the value of a property; names are compared exactly, as
// libzmq's zmq_msg_gets does. User-Id is the handler's word only: a peer that
// announces one of its own, which libzmq would believe, is not listened to.
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
