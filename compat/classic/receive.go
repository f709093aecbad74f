// SPDX-License-Identifier: Apache-2.0

package classic

import (
	"context"

	"github.com/gozmq/zmq"
)

// Recv returns the next frame, which is the caller's, and the message that it
// belongs to, for what is known of its sender. More tells whether frames of the
// message follow; they are there without waiting. With DontWait it fails with
// zmq.ErrAgain instead of waiting; RCVTIMEO limits the wait. (zmq_recv)
func (x *Socket) Recv(flags int) ([]byte, zmq.Message, error) {
	if x.left.Load() {
		if frame, m, ok := x.nextPart(); ok {
			return frame, m, nil
		}
	}
	m, err := x.receive(flags)
	if err != nil {
		return nil, m, err
	}
	if m.Len() > 1 {
		x.keep(part{m, 1})
	}
	return m.Frame(0), m, nil
}

// RecvAll returns all frames of the next message, or what is left of the one
// whose first frame Recv has returned. The frames are the caller's.
func (x *Socket) RecvAll(flags int) ([][]byte, zmq.Message, error) {
	m, first, err := x.RecvMessage(flags)
	if err != nil {
		return nil, m, err
	}
	return m.Frames()[first:], m, nil
}

// RecvMessage is RecvAll without a slice of frames: those of the message from first
// on are the ones that have not been received.
func (x *Socket) RecvMessage(flags int) (m zmq.Message, first int, err error) {
	if x.left.Load() {
		if p, ok := x.rest(); ok {
			return p.m, p.next, nil
		}
	}
	m, err = x.receive(flags)
	return m, 0, err
}

// More tells whether the frame that was received last is not the last of its
// message. (ZMQ_RCVMORE)
func (x *Socket) More() bool { return x.left.Load() }

func (x *Socket) receive(flags int) (m zmq.Message, err error) {
	if flags&DontWait != 0 {
		m, err = x.s.TryRecv()
	} else {
		m, err = x.s.Recv(context.Background())
	}
	return m, x.fate(err)
}

// keep adds the rest of a message. There is another one before it only if two
// goroutines receive frame by frame.
func (x *Socket) keep(p part) {
	x.inMu.Lock()
	defer x.inMu.Unlock()
	x.in = append(x.in, p)
	x.left.Store(true)
}

func (x *Socket) nextPart() ([]byte, zmq.Message, bool) {
	x.inMu.Lock()
	defer x.inMu.Unlock()
	if len(x.in) == 0 {
		return nil, zmq.Message{}, false
	}
	p := &x.in[0]
	m, frame := p.m, p.m.Frame(p.next)
	if p.next++; p.next == m.Len() {
		x.drop()
	}
	return frame, m, true
}

func (x *Socket) rest() (part, bool) {
	x.inMu.Lock()
	defer x.inMu.Unlock()
	if len(x.in) == 0 {
		return part{}, false
	}
	p := x.in[0]
	x.drop()
	return p, true
}

// drop forgets the first message of in. x.inMu is held.
func (x *Socket) drop() {
	x.in[0] = part{}
	x.in = x.in[1:]
	if len(x.in) == 0 {
		x.in = nil
		x.left.Store(false)
	}
}
