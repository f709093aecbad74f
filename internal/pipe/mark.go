// SPDX-License-Identifier: Apache-2.0

package pipe

// mark is the high-water mark of one direction of a pipe, counted as libzmq
// counts: the writer is refused once written-acked reaches the limit, and the
// reader acknowledges its total whenever that is a multiple of the low-water
// mark, (limit+1)/2, and, unlike there, when it has read everything. The queue therefore never holds more than the limit, and
// a writer that was refused is woken once half of it is free, not for every
// message. Its owner's lock guards it.
type mark struct {
	limit   int // messages; 0 is no limit
	low     uint64
	bytes   int // octets; 0 is no limit
	written uint64
	read    uint64
	acked   uint64
	held    int // octets written and not yet acknowledged
	unacked int // octets read since the last acknowledgement
	refused bool
}

func (m *mark) set(limit, bytes int) {
	m.limit, m.bytes = limit, bytes
	m.low = uint64(limit+1) / 2
	if limit == 0 {
		m.acked = m.read
	}
}

// full reports whether another message must wait. A single message larger than
// the limit in octets passes when nothing else is queued.
func (m *mark) full() bool {
	if m.limit > 0 && m.written-m.acked >= uint64(m.limit) {
		return true
	}
	return m.bytes > 0 && m.held >= m.bytes
}

// room returns how many messages may be written now, at most n.
func (m *mark) room(n int) int {
	if m.limit == 0 {
		return n
	}
	free := m.limit - int(m.written-m.acked)
	if free < 0 { // the limit was lowered
		free = 0
	}
	return min(n, free)
}

// ack notes n more messages as read and reports whether a refused writer may
// go on.
func (m *mark) ack(n uint64, size int) (resume bool) {
	m.read += n
	m.unacked += size
	if m.limit == 0 || m.read == m.written { // nothing waits: all of it is free
		m.acked = m.read
	} else if to := m.read - m.read%m.low; to > m.acked {
		m.acked = to
	}
	if m.bytes == 0 || m.unacked >= (m.bytes+1)/2 || m.read == m.written {
		m.held -= m.unacked
		m.unacked = 0
	}
	if m.refused && !m.full() {
		m.refused = false
		return true
	}
	return false
}

// unwrite takes messages back that were written and never read.
func (m *mark) unwrite(n uint64, size int) (resume bool) {
	m.written -= n
	m.held -= size
	if m.refused && !m.full() {
		m.refused = false
		return true
	}
	return false
}
