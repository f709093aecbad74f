// SPDX-License-Identifier: Apache-2.0

package pattern_test

import (
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// As many messages as both marks allow always fit, however little the system buffers
// between them: a program that fills before it reads goes on.
func TestHWMBothSidesFitWhateverTheSystemBuffers(t *testing.T) {
	for _, x := range []struct{ send, recv, size int }{{1000, 1000, 8 << 10}, {1000, 300, 4000}, {7, 10, 100 << 10}, {1, 1, 1 << 20}, {999, 501, 1}} {
		rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
			server, client := zmq.NewCurveKeypair(), zmq.NewCurveKeypair()
			for name, keys := range map[string][2][]zmq.Setting{
				"NULL":  {nil, nil},
				"CURVE": {{server.AsServer()}, {client.AsClient(server.Public)}},
			} {
				pull, at := r.Bind(zmq.PULL, endpoint, append(keys[0], zmq.RecvHWM.Of(x.recv), zmq.RecvBuffer.Of(4096))...)
				push := r.Connect(zmq.PUSH, at, append(keys[1], zmq.SendHWM.Of(x.send), zmq.SendBuffer.Of(4096))...)
				body := make([]byte, x.size)
				for i := range x.send + x.recv {
					if err := push.Send(r.Ctx, body); err != nil {
						r.Fatalf("%s, %+v: message %d does not fit: %v", name, x, i+1, err)
					}
				}
				for range x.send + x.recv {
					if m, err := pull.Recv(r.Ctx); err != nil || m.Size() != x.size {
						r.Fatalf("%s: %d bytes, %v", name, m.Size(), err)
					}
				}
				r.Check(push.Close())
				r.Check(pull.Close())
			}
		})
	}
}
