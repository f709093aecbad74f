// SPDX-License-Identifier: Apache-2.0

// Frames and the greeting of ZMTP 3.0 (RFC 23), for connections that a program
// drives itself.

package zmq4

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
)

const (
	flagMore    = 1
	flagLong    = 2
	flagCommand = 4

	greetingSize  = 64
	mechanismSize = 20 // bytes of the mechanism's name in a greeting

	// The bounds of package zmq, for what strangers may announce.
	maxFrameBytes   = 256 << 20
	maxMessageBytes = 1 << 30
	maxFrames       = 65536
	maxCommandBytes = 64 << 10

	// chunk is how much memory is taken before its bytes have arrived.
	chunk = 64 << 10
)

// frame is one frame with the flags MORE and COMMAND.
type frame struct {
	flags byte
	body  []byte
}

func (f frame) more() bool    { return f.flags&flagMore != 0 }
func (f frame) command() bool { return f.flags&flagCommand != 0 }

// appendFrame writes a frame, RFC 23, "Framing".
func appendFrame(dst []byte, flags byte, body []byte) []byte {
	if len(body) > 255 {
		dst = append(dst, flags|flagLong)
		dst = binary.BigEndian.AppendUint64(dst, uint64(len(body)))
	} else {
		dst = append(dst, flags, byte(len(body)))
	}
	return append(dst, body...)
}

// readFrame reads a frame of at most limit bytes. Memory grows with what arrives,
// not with what is announced.
func readFrame(r io.Reader, limit uint64) (frame, error) {
	var head [9]byte
	if _, err := io.ReadFull(r, head[:2]); err != nil {
		return frame{}, err
	}
	flags, size := head[0], uint64(head[1])
	if flags&^(flagMore|flagLong|flagCommand) != 0 || flags&flagCommand != 0 && flags&flagMore != 0 {
		return frame{}, fmt.Errorf("%w: flags %#02x", ErrBadFrame, flags)
	}
	if flags&flagLong != 0 {
		if _, err := io.ReadFull(r, head[2:]); err != nil {
			return frame{}, unexpected(err)
		}
		size = binary.BigEndian.Uint64(head[1:])
	}
	if flags&flagCommand != 0 {
		limit = min(limit, maxCommandBytes)
	}
	if size > limit {
		return frame{}, fmt.Errorf("%w: %d bytes announced, the limit is %d", ErrBadFrame, size, limit)
	}
	body, err := readBody(r, int(size))
	return frame{flags: flags &^ flagLong, body: body}, err
}

func readBody(r io.Reader, size int) ([]byte, error) {
	if size <= chunk {
		body := make([]byte, size)
		_, err := io.ReadFull(r, body)
		return body, unexpected(err)
	}
	var body bytes.Buffer
	body.Grow(chunk)
	if _, err := io.CopyN(&body, r, int64(size)); err != nil {
		return nil, unexpected(err)
	}
	return body.Bytes(), nil
}

// unexpected is for errors in the middle of a frame.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// greeting returns the 64 bytes that a connection begins with, RFC 23,
// "Connection Setup".
func greeting(mechanism SecurityType, server bool) ([]byte, error) {
	if len(mechanism) == 0 || len(mechanism) > mechanismSize {
		return nil, fmt.Errorf("zmq4: a mechanism's name has 1 to %d bytes, not %q", mechanismSize, mechanism)
	}
	g := make([]byte, greetingSize)
	g[0], g[9], g[10] = 0xFF, 0x7F, 3
	copy(g[12:], mechanism)
	if server && mechanism != NullSecurity {
		g[32] = 1
	}
	return g, nil
}

// parseGreeting reads the peer's greeting.
func parseGreeting(g []byte) (mechanism SecurityType, server bool, err error) {
	if g[0] != 0xFF || g[9]&1 != 1 {
		return "", false, fmt.Errorf("%w: the peer does not speak ZMTP", ErrBadFrame)
	}
	if g[10] < 3 {
		return "", false, fmt.Errorf("%w: the peer speaks ZMTP %d, which is too old", ErrBadFrame, g[10])
	}
	return SecurityType(strings.TrimRight(string(g[12:32]), "\x00")), g[32] == 1, nil
}
