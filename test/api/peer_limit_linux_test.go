// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// TestMessageThatAnOldPeerRefusesIsGivenUp: a peer of ZMTP 1.0 announces nothing and ends
// the connection in the middle of the message. The message is smaller than what is taken
// from a queue at once, and larger than what the system buffers on Linux.
func TestMessageThatAnOldPeerRefusesIsGivenUp(t *testing.T) {
	r := rig.New(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	r.Check(err)
	defer l.Close()
	accept := func() *net.TCPConn {
		nc, err := l.Accept()
		r.Check(err)
		r.Check(nc.SetDeadline(time.Now().Add(rig.Patience)))
		_, err = nc.Write([]byte{1, 0}) // an identity of no bytes
		r.Check(err)
		return nc.(*net.TCPConn)
	}
	const greeting = 10 // ours, which begins with the frame of our identity

	push := r.Socket(zmq.PUSH, zmq.SendBuffer.Of(16<<10))
	r.Check(push.Connect("tcp://" + l.Addr().String()))
	events := r.Watch(push, zmq.EventDisconnected)
	r.Send(push, rig.Large(250_000))
	r.Send(push, "behind")
	for range 2 {
		nc := accept()
		_, err := io.ReadFull(nc, make([]byte, greeting+20))
		r.Check(err)
		r.Check(nc.SetLinger(0))
		r.Check(nc.Close())
		events.Want(zmq.EventDisconnected)
	}
	nc := accept()
	defer nc.Close()
	b := make([]byte, greeting+8)
	_, err = io.ReadFull(nc, b)
	r.Check(err)
	if got := string(b[greeting:]); got != "\x07\x00behind" {
		t.Errorf("then came %q", got)
	}
	if d := push.Stats().Drops; d.Refused != 1 {
		t.Errorf("dropped %+v", d)
	}
}
