// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"fmt"

	"github.com/gozmq/zmq"
)

// Format is how messages, requests and answers look on the wire.
type Format int

const (
	// Native is the format of docs/replay.md.
	Native Format = iota
	// KVEvents is the format in which inference servers (vLLM and others that follow
	// it) publish the events of their KV caches: topic, number in 8 bytes, payload. The
	// name of the stream is the topic. A message has one frame. Answers of both shapes
	// are understood, and sent as KVEvents has them: number, payload.
	//
	// The format has no epochs and no time. A subscriber counts epochs from 1. It
	// notices a restart of the publisher when a number is lower than before, or when the
	// last message that it has received is another one in the store of the publisher. A
	// stream cannot begin at a time, and Newest begins with the first message that is
	// received. A publisher sends all that it keeps; PageMessages and PageBytes have no
	// effect.
	KVEvents
	// KVEventsTopic is KVEvents with the topic in answers, before the number, as newer
	// servers send it. To a subscriber both are the same.
	KVEventsTopic
)

// String returns "native", "kv-events" or "kv-events-topic".
func (f Format) String() string {
	if f < 0 || int(f) >= len(formatNames) {
		return fmt.Sprintf("format %d", int(f))
	}
	return formatNames[f]
}

var formatNames = [...]string{"native", "kv-events", "kv-events-topic"}

// ParseFormat reads what String writes.
func ParseFormat(text string) (Format, error) {
	for i, name := range formatNames {
		if name == text {
			return Format(i), nil
		}
	}
	return 0, fmt.Errorf("replay: format %q: %w: it is native, kv-events or kv-events-topic", text, zmq.ErrInvalid)
}

func (f Format) check(start Start) error {
	if f < 0 || int(f) >= len(formatNames) {
		return fmt.Errorf("replay: %v: %w", f, zmq.ErrInvalid)
	}
	if f != Native && (start.kind == fromTime || start.kind == fromSnapshot) {
		return fmt.Errorf("replay: begin at %v: %w: the format %v has nothing to ask for that", start, zmq.ErrInvalid, f)
	}
	return nil
}
