// SPDX-License-Identifier: Apache-2.0

// Package zap encodes the requests and decodes the replies between a socket that has to
// authenticate its peer and the authentication handler of its context (RFC 27, ZAP
// 1.0). It handles frames only; the caller sends and receives them.
package zap

import (
	"fmt"

	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
)

// Endpoint is where the handler of a context binds.
const Endpoint = "inproc://zeromq.zap.01"

const (
	version = "1.0"
	// requestID is constant in libzmq too. Each connection has a pipe of its own and
	// one request at a time.
	requestID = "1"
)

// Request asks the handler about one peer.
type Request struct {
	Domain      string
	Address     string // of the peer, numeric, without port
	Identity    []byte // of the asking socket, as libzmq has it; RFC 27 means the peer's
	Mechanism   string
	Credentials [][]byte // PLAIN: name and password; CURVE: the client's key, 32 bytes
}

// Frames returns the request as it is sent, beginning with the empty delimiter.
func (r *Request) Frames() [][]byte {
	frames := [][]byte{
		{}, []byte(version), []byte(requestID), []byte(r.Domain), []byte(r.Address), r.Identity, []byte(r.Mechanism),
	}
	return append(frames, r.Credentials...)
}

// Reply is the handler's answer.
type Reply struct {
	Status   int    // 200, 300, 400 or 500
	Text     string // for humans
	UserID   string
	Metadata []byte // encoded properties
}

// ZMQ_PROTOCOL_ERROR_ZAP constants of the monitor.
const (
	codeUnspecified     = 0x20000000
	codeMalformed       = 0x20000001
	codeBadRequestID    = 0x20000002
	codeBadVersion      = 0x20000003
	codeInvalidStatus   = 0x20000004
	codeInvalidMetadata = 0x20000005
)

// ParseReply reads a reply and checks it in libzmq's order (RFC 27).
// The error is a *zerr.ProtocolError with the monitor's number.
func ParseReply(frames [][]byte) (*Reply, error) {
	if len(frames) != 7 {
		return nil, fault(codeMalformed, "the answer has %d frames, not 7", len(frames))
	}
	if len(frames[0]) != 0 {
		return nil, fault(codeUnspecified, "the answer does not begin with an empty frame")
	}
	if string(frames[1]) != version {
		return nil, fault(codeBadVersion, "the answer is of version %.20q, not %s", frames[1], version)
	}
	if string(frames[2]) != requestID {
		return nil, fault(codeBadRequestID, "the answer is to request %.20q, not %s", frames[2], requestID)
	}
	status, ok := parseStatus(frames[3])
	if !ok {
		return nil, fault(codeInvalidStatus, "the status is %.20q, not 200, 300, 400 or 500", frames[3])
	}
	if err := wire.ParseMetadata(frames[6], func(string, []byte) error { return nil }); err != nil {
		e := fault(codeInvalidMetadata, "the answer's metadata cannot be read")
		e.Err = err
		return nil, e
	}
	return &Reply{Status: status, Text: string(frames[4]), UserID: string(frames[5]), Metadata: frames[6]}, nil
}

func parseStatus(b []byte) (int, bool) {
	if len(b) != 3 || b[0] < '2' || b[0] > '5' || b[1] != '0' || b[2] != '0' {
		return 0, false
	}
	return int(b[0]-'0') * 100, true
}

func fault(code uint32, format string, args ...any) *zerr.ProtocolError {
	return &zerr.ProtocolError{Rule: "authentication handler: " + fmt.Sprintf(format, args...), Code: code}
}
