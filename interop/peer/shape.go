// SPDX-License-Identifier: Apache-2.0

// Messages that both processes make for themselves from a few numbers, so that
// large ones do not travel through the steering.

package peer

import (
	"bytes"
	"fmt"
	"time"
)

// Shape describes a message: frames given byte by byte, and behind them frames
// of given sizes whose bytes follow from a seed.
type Shape struct {
	Prefix [][]byte // frames that come first, as they are
	Sizes  []int    // of the frames behind them
	Seed   int      // makes one message differ from the next
}

// Frames returns the frames of the message.
func (s Shape) Frames() [][]byte {
	frames := append([][]byte{}, s.Prefix...)
	for i, n := range s.Sizes {
		frames = append(frames, made(n, s.Seed+i))
	}
	return frames
}

// Check says what is wrong with frames that should be those of the message.
func (s Shape) Check(frames [][]byte) error {
	want := s.Frames()
	for i := range min(len(frames), len(want)) {
		if !bytes.Equal(frames[i], want[i]) {
			return fmt.Errorf("frame %d has %d bytes %.40q, want %d %.40q", i, len(frames[i]), frames[i], len(want[i]), want[i])
		}
	}
	if len(frames) != len(want) {
		return fmt.Errorf("%d frames, want %d", len(frames), len(want))
	}
	return nil
}

// made repeats a period of 251 bytes, a prime, so that no frame that lost a
// buffer of a round size looks right.
func made(size, seed int) []byte {
	var period [251]byte
	for i := range period {
		period[i] = byte((i*7 + seed) % 251)
	}
	b := make([]byte, size)
	for n := copy(b, period[:]); n < size; n += copy(b[n:], b[:n/251*251]) {
	}
	return b
}

// SendShape sends a message, waiting at most timeout for room.
func (s *Socket) SendShape(timeout time.Duration, m Shape) error {
	return s.call("send_shape", m.fields(timeout), nil)
}

// RecvShape receives a message, waiting at most timeout, and checks that it is m.
func (s *Socket) RecvShape(timeout time.Duration, m Shape) error {
	var result struct{ Wrong string }
	err := s.call("recv_shape", m.fields(timeout), &result)
	if err == nil && result.Wrong != "" {
		err = fmt.Errorf("libzmq received: %s", result.Wrong)
	}
	return err
}

func (s Shape) fields(timeout time.Duration) map[string]any {
	return map[string]any{
		"timeout": timeout.Milliseconds(), "prefix": s.Prefix, "sizes": s.Sizes, "seed": s.Seed,
	}
}
