// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// TestFinishWaitsForThePeer: what is queued goes out, then our end is shut; from
// there on a PING is read but not answered, none is sent, and a peer that is in no
// hurry is not taken for dead. The connection ends when it closes.
func TestFinishWaitsForThePeer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, beating(time.Second, time.Second, 0), nil)
		r.handshake("ROUTER")
		time.Sleep(time.Second)
		r.wantBytes(wire.AppendPing(nil, 0, nil)) // its answer is due when we finish
		r.send("last")
		r.conn.Finish()
		r.wantBytes(frameOf(0, "last"))
		if n, err := r.peer.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Fatalf("%d bytes, %v behind the last message", n, err)
		}
		r.write(wire.AppendPing(nil, 1, nil)) // and wants to hear from us within 0.1 s
		r.write(frameOf(0, "late"))
		time.Sleep(time.Hour)
		if r.hasEnded() {
			t.Fatalf("ended with %v", r.err)
		}
		_ = r.peer.(*zmqtest.Conn).CloseWrite()
		if err := r.end(); err != io.EOF {
			t.Errorf("ended with %v", err)
		}
	})
}

// TestFinishLetsAWriteInProgressEnd before it shuts our direction.
func TestFinishLetsAWriteInProgressEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, far := zmqtest.PipeOf(1000)
		r := rigOver(t, configOf("DEALER", nil), nil, ours, far)
		r.handshake("ROUTER")
		body := string(make([]byte, 5000))
		r.send(body)
		synctest.Wait()
		r.conn.Finish()
		synctest.Wait()
		r.wantBytes(frameOf(0, body))
		if n, err := far.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("%d bytes, %v behind the message", n, err)
		}
	})
}
