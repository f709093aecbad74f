// SPDX-License-Identifier: Apache-2.0

package jetstream

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/gozmq/zmq/replay"
)

// encode puts a record into a message. It copies the frames.
func encode(m *nats.Msg, r *replay.Record) {
	m.Header.Set(timeHeader, strconv.FormatInt(r.Time.UnixNano(), 10))
	m.Data = bytes.Join(r.Frames, nil)
	if len(r.Frames) == 1 {
		return
	}
	var sizes []string
	for _, f := range r.Frames {
		sizes = append(sizes, strconv.Itoa(len(f)))
	}
	m.Header.Set(framesHeader, strings.Join(sizes, ","))
}

// decode reads a message of a consumer, and returns its sequence too.
func decode(m jetstream.Msg) (r replay.Record, sequence uint64, err error) {
	meta, err := m.Metadata()
	if err != nil {
		return r, 0, err
	}
	frames, err := split(m.Data(), m.Headers().Get(framesHeader))
	if err != nil {
		return r, 0, fmt.Errorf("message %d: %w", meta.Sequence.Stream, err)
	}
	r = replay.Record{Number: meta.Sequence.Stream - 1, Time: meta.Timestamp, Frames: frames, Kept: true}
	if n := nanosOf(m.Headers()); n != 0 {
		r.Time = time.Unix(0, n)
	}
	return r, meta.Sequence.Stream, nil
}

// nanosOf returns the time in the headers, or 0.
func nanosOf(h nats.Header) int64 {
	n, _ := strconv.ParseInt(h.Get(timeHeader), 10, 64)
	return n
}

// split takes frames apart, by their lengths if there are several.
func split(data []byte, sizes string) (frames [][]byte, err error) {
	if sizes == "" {
		return [][]byte{data}, nil
	}
	for size := range strings.SplitSeq(sizes, ",") {
		n, err := strconv.Atoi(size)
		if err != nil || n < 0 || n > len(data) {
			return nil, fmt.Errorf("the header %s is %q for %d bytes", framesHeader, sizes, len(data))
		}
		frames = append(frames, data[:n:n])
		data = data[n:]
	}
	return frames, nil
}
