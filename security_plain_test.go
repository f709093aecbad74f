// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"context"
	"testing"
)

// zapHandler answers authentication requests of a context until the test ends.
// Each request reaches the function without its envelope: domain, address,
// identity, mechanism, credentials. It returns the status, and may add a text, a
// user id and metadata.
func zapHandler(t testing.TB, c *Context, typ SocketType, answer func(request []string) []string) *Socket {
	t.Helper()
	h := socketIn(t, c, typ)
	must(t, h.Bind("inproc://zeromq.zap.01"))
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			m, err := h.Recv(context.Background())
			if err != nil {
				return
			}
			frames := m.Frames()
			envelope := 0
			if typ == ROUTER {
				envelope = 2
			}
			body := frames[envelope:]
			request := make([]string, 0, len(body))
			for _, f := range body[2:] {
				request = append(request, string(f))
			}
			a := append(answer(request), "", "", "")[:4]
			reply := append(frames[:envelope:envelope], body[0], body[1])
			for _, s := range a {
				reply = append(reply, []byte(s))
			}
			if h.Send(context.Background(), reply...) != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { _ = h.Close(); <-done })
	return h
}

// onlyAdmin admits admin with the password secret.
func onlyAdmin(r []string) []string {
	if r[3] == "PLAIN" && len(r) == 6 && r[4] == "admin" && r[5] == "secret" {
		return []string{"200", "OK", "alice", "\x06X-Role\x00\x00\x00\x02op"}
	}
	return []string{"400", "who are you"}
}

func TestPlainAdmitsByHandler(t *testing.T) {
	for _, typ := range []SocketType{REP, ROUTER} {
		for _, serverBinds := range []bool{true, false} {
			c := newTestContext(t)
			zapHandler(t, c, typ, onlyAdmin)
			server := socketIn(t, c, PULL, PlainServer.Of(true), ZAPDomain.Of("global"))
			client := newTestSocket(t, PUSH, PlainUsername.Of("admin"), PlainPassword.Of("secret"))
			bound, connected := server, client
			if !serverBinds {
				bound, connected = client, server
			}
			must(t, bound.Bind("tcp://127.0.0.1:*"))
			must(t, connected.Connect(bound.LastEndpoint()))
			must(t, client.SendString(testDeadline(t), "hello"))
			m, err := server.Recv(testDeadline(t))
			must(t, err)
			role, _ := m.Property("X-Role")
			if p := m.Peer(); p.UserID != "alice" || p.Mechanism != "PLAIN" || role != "op" || m.String() != "hello" {
				t.Errorf("%+v, role %q, %q", p, role, m)
			}
		}
	}
}
