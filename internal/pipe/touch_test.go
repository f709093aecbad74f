// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"testing"

	"github.com/gozmq/zmq/internal/wire"
)

// Touch takes nothing, and stays within what the peer has sent, however little that is.
func TestTouchChangesNothing(t *testing.T) {
	for size := range 3 * touchSpan {
		p := New(Config{Mailbox: new(Mailbox), Buffers: new(Buffers)})
		p.Touch()
		head := wire.AppendFrame(wire.AppendFrame(nil, 0, []byte("first")), 0, make([]byte, size))
		p.Deliver([]Item{NewRun(head, 2, nil, nil)})
		var m Message
		for _, want := range []int{len("first"), size} {
			p.Touch()
			if !p.Read(&m) || len(m.Head) != want {
				t.Fatalf("%d bytes, want %d", len(m.Head), want)
			}
		}
		if p.Touch(); p.Read(&m) {
			t.Fatalf("a third message: %q", m.Head)
		}
	}
}
