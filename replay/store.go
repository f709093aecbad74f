// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"context"
	"iter"
	"time"
)

// Store keeps the messages of one stream. All methods are safe for concurrent use.
// [Memory] is one, and replay/storetest tests others.
type Store interface {
	// Append keeps records in their order, and sets the Number of each one that it has
	// kept, which is then confirmed. It survives what the store says that it survives.
	// If the error is not nil, Kept tells those that were kept from the others. A
	// store that several publishers share may give numbers in between to others. Append
	// copies the frames.
	Append(ctx context.Context, records []Record) error
	// Read returns the records that are kept, from a number on, in order, up to the
	// newest at the time of the call or later. Numbers may be missing. A record
	// is valid until the loop goes on.
	Read(ctx context.Context, from uint64) iter.Seq2[Record, error]
	// Find returns the number of the first record whose time is t or later, or
	// State.Next if there is none.
	Find(ctx context.Context, t time.Time) (uint64, error)
	// State describes what is kept.
	State(ctx context.Context) (State, error)
	// Close frees what the store uses. Later calls fail with an error that matches
	// net.ErrClosed.
	Close() error
}

// Record is a message in a store.
type Record struct {
	Number uint64    // counted from 0
	Time   time.Time // when it was published
	Frames [][]byte  // one or more
	Kept   bool      // set by Append
}

// Size returns the number of bytes of all frames.
func (r *Record) Size() (n int) {
	for _, f := range r.Frames {
		n += len(f)
	}
	return n
}

// State describes what a store keeps.
type State struct {
	Epoch    uint64 // of the numbers; not 0
	First    uint64 // oldest that is kept, or Next if nothing is
	Next     uint64 // number of the next message
	Messages uint64 // that are kept
	Bytes    int64  // that the store takes for them, by its own measure
}
