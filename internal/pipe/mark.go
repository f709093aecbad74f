// SPDX-License-Identifier: Apache-2.0

package pipe

import "math"

// mark is the high-water mark of one direction of a pipe, counted as libzmq
// counts: the writer is refused once written-acked reaches the limit, and the
// reader acknowledges its total whenever that is a multiple of the low-water
// mark, (limit+1)/2, and, unlike there, when it has read everything. The queue
// therefore never holds more than the limit, and a writer that was refused is
// woken once half of it is free, not for every message. Its owner's lock guards it.
//
// It is also the count of the messages: what waits is written-read.
type mark struct {
	limit   uint64 // messages; 0 is no limit
	low     uint64
	bytes   int64 // 0 is no limit
	written uint64
	read    uint64
	acked   uint64
	held    int64 // bytes written and not yet acknowledged
	unacked int64 // bytes read since the last acknowledgement
	refused bool
	blocked bool // whatever the limits allow: see weight
}

func (m *mark) set(limit int, bytes int64) {
	m.limit, m.bytes = uint64(max(0, limit)), bytes
	m.low = (m.limit + 1) / 2
	if m.limit == 0 {
		m.acked = m.read
	}
}

// full reports whether another message must wait.
func (m *mark) full() bool { return m.room(1) == 0 }

// room returns how many messages may be written now, at most n. A single message
// larger than the limit in bytes passes when nothing else is queued.
func (m *mark) room(n int) int {
	if m.blocked || m.bytes > 0 && m.held >= m.bytes {
		return 0
	}
	return m.under(m.limit, n)
}

// lastRoom is room for what a connection that has broken leaves, see lastMessages.
func (m *mark) lastRoom(n int) int { return m.under(m.limit+lastMessages, n) }

func (m *mark) under(limit uint64, n int) int {
	waits := m.written - m.acked
	switch {
	case limit == 0:
		return n
	case waits >= limit: // also where the limit was lowered
		return 0
	}
	return int(min(uint64(n), limit-waits))
}

// roomOrRefuse is room for a writer that will wait if there is none. Where bytes count
// as well, the next message decides about the one after it.
func (m *mark) roomOrRefuse(limit int) int {
	n := m.room(limit)
	if n == 0 {
		m.refused = true
	} else if m.bytes > 0 {
		n = 1
	}
	return n
}

// wrote counts messages that were written.
func (m *mark) wrote(n, size int) {
	m.written += uint64(n)
	if m.bytes > 0 {
		m.held += int64(size)
	}
}

// ack notes n more messages as read and reports whether a refused writer may
// go on.
func (m *mark) ack(n uint64, size int) (resume bool) {
	m.read += n
	if m.limit == 0 || m.read == m.written { // nothing waits: all of it is free
		m.acked = m.read
	} else if to := m.read - m.read%m.low; to > m.acked {
		m.acked = to
	}
	if m.bytes > 0 {
		m.unacked += int64(size)
		if m.unacked >= (m.bytes+1)/2 || m.read == m.written {
			m.held -= m.unacked
			m.unacked = 0
		}
	}
	return m.resumes()
}

// settle acknowledges everything that was read, and reports whether a refused
// writer may go on.
func (m *mark) settle() (resume bool) {
	m.acked = m.read
	m.held -= m.unacked
	m.unacked = 0
	return m.resumes()
}

// unwrite takes messages back that were written and never read.
func (m *mark) unwrite(n, size int) (resume bool) {
	m.written -= uint64(n)
	if m.bytes > 0 {
		m.held -= int64(size)
	}
	return m.resumes()
}

// forget counts everything as read, without a word to the writer.
func (m *mark) forget() {
	m.read, m.acked = m.written, m.written
	m.held, m.unacked = 0, 0
}

// resumes reports whether a writer that was refused may go on. It is asked once.
func (m *mark) resumes() bool {
	if m.refused && !m.full() {
		m.refused = false
		return true
	}
	return false
}

// every returns how many messages the reader may take before it has to say so.
func (m *mark) every() uint64 {
	switch {
	case m.bytes > 0:
		return 1
	case m.limit > 0:
		return m.low - m.read%m.low
	}
	return 1 << 10
}

// sumHWM is the high-water mark of an in-process direction: libzmq adds both
// ends, and no limit at either end is no limit.
func sumHWM(send, recv int) int {
	if send == 0 || recv == 0 {
		return 0
	}
	return sumOf(send, recv)
}

// sumMax is the mark in bytes of an in-process direction. No limit at one end
// leaves the other's: an application that sets one means to bound memory.
func sumMax(send, recv int64) int64 {
	if send > math.MaxInt64-recv {
		return math.MaxInt64
	}
	return send + recv
}

// sumOf adds two limits of which the sum may be more than an int holds.
func sumOf(a, b int) int {
	if a > math.MaxInt-b {
		return math.MaxInt
	}
	return a + b
}
