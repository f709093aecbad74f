// SPDX-License-Identifier: Apache-2.0

package zmq4_test

import (
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"testing"

	zmq4 "github.com/gozmq/zmq/compat/gozeromq"
	"github.com/gozmq/zmq/compat/gozeromq/security/plain"
	"github.com/gozmq/zmq/ws"
)

// TestWithTransports: ws, wss and tls are there for the sockets that ask for them, with
// the mechanisms of package zmq.
func TestWithTransports(t *testing.T) {
	cfg := &tls.Config{Certificates: newTLS(t).config.Certificates, InsecureSkipVerify: true}
	with := zmq4.WithTransports(ws.Transports(ws.Config{TLS: cfg})...)
	for _, c := range []struct{ scheme, path string }{{"ws", "/a/b"}, {"wss", ""}, {"tls", ""}} {
		for name, sec := range map[string]zmq4.Security{"null": nil, "plain": plain.Security("u", "p")} {
			t.Run(c.scheme+"/"+name, func(t *testing.T) {
				rep := keep(t, zmq4.NewRep(t.Context(), with, zmq4.WithSecurity(sec)))
				req := keep(t, zmq4.NewReq(t.Context(), with, zmq4.WithSecurity(sec)))
				talk(t, rep, req, c.scheme+"://127.0.0.1:0"+c.path, func(a net.Addr) string {
					if _, ok := a.(*net.TCPAddr); !ok {
						t.Errorf("the address is %T %s", a, a)
					}
					return c.scheme + "://" + a.String() + c.path
				})
			})
		}
		var unknown zmq4.UnknownTransportError
		if err := keep(t, zmq4.NewRep(t.Context())).Listen(c.scheme + "://127.0.0.1:0"); !errors.As(err, &unknown) {
			t.Errorf("without the option: %v", err)
		}
		if slices.Contains(zmq4.Transports(), c.scheme) {
			t.Errorf("%s is there for all sockets", c.scheme)
		}
	}
	if err := keep(t, zmq4.NewRep(t.Context(), with, zmq4.WithSecurity(xor{key: 1}))).Listen("ws://127.0.0.1:0"); err == nil {
		t.Error("a mechanism of the program is left out over ws")
	}
}
