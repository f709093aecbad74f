// SPDX-License-Identifier: Apache-2.0

// The wire, version 1, as docs/replay.md describes it. A message, published or
// replayed, begins with a label, a byte 0 and a header; the first frame of the
// application follows in the same frame, because messages of one frame are cheaper
// than others. Further frames follow unchanged.

package replay

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/gozmq/zmq"
)

// wireVersion is the second byte of each header.
const wireVersion = 1

// Kinds of headers, the first byte.
const (
	kindMessage  = 'M' // a message of the stream
	kindSnapshot = 'S' // a part of a snapshot
	kindEnd      = 'E' // of the answer to a request
	kindRefused  = 'X' // the answer to a request that cannot be served
	kindRequest  = 'Q'
)

// headerSize is that of a header: kind, version, epoch, number, time.
const headerSize = 1 + 1 + 8 + 8 + 8

// MaxStreamName is the most bytes in the name of a stream.
const MaxStreamName = 255

// header is what precedes a message, or ends an answer.
type header struct {
	kind   byte
	epoch  uint64
	number uint64
	time   int64 // nanoseconds since 1970
}

func appendHeader(b []byte, h header) []byte {
	b = append(b, h.kind, wireVersion)
	b = binary.BigEndian.AppendUint64(b, h.epoch)
	b = binary.BigEndian.AppendUint64(b, h.number)
	return binary.BigEndian.AppendUint64(b, uint64(h.time))
}

// parseHeader reads a header that follows a label and a byte 0. It returns what comes
// after it.
func parseHeader(b []byte) (h header, rest []byte, err error) {
	if len(b) < headerSize {
		return h, nil, &FormatError{fmt.Sprintf("a header has %d bytes, not %d", headerSize, len(b))}
	}
	if b[1] != wireVersion {
		return h, nil, &FormatError{fmt.Sprintf("version %d of the format is not known", b[1])}
	}
	h.kind = b[0]
	h.epoch = binary.BigEndian.Uint64(b[2:])
	h.number = binary.BigEndian.Uint64(b[10:])
	h.time = int64(binary.BigEndian.Uint64(b[18:]))
	return h, b[headerSize:], nil
}

// cutLabel separates the label of a frame, a stream or a tag, from what follows the
// byte 0.
func cutLabel(b []byte) (label, rest []byte, err error) {
	i := bytes.IndexByte(b[:min(len(b), MaxStreamName+1)], 0)
	if i < 0 {
		return nil, nil, &FormatError{"the first frame has no label that a byte 0 ends"}
	}
	return b[:i], b[i+1:], nil
}

// request asks for messages, from a start on.
type request struct {
	tag      []byte // comes back with each answer; no byte 0
	stream   string
	start    Start
	messages uint32 // the most messages of the answer
	bytes    uint64 // the most bytes of their frames; one message may exceed it
}

// requestSize is that of the second frame of a request: kind, version, kind of start,
// value, epoch, messages, bytes.
const requestSize = 1 + 1 + 1 + 8 + 8 + 4 + 8

// startLetters are the kinds of starts on the wire.
var startLetters = [...]byte{fromBeginning: 'b', fromNumber: 'n', fromTime: 't', fromNewest: 'e', fromSnapshot: 's'}

// requestFrames is the number of frames of a request: tag, request, stream.
const requestFrames = 3

// frames returns the frames of a request: tag, request, stream.
func (r *request) frames() [][]byte {
	b := append(make([]byte, 0, requestSize), kindRequest, wireVersion, startLetters[r.start.kind])
	b = binary.BigEndian.AppendUint64(b, r.start.value)
	b = binary.BigEndian.AppendUint64(b, r.start.epoch)
	b = binary.BigEndian.AppendUint32(b, r.messages)
	b = binary.BigEndian.AppendUint64(b, r.bytes)
	return [][]byte{r.tag, b, []byte(r.stream)}
}

// parseRequest reads the frames of a request without an envelope. The tag is set if
// there is one, with an error too, so that the error can be answered.
func parseRequest(frames [][]byte) (r request, err error) {
	if len(frames) > 0 && len(frames[0]) <= MaxStreamName && bytes.IndexByte(frames[0], 0) < 0 {
		r.tag = frames[0]
	}
	if len(frames) != requestFrames || r.tag == nil {
		return r, &FormatError{"a request has three frames: tag, request, stream"}
	}
	b := frames[1]
	if len(b) < requestSize || b[0] != kindRequest {
		return r, &FormatError{fmt.Sprintf("a request has %d bytes and begins with %q", requestSize, kindRequest)}
	}
	if b[1] != wireVersion {
		return r, &FormatError{fmt.Sprintf("version %d of the format is not known", b[1])}
	}
	kind := bytes.IndexByte(startLetters[:], b[2])
	if kind < 0 {
		return r, &FormatError{fmt.Sprintf("a request cannot start with %q", b[2])}
	}
	r.start = Start{startKind(kind), binary.BigEndian.Uint64(b[3:]), binary.BigEndian.Uint64(b[11:])}
	r.messages = binary.BigEndian.Uint32(b[19:])
	r.bytes = binary.BigEndian.Uint64(b[23:])
	r.stream = string(frames[2])
	return r, nil
}

// span is what the end of an answer tells of the store: what is kept, as of the answer.
type span struct{ first, next uint64 }

// appendEnd appends the frame that ends an answer. Everything that is kept below resume,
// from where the request began, has been sent.
func appendEnd(b []byte, epoch, resume uint64, now int64, s span) []byte {
	b = appendHeader(b, header{kindEnd, epoch, resume, now})
	b = binary.BigEndian.AppendUint64(b, s.first)
	return binary.BigEndian.AppendUint64(b, s.next)
}

func parseSpan(b []byte) (s span, err error) {
	if len(b) < 16 {
		return s, &FormatError{"an end has two numbers after its header"}
	}
	return span{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])}, nil
}

// parseMessage reads a message without its envelope: what was published, or a part of
// an answer.
func parseMessage(m zmq.Message) (label []byte, h header, body []byte, err error) {
	label, rest, err := cutLabel(m.Bytes())
	if err != nil {
		return nil, h, nil, err
	}
	h, body, err = parseHeader(rest)
	return label, h, body, err
}
