// SPDX-License-Identifier: Apache-2.0

package transport_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/test/rig"
	"github.com/gozmq/zmq/ws"
)

// through is the settings of a proxy.
func through(p *socksServer) []zmq.Setting {
	return []zmq.Setting{zmq.SOCKSProxy.Of(p.at), zmq.SOCKSUsername.Of(p.user), zmq.SOCKSPassword.Of(p.password)}
}

// TestConnectThroughSOCKS: with and without a user, over each transport that the proxy can
// carry. The name is known to the proxy alone.
func TestConnectThroughSOCKS(t *testing.T) {
	server := httptest.NewUnstartedServer(nil)
	server.StartTLS() // for its certificate
	server.Close()
	transports := ws.Transports(ws.Config{TLS: &tls.Config{Certificates: server.TLS.Certificates, InsecureSkipVerify: true}})
	for _, scheme := range []string{"tcp", "ws", "wss", "tls"} {
		for _, user := range []string{"", "user"} {
			t.Run(scheme+"/"+user, func(t *testing.T) {
				r := rig.New(t)
				rep, at := r.Bind(zmq.REP, scheme+"://127.0.0.1:*", zmq.WithTransports(transports...))
				_, address, _ := strings.Cut(at, "://")
				address, _, _ = strings.Cut(address, "/")
				p := (&socksServer{names: map[string]string{"only-there.invalid:5555": address}, user: user, password: "a secret"}).start(t)
				req := r.Socket(zmq.REQ, append(through(p), zmq.WithTransports(transports...))...)
				r.Check(req.Connect(scheme + "://only-there.invalid:5555"))
				for _, size := range []int{1, 100_000} {
					r.Send(req, rig.Large(size))
					r.WantRecv(rep, rig.Large(size))
					r.Send(rep, rig.Large(size))
					r.WantRecv(req, rig.Large(size))
				}
				if got := p.targets(); !slices.Equal(got, []string{"only-there.invalid:5555"}) {
					t.Errorf("the proxy was asked for %q", got)
				}
				if peer := req.Peers()[0]; peer.Remote != scheme+"://"+p.at || peer.Address != "127.0.0.1" {
					t.Errorf("the peer is %+v, the proxy %s", peer.Peer, p.at)
				}
			})
		}
	}
}

// TestTargetsOfSOCKS: addresses go to the proxy as addresses, names as names, also with
// AllAddresses, and no name of an endpoint is resolved here.
func TestTargetsOfSOCKS(t *testing.T) {
	r := rig.New(t)
	for endpoint, want := range map[string]string{
		"tcp://192.0.2.1:1":     "192.0.2.1:1",
		"tcp://[2001:db8::1]:1": "[2001:db8::1]:1",
		"tcp://a.invalid:65535": "a.invalid:65535",
		"tcp://b.invalid:5abc":  "b.invalid:5",
	} {
		pull, at := r.Bind(zmq.PULL, rig.AnyPort)
		p := (&socksServer{names: map[string]string{want: strings.TrimPrefix(at, "tcp://")}}).start(t)
		push := r.Socket(zmq.PUSH, append(through(p), zmq.AllAddresses.Of(5))...)
		r.Check(push.Connect(endpoint))
		r.Send(push, "x")
		r.WantRecv(pull, "x")
		if got := p.targets(); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: the proxy was asked for %q", endpoint, got)
		}
		r.Check(push.Disconnect(endpoint))
	}
}

// TestReplyOfSOCKSWithAnyAddress: the address that the proxy connects from is read past.
func TestReplyOfSOCKSWithAnyAddress(t *testing.T) {
	for _, bound := range []string{"", "[2001:db8::1]:9", "a-name:9"} {
		r := rig.New(t)
		pull, at := r.Bind(zmq.PULL, rig.AnyPort)
		p := (&socksServer{bound: bound}).start(t)
		push := r.Connect(zmq.PUSH, at, through(p)...)
		r.Send(push, "x")
		r.WantRecv(pull, "x")
	}
}

