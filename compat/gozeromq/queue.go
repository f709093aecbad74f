// SPDX-License-Identifier: Apache-2.0

package zmq4

// Queue is a first-in first-out queue of messages without a bound. It is for one
// goroutine at a time; the sockets do not use it.
type Queue struct {
	messages []Msg // messages[:head] are taken already
	head     int
}

// NewQueue makes an empty queue.
func NewQueue() *Queue { return &Queue{} }

// Init empties the queue.
func (q *Queue) Init() { *q = Queue{} }

// Len returns the number of messages in the queue.
func (q *Queue) Len() int { return len(q.messages) - q.head }

// Peek returns the first message and leaves it there; false if there is none.
func (q *Queue) Peek() (Msg, bool) {
	if q.Len() == 0 {
		return Msg{}, false
	}
	return q.messages[q.head], true
}

// Pop takes the first message away. It panics on an empty queue.
func (q *Queue) Pop() {
	if q.Len() == 0 {
		panic("zmq4: Pop on an empty Queue")
	}
	q.messages[q.head] = Msg{}
	q.head++
	if q.head > len(q.messages)/2 { // so that each message is moved once on average
		n := copy(q.messages, q.messages[q.head:])
		clear(q.messages[n:])
		q.messages, q.head = q.messages[:n], 0
	}
}

// Push puts a message behind the others.
func (q *Queue) Push(val Msg) { q.messages = append(q.messages, val) }
