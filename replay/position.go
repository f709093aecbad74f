// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Position names a message of a stream.
type Position struct {
	Epoch  uint64 // of the number
	Number uint64 // counted from 0
}

// String returns the position as text, "3f2a-17": the epoch in hexadecimal digits and
// the number.
func (p Position) String() string { return fmt.Sprintf("%x-%d", p.Epoch, p.Number) }

// ParsePosition reads what String writes.
func ParsePosition(text string) (Position, error) {
	epoch, number, ok := strings.Cut(text, "-")
	e, err1 := strconv.ParseUint(epoch, 16, 64)
	n, err2 := strconv.ParseUint(number, 10, 64)
	if !ok || err1 != nil || err2 != nil {
		return Position{}, fmt.Errorf("replay: %q is not a position such as 3f2a-17", text)
	}
	return Position{e, n}, nil
}

// Start is where a subscriber begins. The zero Start is Beginning.
type Start struct {
	kind  startKind
	value uint64 // a number, or nanoseconds since 1970
	epoch uint64 // of the number; 0 for any
}

type startKind byte

const (
	fromBeginning startKind = iota
	fromNumber
	fromTime
	fromNewest
	fromSnapshot
)

// Beginning begins with the oldest message that is kept.
func Beginning() Start { return Start{} }

// Newest begins with the first message that is published from now on.
func Newest() Start { return Start{kind: fromNewest} }

// At begins with the message of that number, in whatever epoch.
func At(number uint64) Start { return Start{kind: fromNumber, value: number} }

// After begins with the message that follows p, which the program has processed. If the
// stream has another epoch by now, the subscriber delivers a RestartError and begins
// with the first message of that.
func After(p Position) Start { return Start{kind: fromNumber, value: p.Number + 1, epoch: p.Epoch} }

// Since begins with the first message that was published at t or later.
func Since(t time.Time) Start { return Start{kind: fromTime, value: uint64(t.UnixNano())} }

// Snapshot begins with the state that the publisher makes for late joiners, as messages
// whose Snapshot is true, and goes on with what was published after it. If an answer
// breaks off, the state comes again, from its part 0.
func Snapshot() Start { return Start{kind: fromSnapshot} }

// String describes the start.
func (s Start) String() string {
	switch s.kind {
	case fromNumber:
		if s.epoch != 0 {
			return fmt.Sprintf("number %d of epoch %x", s.value, s.epoch)
		}
		return fmt.Sprintf("number %d", s.value)
	case fromTime:
		return time.Unix(0, int64(s.value)).UTC().Format(time.RFC3339Nano)
	case fromNewest:
		return "newest"
	case fromSnapshot:
		return "snapshot"
	}
	return "beginning"
}
