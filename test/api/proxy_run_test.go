// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// numbered is message i of a sender: its name, its number, and as many bytes as
// the number asks for.
func numbered(sender byte, i int) []byte {
	b := binary.BigEndian.AppendUint32([]byte{sender}, uint32(i))
	return append(b, bytes.Repeat([]byte{sender}, i*7%400)...)
}

// Whatever the marks cut in two, however the transports differ, and although others
// send through the backend as well: every message passes, whole, in order, and is
// counted.
func TestProxyOfAStream(t *testing.T) {
	const n = 4000
	for _, front := range []string{rig.AnyPort, "inproc://front"} {
		for _, back := range []string{rig.AnyPort, "inproc://back"} {
			for _, hwm := range []int{3, 1000} {
				t.Run(fmt.Sprint(front[:6], " to ", back[:6], " with marks of ", hwm), func(t *testing.T) {
					r := rig.New(t)
					marks := []zmq.Setting{zmq.SendHWM.Of(hwm), zmq.RecvHWM.Of(hwm)}
					x := &rig.Relay{}
					x.Front, x.FrontAt = r.Bind(zmq.PULL, front, marks...)
					x.Back, x.BackAt = r.Bind(zmq.PUSH, back, marks...)
					var err error
					x.Proxy, err = zmq.NewProxy(x.Front, x.Back)
					r.Check(err)
					r.Run(x)
					push, pull := r.Connect(zmq.PUSH, x.FrontAt, marks...), r.Connect(zmq.PULL, x.BackAt, marks...)
					total := 0
					for name, s := range map[byte]*zmq.Socket{'p': push, 'd': x.Back} {
						go func() {
							for i := range n {
								if s.Send(r.Ctx, numbered(name, i)) != nil {
									return
								}
							}
						}()
					}
					next := map[byte]int{}
					for range 2 * n {
						m, err := pull.Recv(r.Ctx)
						r.Check(err)
						name := m.Bytes()[0]
						if !bytes.Equal(m.Bytes(), numbered(name, next[name])) {
							t.Fatalf("%d bytes after message %d of %c", m.Size(), next[name], name)
						}
						if next[name]++; name == 'p' {
							total += m.Size()
						}
					}
					r.WaitUntil("the proxy has counted", func() bool { return x.Statistics().Backend.MessagesOut == n })
					st := x.Statistics()
					if f := st.Frontend; f.MessagesIn != n || f.FramesIn != n || f.BytesIn != uint64(total) {
						t.Errorf("frontend %+v, %d bytes", f, total)
					}
					if b := st.Backend; b.MessagesOut != n || b.FramesOut != n || b.BytesOut != uint64(total) {
						t.Errorf("backend %+v, %d bytes", b, total)
					}
					if s := x.Back.Stats(); s.Sent != 2*n {
						t.Errorf("the backend sent %d messages", s.Sent)
					}
					if s := x.Front.Stats(); s.Received != n {
						t.Errorf("the frontend received %d messages", s.Received)
					}
				})
			}
		}
	}
}
