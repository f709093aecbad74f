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

// RecvText is Recv for a frame as a string. It leaves less garbage: the memory that the
// message came in is used again for the next one.
func (x *Socket) RecvText(flags int) (string, error) {
	if flags&DontWait != 0 || x.left.Load() {
		frame, _, err := x.Recv(flags)
		return string(frame), err
	}
	m, err := x.receiveSpare()
	if err != nil {
		return "", err
	}
	text := string(m.Frame(0))
	if m.Len() > 1 {
		x.keep(part{*m, 1}) // with the memory
	} else {
		x.spare.Put(m)
	}
	return text, nil
}

// RecvTexts is RecvAll for frames as strings, likewise.
func (x *Socket) RecvTexts(flags int) ([]string, error) {
	if flags&DontWait != 0 || x.left.Load() {
		m, first, err := x.RecvMessage(flags)
		if err != nil {
			return nil, err
		}
		return textsOf(&m, first), nil
	}
	m, err := x.receiveSpare()
	if err != nil {
		return nil, err
	}
	list := textsOf(m, 0)
	x.spare.Put(m)
	return list, nil
}

// receiveSpare receives into memory that goes back to spare once it has been copied.
func (x *Socket) receiveSpare() (*zmq.Message, error) {
	m, _ := x.spare.Get().(*zmq.Message)
	if m == nil {
		m = new(zmq.Message)
	}
	if err := x.s.RecvInto(context.Background(), m); err != nil {
		x.spare.Put(m)
		return nil, x.fate(err)
	}
	return m, nil
}

func textsOf(m *zmq.Message, first int) []string {
	list := make([]string, m.Len()-first)
	for i := range list {
		list[i] = string(m.Frame(first + i))
	}
	return list
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
