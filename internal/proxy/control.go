// SPDX-License-Identifier: Apache-2.0

package proxy

import (
	"encoding/binary"
	"errors"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// Commands of zmq_proxy_steerable: one frame, these bytes exactly.
const (
	cmdPause      = "PAUSE"
	cmdResume     = "RESUME"
	cmdTerminate  = "TERMINATE"
	cmdStatistics = "STATISTICS"
)

// control serves a control socket. Owned by Run.
type control struct {
	s     *core.Socket // nil: there is none
	reply []pipe.Item
}

// serve obeys the next command, if there is one. Each frame is a command of its own, as
// in libzmq. A REP always answers, other sockets only if there is something to report.
func (c *control) serve(p *Proxy) (acted bool, err error) {
	if c.s == nil {
		return false, nil
	}
	if len(c.reply) > 0 { // a PAIR was full; the next command waits
		return c.answer()
	}
	var m pipe.Message
	err = c.s.TryRecv(&m)
	switch {
	case errors.Is(err, zerr.ErrAgain), errors.Is(err, zerr.ErrState):
		return false, nil
	case err != nil:
		return false, &SocketError{c.s, err}
	}
	frames := append([][]byte{m.Head}, m.Tail...)
	envelope := c.envelope(frames)
	var reply [][]byte
	for _, f := range frames[envelope:] {
		if r := c.obey(p, f); r != nil {
			reply = r
		}
	}
	if reply == nil && c.s.Kind().Replies {
		reply = [][]byte{{}}
	}
	if reply == nil || c.mute() {
		return true, nil
	}
	reply = append(frames[:envelope:envelope], reply...)
	c.reply = append(c.reply[:0], pipe.Item{Message: pipe.Message{Head: reply[0], Tail: reply[1:]}})
	_, err = c.answer()
	return true, err
}

// envelope returns how many frames come before the commands. They lead the reply of a ROUTER
// back to the peer that asked.
func (c *control) envelope(frames [][]byte) int {
	if !c.s.Kind().Addresses {
		return 0
	}
	if len(frames) > 1 && len(frames[1]) == 0 { // from a REQ
		return 2
	}
	return 1
}

// mute reports whether the control socket cannot answer. STATISTICS on a PULL or a SUB
// ends libzmq's proxy; here the question goes without an answer. The reply of an XSUB
// would be taken for subscriptions.
func (c *control) mute() bool { return !c.s.Kind().Sends || c.s.Kind().TopicsIn }

// obey carries out one command. It ignores unknown ones.
func (c *control) obey(p *Proxy, command []byte) (reply [][]byte) {
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

// answer sends the reply that is due. If no peer is there to take it, it is dropped,
// because a peer that asks and leaves must not end the proxy.
func (c *control) answer() (sent bool, err error) {
	_, err = c.s.TrySendBatch(c.reply, true)
	if errors.Is(err, zerr.ErrAgain) {
		return false, nil
	}
	c.reply = c.reply[:0]
	if ended := c.s.Err(); ended != nil {
		return false, &SocketError{c.s, ended}
	}
	return true, nil
}

// statistics is the reply to STATISTICS: for the frontend and then the backend
// messages and bytes received, messages and bytes sent, 64 bits each in the host's
// order (zmq_proxy_steerable). libzmq counts whole messages.
func (p *Proxy) statistics() (frames [][]byte) {
	front, back := p.Traffic()
	for _, s := range []Side{front, back} {
		for _, v := range []uint64{s.MessagesIn, s.BytesIn, s.MessagesOut, s.BytesOut} {
			frames = append(frames, binary.NativeEndian.AppendUint64(nil, v))
		}
	}
	return frames
}
