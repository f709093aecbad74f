// SPDX-License-Identifier: Apache-2.0

package proxy

import (
	"encoding/binary"
	"errors"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// Commands of zmq_proxy_steerable: one frame, these octets exactly.
const (
	cmdPause      = "PAUSE"
	cmdResume     = "RESUME"
	cmdTerminate  = "TERMINATE"
	cmdStatistics = "STATISTICS"
)

// control serves a control socket. Owned by Run.
type control struct {
	s     *core.Socket // nil: there is none
	reply []pipe.Message
}

// serve obeys the next command, if one is there. Each frame is a command of its
// own, as in libzmq. A REP is always answered, other sockets only where there is
// something to tell.
func (c *control) serve(p *Proxy) (acted bool, err error) {
	if c.s == nil {
		return false, nil
	}
	if len(c.reply) > 0 { // a PAIR was full; the next command waits
		return c.answer()
	}
	var ms [1]pipe.Message
	_, err = c.s.TryRecvBatch(ms[:], 1, false)
	switch {
	case errors.Is(err, zerr.ErrAgain), errors.Is(err, zerr.ErrState):
		return false, nil
	case err != nil:
		return false, &SocketError{c.s, err}
	}
	m := &ms[0]
	reply := c.obey(p, m.Head)
	for _, f := range m.Tail {
		if r := c.obey(p, f); r != nil {
			reply = r
		}
	}
	if reply == nil && c.s.Type() == pattern.Rep {
		reply = &pipe.Message{Head: []byte{}}
	}
	if reply == nil {
		return true, nil
	}
	c.reply = append(c.reply[:0], *reply)
	_, err = c.answer()
	return true, err
}

// obey carries out one command. What it does not know it ignores.
func (c *control) obey(p *Proxy, command []byte) (reply *pipe.Message) {
	switch string(command) {
	case cmdPause:
		p.Pause()
	case cmdResume:
		p.Resume()
	case cmdTerminate:
		p.Terminate()
	case cmdStatistics:
		return p.statistics()
	}
	return nil
}

// answer sends the reply that is due. On a socket that cannot send, a PULL or a
// SUB, STATISTICS ends libzmq's proxy; here it is a question that nobody can
// answer.
func (c *control) answer() (sent bool, err error) {
	_, err = c.s.TrySendBatch(c.reply, true)
	switch {
	case errors.Is(err, zerr.ErrAgain):
		return false, nil
	case err != nil && !errors.Is(err, zerr.ErrNotSupported):
		return false, &SocketError{c.s, err}
	}
	c.reply = c.reply[:0]
	return true, nil
}

// statistics is the reply to STATISTICS: for the frontend and then the backend
// messages and octets received, messages and octets sent, 64 bits each in the host's
// order (zmq_proxy_steerable). libzmq counts whole messages.
func (p *Proxy) statistics() *pipe.Message {
	front, back := p.Traffic()
	var frames [8][]byte
	for i, s := range []Side{front, back} {
		for k, v := range []uint64{s.MessagesIn, s.BytesIn, s.MessagesOut, s.BytesOut} {
			frames[4*i+k] = binary.NativeEndian.AppendUint64(nil, v)
		}
	}
	return &pipe.Message{Head: frames[0], Tail: frames[1:]}
}
