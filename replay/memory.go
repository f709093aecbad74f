// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"iter"
	"math"
	"net"
	"sort"
	"sync"
	"time"

	"github.com/gozmq/zmq"
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
	last   int64    // time of the newest
	chunk  *chunk   // that messages go to; nil at first
	chunks []*chunk // all of them, by their index
	free   []*chunk // without users, to be used again
	unused []uint32 // indices without a chunk
	closed bool
}

// kept is a message in memory. It has no pointers, so that the collector of garbage does
// not look at a long ring.
type kept struct {
	time   int64
	chunk  uint32 // index in Memory.chunks
	at     uint32 // where it begins in the chunk: lengths of frames, if there are several, and the frames
	size   uint32 // of all frames
	frames uint32 // how many
}

func (k *kept) bytes() int64 { return int64(k.size) + Overhead }

// lengths is the size of what stands before the frames.
func (k *kept) lengths() int {
	if k.frames == 1 {
		return 0
	}
	return 4 * int(k.frames)
}

// chunk is memory of messages. It is used again when none of them is kept or read: a
// publisher at full speed leaves nothing to collect. Memory.mu guards it; what was
// appended to b does not change while there are users.
type chunk struct {
	b     []byte
	index uint32 // in Memory.chunks
	users int    // messages that are kept in it, and those that readers have of it
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
		if int64(r.Size())+4*int64(len(r.Frames)) > math.MaxUint32 {
			return fmt.Errorf("replay: append to a memory store: a message of %d bytes: %w", r.Size(), zmq.ErrMessageTooLarge)
		}
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
	if m.count == len(m.ring) {
		m.grow()
	}
	k := kept{time: m.last, size: uint32(r.Size()), frames: uint32(len(r.Frames))}
	c := m.room(k.lengths() + int(k.size))
	c.users++
	k.chunk, k.at = c.index, uint32(len(c.b))
	if k.frames != 1 {
		for _, f := range r.Frames {
			c.b = binary.BigEndian.AppendUint32(c.b, uint32(len(f)))
		}
	}
	for _, f := range r.Frames {
		c.b = append(c.b, f...)
	}
	m.ring[(m.head+m.count)&(len(m.ring)-1)] = k
	m.count++
	m.bytes += k.bytes()
}

// room returns a chunk that has room for a message. Large messages have one of their own.
func (m *Memory) room(size int) *chunk {
	if size > chunkSize/8 {
		return m.newChunk(size)
	}
	if m.chunk != nil && cap(m.chunk.b)-len(m.chunk.b) >= size {
		return m.chunk
	}
	full := m.chunk
	if n := len(m.free); n > 0 {
		m.chunk, m.free = m.free[n-1], m.free[:n-1]
	} else {
		m.chunk = m.newChunk(chunkSize)
	}
	if full != nil && full.users == 0 {
		m.recycle(full)
	}
	return m.chunk
}

func (m *Memory) newChunk(size int) *chunk {
	c := &chunk{b: make([]byte, 0, size)}
	if n := len(m.unused); n > 0 {
		c.index, m.unused = m.unused[n-1], m.unused[:n-1]
		m.chunks[c.index] = c
		return c
	}
	c.index = uint32(len(m.chunks))
	m.chunks = append(m.chunks, c)
	return c
}

// leave ends one use of a chunk.
func (m *Memory) leave(c *chunk) {
	if c.users--; c.users == 0 && c != m.chunk && !m.closed {
		m.recycle(c)
	}
}

// freeChunks is how many chunks wait to be used again. In the long run one becomes free
// for each that becomes full.
const freeChunks = 4

func (m *Memory) recycle(c *chunk) {
	if cap(c.b) == chunkSize && len(m.free) < freeChunks {
		c.b = c.b[:0]
		m.free = append(m.free, c)
		return
	}
	m.chunks[c.index] = nil
	m.unused = append(m.unused, c.index)
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
		m.bytes -= k.bytes()
		m.leave(m.chunks[k.chunk])
		*k = kept{}
		m.head = (m.head + 1) & (len(m.ring) - 1)
		m.count--
	}
}

// readAtATime is how many records a reader takes under the lock.
const readAtATime = 256

// lent is a message that a reader has.
type lent struct {
	kept
	data  []byte // lengths and frames
	chunk *chunk // that it is in
}

// framesTo appends the frames to others.
func (l *lent) framesTo(frames [][]byte) [][]byte {
	if l.frames == 1 {
		return append(frames, l.data[:len(l.data):len(l.data)])
	}
	rest := l.data[l.lengths():]
	for i := range int(l.frames) {
		n := binary.BigEndian.Uint32(l.data[4*i:])
		frames = append(frames, rest[:n:n])
		rest = rest[n:]
	}
	return frames
}

// Read implements Store.
func (m *Memory) Read(ctx context.Context, from uint64) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		if ctx == nil {
			yield(Record{}, fmt.Errorf("replay: read from a memory store: %w", errNilContext))
			return
		}
		var some []lent
		var frames [][]byte
		defer func() { m.giveBack(some) }()
		for {
			var err error
			if some, from, err = m.take(some, from); err == nil {
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
				l := &some[i]
				frames = l.framesTo(frames[:0])
				r := Record{Number: from, Time: time.Unix(0, l.time), Frames: frames, Kept: true}
				from++
				if !yield(r, nil) {
					return
				}
			}
		}
	}
}

// take gives some records back and returns the next from a number on, and the number of
// the first of them.
func (m *Memory) take(into []lent, from uint64) ([]lent, uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.giveBackLocked(into)
	into = into[:0]
	if m.closed {
		return nil, 0, fmt.Errorf("replay: read a memory store: %w", net.ErrClosed)
	}
	m.trim(max(m.last, m.now()))
	from = max(from, m.next-uint64(m.count))
	for n := from; n < m.next && len(into) < readAtATime; n++ {
		k := m.at(n)
		c := m.chunks[k.chunk]
		c.users++
		into = append(into, lent{*k, c.b[k.at:][:k.lengths()+int(k.size)], c})
	}
	return into, from, nil
}

// giveBack ends the use of records by a reader.
func (m *Memory) giveBack(some []lent) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.giveBackLocked(some)
}

func (m *Memory) giveBackLocked(some []lent) {
	for i := range some {
		m.leave(some[i].chunk)
	}
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
	m.closed, m.ring, m.head, m.count, m.chunk, m.chunks, m.free = true, nil, 0, 0, nil, nil, nil
	return nil
}
