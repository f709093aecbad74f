// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"iter"
	"net"
	"sort"
	"sync"
	"time"
)

// Retention is how much a store keeps. The oldest messages go first. In each field,
// zero is no limit.
type Retention struct {
	Messages uint64        // how many
	Bytes    int64         // of frames, with Overhead for each message
	Age      time.Duration // since they were published
}

// Overhead is what a message counts in Retention.Bytes in addition to its frames.
const Overhead = 64

// DefaultRetention is that of NewMemory for the zero Retention: 10,000 messages (as many as
// inference servers keep), and 64 MiB.
func DefaultRetention() Retention { return Retention{Messages: 10_000, Bytes: 64 << 20} }

// chunkSize is how much memory Memory takes at a time, for many small messages.
const chunkSize = 64 << 10

// Memory is a store in memory. Its epoch is random, because it ends with the process.
// Messages that are older than Retention.Age go when the next message is appended or
// the store is read.
type Memory struct {
	retention Retention
	epoch     uint64

	mu     sync.Mutex
	ring   []kept // used from head on, count of them
	head   int
	count  int
	next   uint64
	bytes  int64
	last   int64 // time of the newest
	chunk  []byte
	closed bool
}

// kept is a message in memory.
type kept struct {
	time   int64
	data   []byte   // the only frame
	frames [][]byte // all of them, if there are several
}

func (k *kept) size() int64 {
	n := len(k.data)
	for _, f := range k.frames {
		n += len(f)
	}
	return int64(n) + Overhead
}

// NewMemory makes an empty store. The newest message is kept whatever its size, until it
// is too old. The zero Retention is DefaultRetention.
func NewMemory(r Retention) *Memory {
	if r == (Retention{}) {
		r = DefaultRetention()
	}
	return &Memory{retention: r, epoch: NewEpoch()}
}

// NewEpoch returns a random epoch, which is not 0.
func NewEpoch() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return binary.BigEndian.Uint64(b[:]) | 1
}

// Append implements Store.
func (m *Memory) Append(_ context.Context, records []Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return fmt.Errorf("replay: append to a memory store: %w", net.ErrClosed)
	}
	for i := range records {
		r := &records[i]
		m.add(r)
		r.Number, r.Kept = m.next, true
		m.next++
	}
	m.trim(m.last)
	return nil
}

func (m *Memory) add(r *Record) {
	// Times do not go back, so that Find can bisect.
	m.last = max(m.last, r.Time.UnixNano())
	k := kept{time: m.last}
	if len(r.Frames) == 1 {
		k.data = m.copy(r.Frames[0])
	} else {
		k.frames = make([][]byte, len(r.Frames))
		for i, f := range r.Frames {
			k.frames[i] = m.copy(f)
		}
	}
	if m.count == len(m.ring) {
		m.grow()
	}
	m.ring[(m.head+m.count)&(len(m.ring)-1)] = k
	m.count++
	m.bytes += k.size()
}

// copy puts a frame into the present chunk. Chunks are never written to twice, so that
// readers need no lock for what they have.
func (m *Memory) copy(b []byte) []byte {
	if len(b) > chunkSize/8 {
		return append([]byte(nil), b...)
	}
	if cap(m.chunk)-len(m.chunk) < len(b) {
		m.chunk = make([]byte, 0, chunkSize)
	}
	n := len(m.chunk)
	m.chunk = append(m.chunk, b...)
	return m.chunk[n:len(m.chunk):len(m.chunk)]
}

func (m *Memory) grow() {
	bigger := make([]kept, max(16, 2*len(m.ring)))
	n := copy(bigger, m.ring[m.head:])
	copy(bigger[n:], m.ring[:m.head])
	m.ring, m.head = bigger, 0
}

// trim drops what exceeds the retention.
func (m *Memory) trim(now int64) {
	r := &m.retention
	for m.count > 0 {
		k := &m.ring[m.head]
		over := r.Messages > 0 && uint64(m.count) > r.Messages || r.Bytes > 0 && m.bytes > r.Bytes
		old := r.Age > 0 && now-k.time > int64(r.Age)
		if !old && (!over || m.count == 1) {
			return
		}
		m.bytes -= k.size()
		*k = kept{}
		m.head = (m.head + 1) & (len(m.ring) - 1)
		m.count--
	}
}

// readAtATime is how many records a reader takes under the lock.
const readAtATime = 256

// Read implements Store.
func (m *Memory) Read(ctx context.Context, from uint64) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		if ctx == nil {
			yield(Record{}, fmt.Errorf("replay: read from a memory store: %w", errNilContext))
			return
		}
		var some []kept
		for {
			var err error
			if some, from, err = m.take(some[:0], from); err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(Record{}, err)
				return
			}
			if len(some) == 0 {
				return
			}
			for i := range some {
				k := &some[i]
				r := Record{Number: from, Time: time.Unix(0, k.time), Frames: k.frames, Kept: true}
				if k.frames == nil {
					r.Frames = [][]byte{k.data}
				}
				from++
				if !yield(r, nil) {
					return
				}
			}
		}
	}
}

// take returns the next records from a number on, and the number of the first of them.
func (m *Memory) take(into []kept, from uint64) ([]kept, uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, 0, fmt.Errorf("replay: read a memory store: %w", net.ErrClosed)
	}
	m.trim(max(m.last, m.now()))
	from = max(from, m.next-uint64(m.count))
	for n := from; n < m.next && len(into) < readAtATime; n++ {
		into = append(into, *m.at(n))
	}
	return into, from, nil
}

// now is the time, if anything depends on it.
func (m *Memory) now() int64 {
	if m.retention.Age == 0 {
		return 0
	}
	return time.Now().UnixNano()
}

func (m *Memory) at(number uint64) *kept {
	i := m.head + m.count - int(m.next-number)
	return &m.ring[i&(len(m.ring)-1)]
}

// Find implements Store.
func (m *Memory) Find(_ context.Context, t time.Time) (uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return 0, fmt.Errorf("replay: search a memory store: %w", net.ErrClosed)
	}
	m.trim(max(m.last, m.now()))
	first := m.next - uint64(m.count)
	i := sort.Search(m.count, func(i int) bool { return m.at(first+uint64(i)).time >= t.UnixNano() })
	return first + uint64(i), nil
}

// State implements Store.
func (m *Memory) State(context.Context) (State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return State{}, fmt.Errorf("replay: ask a memory store: %w", net.ErrClosed)
	}
	m.trim(max(m.last, m.now()))
	return State{
		Epoch: m.epoch, First: m.next - uint64(m.count), Next: m.next,
		Messages: uint64(m.count), Bytes: m.bytes,
	}, nil
}

// Close implements Store.
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed, m.ring, m.head, m.count, m.chunk = true, nil, 0, 0, nil
	return nil
}