// TestStepOfSOCKSThatFails: the error says which, of which proxy, on the way to what, and
// another attempt follows.
func TestStepOfSOCKSThatFails(t *testing.T) {
	free, err := net.Listen("tcp", zmqtest.Host()+":0")
	rig.Must(t, err)
	closed := free.Addr().String()
	rig.Must(t, free.Close())
	for name, c := range map[string]struct {
		proxy    *socksServer
		settings []zmq.Setting
		want     []string
	}{
		"another protocol":        {&socksServer{garbage: map[step][]byte{method: []byte("HTTP/1.1 400 Bad Request\r\n\r\n")}}, nil, []string{"agree on how to log in, without a user", "version 72"}},
		"an end at once":          {&socksServer{garbage: map[step][]byte{method: nil}}, nil, []string{"agree on how to log in", "EOF"}},
		"half an answer":          {&socksServer{garbage: map[step][]byte{method: {5}}}, nil, []string{"agree on how to log in", "EOF"}},
		"a user is missing":       {&socksServer{user: "user"}, []zmq.Setting{zmq.SOCKSUsername.Of("")}, []string{"agree on how to log in, without a user", "no acceptable authentication methods"}},
		"an unknown method":       {&socksServer{garbage: map[step][]byte{method: {5, 9}}}, []zmq.Setting{zmq.SOCKSUsername.Of("user")}, []string{"with user and password", "method 9"}},
		"a wrong password":        {&socksServer{user: "user"}, []zmq.Setting{zmq.SOCKSPassword.Of("wrong")}, []string{`log in as "user"`, "authentication failed"}},
		"a strange login":         {&socksServer{user: "user", garbage: map[step][]byte{login: {7, 0}}}, nil, []string{`log in as "user"`, "version"}},
		"an end of login":         {&socksServer{user: "user", garbage: map[step][]byte{login: nil}}, nil, []string{`log in as "user"`, "EOF"}},
		"a failure":               {&socksServer{garbage: map[step][]byte{reply: {5, 1, 0, 1, 0, 0, 0, 0, 0, 0}}}, nil, []string{"have it connect", "general SOCKS server failure"}},
		"a rule":                  {&socksServer{garbage: map[step][]byte{reply: {5, 2, 0, 1, 0, 0, 0, 0, 0, 0}}}, nil, []string{"have it connect", "not allowed by ruleset"}},
		"an unknown host":         {&socksServer{garbage: map[step][]byte{reply: {5, 4, 0, 1, 0, 0, 0, 0, 0, 0}}}, nil, []string{"have it connect", "host unreachable"}},
		"a target that is closed": {&socksServer{names: map[string]string{"there.invalid:1": closed}}, nil, []string{"have it connect", "connection refused"}},
		"half a reply":            {&socksServer{garbage: map[step][]byte{reply: {5, 0, 0, 1, 0}}}, nil, []string{"have it connect", "EOF"}},
		"a strange address":       {&socksServer{garbage: map[step][]byte{reply: {5, 0, 0, 9, 0, 0, 0, 0, 0, 0}}}, nil, []string{"have it connect", "address type 9"}},
		"no proxy":                {&socksServer{}, []zmq.Setting{zmq.SOCKSProxy.Of(closed)}, []string{"connect to the proxy", "refused"}},
		"a proxy without a name":  {&socksServer{}, []zmq.Setting{zmq.SOCKSProxy.Of("none.invalid:1")}, []string{"connect to the proxy", "none.invalid"}},
	} {
		t.Run(name, func(t *testing.T) {
			zmqtest.NewNames(t) // there are none
			r := rig.New(t)
			p := c.proxy
			if p.names == nil {
				_, at := r.Bind(zmq.PULL, rig.AnyPort)
				p.names = map[string]string{"there.invalid:1": strings.TrimPrefix(at, "tcp://")}
			}
			p.start(t)
			s := r.Socket(zmq.PUSH, append(append(through(p), zmq.ConnectTimeout.Of(rig.Patience)), c.settings...)...)
			w := r.Watch(s, zmq.EventConnectRetried|zmq.EventConnected)
			closes := r.Watch(s, zmq.EventClosed)
			r.Check(s.Connect("tcp://there.invalid:1"))
			for range 2 {
				e := w.Want(zmq.EventConnectRetried)[0]
				for _, text := range append(c.want, "there.invalid:1", "SOCKS proxy") {
					if e.Err == nil || !strings.Contains(e.Err.Error(), text) {
						t.Errorf("the error is %v, without %q", e.Err, text)
					}
				}
				if name == "a proxy without a name" {
					continue // no descriptor was opened
				}
				if e := closes.Want(zmq.EventClosed)[0]; e.Err == nil || !strings.Contains(e.Err.Error(), c.want[0]) {
					t.Errorf("CLOSED is by %v", e.Err)
				}
			}
		})
	}
}

