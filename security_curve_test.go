// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"testing"
)

func TestCurveTalks(t *testing.T) {
	server, client := NewCurveKeypair(), NewCurveKeypair()
	for _, serverBinds := range []bool{true, false} {
		s := newTestSocket(t, DEALER, server.AsServer())
		c := newTestSocket(t, DEALER, client.AsClient(server.Public))
		bound, connected := s, c
		if !serverBinds {
			bound, connected = c, s
		}
		must(t, bound.Bind("tcp://127.0.0.1:*"))
		must(t, connected.Connect(bound.LastEndpoint()))
		for _, n := range []int{0, 1, 200, 222, 223, 5000, 66000, 81000, 82000, 1 << 20} {
			must(t, c.Send(testDeadline(t), make([]byte, n), []byte("x")))
			m, err := s.Recv(testDeadline(t))
			must(t, err)
			if m.Len() != 2 || len(m.Frame(0)) != n || string(m.Frame(1)) != "x" {
				t.Fatalf("%d: %d frames of %d octets", n, m.Len(), m.Size())
			}
			must(t, s.SendMessage(testDeadline(t), m))
			m, err = c.Recv(testDeadline(t))
			must(t, err)
			if m.Len() != 2 || len(m.Frame(0)) != n {
				t.Fatalf("%d: %d frames of %d octets", n, m.Len(), m.Size())
			}
		}
	}
}
