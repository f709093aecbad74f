// SPDX-License-Identifier: Apache-2.0

//go:build !js

package diskstore

import (
	"encoding/binary"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/gozmq/zmq/replay"
)

func key(number uint64) []byte { return binary.BigEndian.AppendUint64(nil, number) }

// appendRecord encodes a message: its time, and each frame after its length.
func appendRecord(b []byte, nanos int64, frames [][]byte) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(nanos))
	for _, f := range frames {
		b = append(binary.AppendUvarint(b, uint64(len(f))), f...)
	}
	return b
}

// parseRecord decodes a message into memory of its own.
func parseRecord(b []byte) (r replay.Record, ok bool) {
	if len(b) < 8 {
		return r, false
	}
	r.Time, r.Kept = time.Unix(0, int64(binary.BigEndian.Uint64(b))), true
	rest := append([]byte(nil), b[8:]...)
	for len(rest) > 0 {
		size, n := binary.Uvarint(rest)
		if n <= 0 || size > uint64(len(rest)-n) {
			return r, false
		}
		r.Frames = append(r.Frames, rest[n:n+int(size):n+int(size)])
		rest = rest[n+int(size):]
	}
	return r, len(r.Frames) > 0
}

// state is what the bucket meta says of the messages.
type state struct {
	epoch       uint64
	first, next uint64
	bytes       int64
	oldest      int64 // time of first
	last        int64 // time of the newest that there ever was
	missing     uint64
}

// messages is how many there are. Numbers that were skipped are missing.
func (s *state) messages() uint64 { return s.next - s.first - s.missing }

func (s *state) append(b []byte) []byte {
	for _, n := range []uint64{s.epoch, s.first, s.next, uint64(s.bytes), uint64(s.oldest), uint64(s.last), s.missing} {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	return b
}

func parseState(b []byte) (s state, ok bool) {
	if len(b) != 7*8 {
		return s, false
	}
	n := func(i int) uint64 { return binary.BigEndian.Uint64(b[8*i:]) }
	return state{n(0), n(1), n(2), int64(n(3)), int64(n(4)), int64(n(5)), n(6)}, n(0) != 0 && n(1) <= n(2)
}

// trim drops the oldest messages as the retention demands, but not the newest because of
// its size.
func (s *state) trim(bucket *bolt.Bucket, limit replay.Retention, now int64) error {
	c := bucket.Cursor()
	for k, v := c.First(); ; k, v = c.First() {
		if k == nil {
			s.first, s.missing, s.bytes = s.next, 0, 0
			return nil
		}
		if len(k) != 8 || len(v) < 8 {
			return ErrDamaged
		}
		number := binary.BigEndian.Uint64(k)
		s.missing -= number - s.first
		s.first, s.oldest = number, int64(binary.BigEndian.Uint64(v))
		over := limit.Messages > 0 && s.messages() > limit.Messages || limit.Bytes > 0 && s.bytes > limit.Bytes
		old := limit.Age > 0 && now-s.oldest > int64(limit.Age)
		if !old && (!over || s.messages() <= 1) {
			return nil
		}
		r, ok := parseRecord(v)
		if !ok {
			return ErrDamaged
		}
		if err := c.Delete(); err != nil {
			return err
		}
		s.first++
		s.bytes -= int64(r.Size()) + replay.Overhead
	}
}
