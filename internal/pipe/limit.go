// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"math"
	"strconv"

	"github.com/gozmq/zmq/internal/zerr"
)

// Limit is a size that a peer has announced. The zero value is none.
type Limit struct {
	set bool
	n   int64
}

// Announce reads a limit in decimal. Of several the least counts; what is no number
// is ignored.
func (l *Limit) Announce(text string) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err == nil && n >= 0 {
		l.n, l.set = min(n, l.Most()), true
	}
}

// Reduce lowers a limit, down to zero.
func (l *Limit) Reduce(by int64) { l.n = max(l.n-by, 0) }

// Most returns the largest size that is allowed.
func (l *Limit) Most() int64 {
	if l.set {
		return l.n
	}
	return math.MaxInt64
}

// Accepts returns how large a message may be that the peer accepts, whatever its
// frames.
func (p *Peer) Accepts() int64 { return min(p.MaxFrame.Most(), p.MaxMessage.Most()) }

// Announces reports whether the peer has said how much it accepts.
func (p *Peer) Announces() bool { return p.MaxFrame.set || p.MaxMessage.set || p.MaxFrames.set }

// Refuses returns an error with the numbers if the peer does not accept a message.
func (p *Peer) Refuses(head []byte, tail [][]byte) error {
	if p == nil {
		return nil
	}
	x := extent{frames: 1 + len(tail), size: len(head), largest: len(head)}
	for _, f := range tail {
		x.size += len(f)
		x.largest = max(x.largest, len(f))
	}
	return p.refuses(x)
}

// extent is how large a message is.
type extent struct {
	frames  int
	size    int // of all frames
	largest int // of one
}

// accepts is refuses without the reason.
func (p *Peer) accepts(x extent) bool {
	return int64(x.largest) <= p.MaxFrame.Most() && int64(x.size) <= p.MaxMessage.Most() && int64(x.frames) <= p.MaxFrames.Most()
}

func (p *Peer) refuses(x extent) error {
	switch {
	case int64(x.largest) > p.MaxFrame.Most():
		return zerr.Errorf(zerr.ErrMessageTooLarge, "a frame of %d bytes, %s accepts %d", x.largest, p.Remote, p.MaxFrame.Most())
	case int64(x.size) > p.MaxMessage.Most():
		return zerr.Errorf(zerr.ErrMessageTooLarge, "a message of %d bytes, %s accepts %d", x.size, p.Remote, p.MaxMessage.Most())
	case int64(x.frames) > p.MaxFrames.Most():
		return zerr.Errorf(zerr.ErrMessageTooLarge, "a message of %d frames, %s accepts %d", x.frames, p.Remote, p.MaxFrames.Most())
	}
	return nil
}
