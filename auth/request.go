// SPDX-License-Identifier: Apache-2.0

// Requests and replies of ZAP as a ROUTER receives and sends them: the routing id,
// further ids if there is a proxy in between, an empty frame, and the frames of RFC 27.

package auth

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/gozmq/zmq"
)

const version = "1.0" // RFC 27, of request and reply

// Frames of a request behind the empty one.
const (
	frameVersion = iota
	frameID
	frameDomain
	frameAddress
	frameIdentity
	frameMechanism
	frameCredentials
)

// maxField is the most bytes of a field. Domain, address, identity, user and password
// have a length byte on the wire or in an option, so this library and libzmq send no
// longer ones.
const maxField = 255

// Mechanisms as requests name them (RFC 27).
const (
	null  = "NULL"
	plain = "PLAIN"
	curve = "CURVE"
)

// Request is what is known of a peer that wants to connect. It holds no secret and may
// be logged.
type Request struct {
	// Domain is the ZAPDomain of the socket that asks. It may be empty.
	Domain string
	// Address is the peer's IP address without a port. For ipc it is
	// "localhost:uid:gid:pid" on Linux and the BSDs. It is empty if the address is not
	// known.
	Address string
	// Identity is the RoutingID of the socket that asks. The peer's own is not known
	// yet. Some other ZeroMQ implementations send the peer's here.
	Identity string
	// Mechanism is "NULL", "PLAIN" or "CURVE".
	Mechanism string
	// User is the name that a PLAIN peer gives, any bytes.
	User string
	// Key is the long-term public key of a CURVE peer, which has proved that it has the
	// secret key.
	Key zmq.PublicKey
	// Certificate is the peer's certificate over wss and tls, in DER form, if it has
	// shown one and it was verified. It is nil otherwise. x509.ParseCertificate reads
	// it. Do not change it.
	Certificate []byte
}

// LogValue groups the fields that are set.
func (r Request) LogValue() slog.Value { return slog.GroupValue(r.attrs()...) }

func (r Request) attrs() []slog.Attr {
	attrs := []slog.Attr{slog.String("mechanism", r.Mechanism), slog.String("address", r.Address)}
	if r.Domain != "" {
		attrs = append(attrs, slog.String("domain", r.Domain))
	}
	if r.Identity != "" {
		attrs = append(attrs, slog.String("identity", r.Identity))
	}
	if r.Mechanism == plain {
		attrs = append(attrs, slog.String("user", r.User))
	}
	if r.Mechanism == curve {
		attrs = append(attrs, slog.String("key", r.Key.String()))
	}
	if r.Certificate != nil {
		attrs = append(attrs, slog.String("certificate", FingerprintOf(r.Certificate).String()))
	}
	return attrs
}

// exchange is one request, with what its reply needs.
type exchange struct {
	envelope [][]byte // up to and including the empty frame, sent back as it is
	id       []byte   // of the request, echoed
	request  Request
	password string       // of PLAIN
	again    *readmission // of a peer that is connected; nil for one that wants to be
}

var errNoEnvelope = errors.New("it has no empty frame behind the routing ids")

// parse takes a request apart. If the error is errNoEnvelope, the request cannot be
// answered. After any other error a reply can be sent.
func parse(m zmq.Message) (exchange, error) {
	var x exchange
	frames := m.Frames()
	for i := 1; i < len(frames); i++ {
		if len(frames[i]) == 0 {
			x.envelope, frames = frames[:i+1], frames[i+1:]
			break
		}
	}
	if x.envelope == nil {
		return x, errNoEnvelope
	}
	if len(frames) > frameID && len(frames[frameID]) <= maxField {
		x.id = frames[frameID]
	}
	if len(frames) == 0 || string(frames[frameVersion]) != version {
		return x, errors.New("its version is not " + version)
	}
	if len(frames) < frameCredentials {
		return x, fmt.Errorf("it has %d frames, fewer than %d", len(frames), frameCredentials)
	}
	for i, f := range frames {
		if len(f) > maxField {
			return x, fmt.Errorf("its frame %d has %d bytes, more than %d", i+1, len(f), maxField)
		}
	}
	x.request = Request{
		Domain: string(frames[frameDomain]), Address: string(frames[frameAddress]),
		Identity: string(frames[frameIdentity]), Mechanism: string(frames[frameMechanism]),
		Certificate: certificateOf(m.Peer()),
	}
	return x, x.credentials(frames[frameCredentials:])
}

// certificateOf returns the certificate of the peer that is asked about. The handler is
// bound in process, where a connection has no certificate of its own.
func certificateOf(p zmq.Peer) []byte {
	if p.Protocol != "inproc" {
		return nil
	}
	return p.Certificate
}

// credentials reads the frames of each mechanism. Those of an unknown mechanism are
// ignored, because the rules refuse it.
func (x *exchange) credentials(frames [][]byte) error {
	want, known := map[string]int{null: 0, plain: 2, curve: 1}[x.request.Mechanism]
	if known && len(frames) != want {
		return fmt.Errorf("it has %d credentials, %s has %d", len(frames), x.request.Mechanism, want)
	}
	switch x.request.Mechanism {
	case plain:
		x.request.User, x.password = string(frames[0]), string(frames[1])
	case curve:
		key, err := zmq.NewPublicKey(frames[0])
		if err != nil {
			return fmt.Errorf("its key has %d bytes", len(frames[0]))
		}
		x.request.Key = key
	}
	return nil
}

// status is a status code of RFC 27.
type status string

const (
	statusAllowed  status = "200"
	statusLater    status = "300" // the peer may try again
	statusDenied   status = "400"
	statusInternal status = "500"
)

// reply encodes the answer to the socket that asks.
func (x *exchange) reply(v verdict) zmq.Message {
	frames := append([][]byte{}, x.envelope...)
	frames = append(frames, []byte(version), x.id, []byte(v.status), []byte(v.text))
	if v.status != statusAllowed {
		return zmq.NewMessage(append(frames, nil, nil)...)
	}
	return zmq.NewMessage(append(frames, []byte(v.user.ID), v.user.properties())...)
}