// TestSlowProxyObeysConnectTimeout: whichever step it does not take. Close does not wait
// for it either.
func TestSlowProxyObeysConnectTimeout(t *testing.T) {
	for at, want := range map[step]string{method: "agree", login: "log in as", reply: "have it connect"} {
		r := rig.New(t)
		_, there := r.Bind(zmq.PULL, rig.AnyPort)
		p := (&socksServer{user: "user", mute: at}).start(t)
		s := r.Socket(zmq.PUSH, through(p)...)
		w := r.Watch(s, zmq.EventClosed)
		r.Check(s.Connect(there, zmq.ConnectTimeout.Of(200*time.Millisecond)))
		e := w.Want(zmq.EventClosed)[0]
		var timeout net.Error
		if !errors.As(e.Err, &timeout) || !timeout.Timeout() {
			t.Errorf("%v is no time-out", e.Err)
		} else if !strings.Contains(e.Err.Error(), want) {
			t.Logf("%v", e.Err) // a machine that is slow itself has come less far
		}
		r.Check(s.Disconnect(there))
		r.Check(s.Connect(there, zmq.ConnectTimeout.Of(0)))
		r.Check(s.Close())
	}
}

// TestReconnectThroughSOCKS: when the proxy ends, and is asked again.
func TestReconnectThroughSOCKS(t *testing.T) {
	r := rig.New(t)
	pull, at := r.Bind(zmq.PULL, rig.AnyPort)
	p := new(socksServer).start(t)
	push := r.Socket(zmq.PUSH, through(p)...)
	w := r.Watch(push, zmq.EventHandshakeSucceeded|zmq.EventDisconnected)
	r.Check(push.Connect(at))
	w.Want(zmq.EventHandshakeSucceeded)
	p.cut()
	w.Want(zmq.EventDisconnected, zmq.EventHandshakeSucceeded)
	r.Send(push, "x")
	r.WantRecv(pull, "x")
	if got := p.targets(); len(got) < 2 {
		t.Errorf("the proxy was asked for %q", got)
	}
}

// TestDialOfAProgramReachesTheProxy: with both, the function connects to the proxy.
func TestDialOfAProgramReachesTheProxy(t *testing.T) {
	r := rig.New(t)
	pull, at := r.Bind(zmq.PULL, rig.AnyPort)
	p := new(socksServer).start(t)
	dialled := make(chan string, 100)
	push := r.Socket(zmq.PUSH, zmq.SOCKSProxy.Of("proxy.invalid:1080"), zmq.WithDial(func(ctx context.Context, network, address string) (net.Conn, error) {
		dialled <- network + " " + address
		return new(net.Dialer).DialContext(ctx, "tcp", p.at)
	}))
	r.Check(push.Connect(at))
	r.WaitPeers(push, 1)
	r.Send(push, "x")
	r.WantRecv(pull, "x")
	if got := <-dialled; got != "tcp proxy.invalid:1080" {
		t.Errorf("dialled %q", got)
	}
}

// TestConnectDoesNotGoPastAProxy: what the proxy cannot carry, and what is no address, is
// refused by Connect. What stays in the machine goes directly, and without the option so
// does the rest.
func TestConnectDoesNotGoPastAProxy(t *testing.T) {
	r := rig.New(t)
	for _, proxy := range []string{"proxy", ":", "proxy:port", "*:1080", "socks5://proxy:1080"} {
		s := r.Socket(zmq.PUSH, zmq.SOCKSProxy.Of(proxy))
		if err := s.Connect("tcp://127.0.0.1:1"); !errors.Is(err, zmq.ErrInvalid) || !strings.Contains(err.Error(), "SOCKS_PROXY") {
			t.Errorf("the proxy %q: %v", proxy, err)
		}
	}
	s := r.Socket(zmq.PUSH, zmq.SOCKSProxy.Of("127.0.0.1:1"))
	if err := s.Connect("tcp://127.0.0.1:1;127.0.0.1:1"); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("a source: %v", err)
	}
	r.Check(s.Connect("inproc://no-proxy"))
	ipc, at := r.Bind(zmq.PULL, rig.IPCEndpoint(t))
	r.Check(s.Connect(at))
	r.WaitPeers(s, 1)
	r.Check(s.Disconnect("inproc://no-proxy"))
	r.Send(s, "directly")
	r.WantRecv(ipc, "directly")
	tcp, at := r.Bind(zmq.PULL, rig.AnyPort, zmq.SOCKSProxy.Of("127.0.0.1:1"))
	r.Check(s.Set(zmq.SOCKSProxy.Of("")))
	r.Check(s.Connect(at))
	r.Check(s.Disconnect(ipc.LastEndpoint()))
	r.WaitPeers(s, 1)
	r.Send(s, "without")
	r.WantRecv(tcp, "without")
}

// TestPasswordOfSOCKSIsNotPrinted.
func TestPasswordOfSOCKSIsNotPrinted(t *testing.T) {
	if x := zmq.SOCKSPassword.Of("secret"); strings.Contains(x.String(), "secret") {
		t.Errorf("the password is printed: %v", x)
	}
}
