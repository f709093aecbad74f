// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/interop/peer"
)

// Keys that are published with the documentation of CURVE.
const (
	clientPublic = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
	clientSecret = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"
	serverPublic = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
	serverSecret = "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"
)

const zapEndpoint = "inproc://zeromq.zap.01"

// security is a mechanism, and which side is its server. Nil is none.
type security struct {
	name           string
	server, client peer.Opts
	oursServes     bool
}

// securities returns every mechanism. NULL has a domain, so that handlers are asked.
func securities() []security {
	return []security{
		{name: "NULL", server: peer.Opts{"ZAP_DOMAIN": "here"}, client: peer.Opts{}},
		{
			name: "PLAIN", server: peer.Opts{"PLAIN_SERVER": 1, "ZAP_DOMAIN": "here"},
			client: peer.Opts{"PLAIN_USERNAME": "admin", "PLAIN_PASSWORD": "secret"},
		},
		{
			name: "CURVE", server: peer.Opts{"CURVE_SERVER": 1, "CURVE_SECRETKEY": []byte(serverSecret), "ZAP_DOMAIN": "here"},
			client: peer.Opts{"CURVE_PUBLICKEY": []byte(clientPublic), "CURVE_SECRETKEY": []byte(clientSecret), "CURVE_SERVERKEY": []byte(serverPublic)},
		},
	}
}

// curveSecurity is CURVE with the published keys.
func curveSecurity() security { return securities()[2] }

func (s *security) ours() peer.Opts {
	if s == nil {
		return nil
	}
	if s.oursServes {
		return s.server
	}
	return s.client
}

func (s *security) theirs() peer.Opts {
	if s == nil {
		return nil
	}
	if s.oursServes {
		return s.client
	}
	return s.server
}

// handler admits all clients of a socket of ours that is a server.
func (s *security) handler(t *testing.T, x *zmq.Socket) {
	t.Helper()
	if s != nil && s.oursServes {
		ourHandler(t, x.Context(), func([]string) []string { return []string{"200", "OK", "alice", ""} })
	}
}

// ourHandler answers authentication requests in a context of ours. It gets a
// request as a REP receives it and returns status, text, user id and metadata.
func ourHandler(t *testing.T, c *zmq.Context, answer func([]string) []string) {
	t.Helper()
	h, err := c.NewSocket(zmq.REP)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Bind(zapEndpoint); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for m, err := range h.Messages(context.Background()) {
			if err != nil {
				return
			}
			_ = h.SendString(context.Background(), append([]string{"1.0", "1"}, answer(texts(m.Frames()))...)...)
		}
	}()
	t.Cleanup(func() { _ = h.Close(); <-done })
}

// theirHandler is the same in the process of libzmq.
func theirHandler(t *testing.T, libzmq *peer.Process, answer func([]string) []string) {
	t.Helper()
	h := libzmq.Socket("REP", nil)
	h.Bind(zapEndpoint)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
			}
			request, err := h.Recv(50 * time.Millisecond)
			if errors.Is(err, syscall.EAGAIN) {
				continue
			}
			if err != nil {
				return
			}
			reply := [][]byte{[]byte("1.0"), []byte("1")}
			for _, s := range answer(texts(request)) {
				reply = append(reply, []byte(s))
			}
			if h.Send(patience, reply...) != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { close(stop); <-done; h.Close() })
}

func texts(frames [][]byte) (list []string) {
	for _, f := range frames {
		list = append(list, string(f))
	}
	return list
}

// merge adds options to others.
func merge(a, b peer.Opts) peer.Opts {
	all := peer.Opts{}
	for _, m := range []peer.Opts{a, b} {
		for k, v := range m {
			all[k] = v
		}
	}
	return all
}

// TestEveryPairSecured is TestEveryPairBothWays through each mechanism: ours as its
// server and as its client, bound and connected, over tcp and ipc, with a handler
// that is asked.
func TestEveryPairSecured(t *testing.T) {
	libzmq := peer.Start(t)
	theirHandler(t, libzmq, func([]string) []string { return []string{"200", "OK", "", ""} })
	for _, s := range securities() {
		for _, transport := range []string{"tcp", "ipc"} {
			for _, p := range pairs {
				for i := range 8 {
					s.oursServes = i&4 != 0
					c := conversation{pair: p, oursIsA: i&1 != 0, aBinds: i&2 != 0, transport: transport, secure: &s}
					t.Run(c.String(), func(t *testing.T) { c.run(t, libzmq) })
				}
			}
		}
	}
}

// TestEveryPairSecuredOverZMTP30: mechanisms are those of ZMTP 3.0 too, in which
// subscriptions are messages.
func TestEveryPairSecuredOverZMTP30(t *testing.T) {
	libzmq := peer.Start(t)
	theirHandler(t, libzmq, func([]string) []string { return []string{"200", "OK", "", ""} })
	for _, s := range securities() {
		for _, p := range pairs {
			for i := range 8 {
				s.oursServes = i&4 != 0
				c := conversation{pair: p, oursIsA: i&1 != 0, aBinds: i&2 != 0, transport: "tcp", secure: &s, via: relay{major: 3}.start}
				t.Run(c.String(), func(t *testing.T) { c.run(t, libzmq) })
			}
		}
	}
}

// TestOlderVersionsAreRefused where there is a mechanism: neither side falls back to
// ZMTP 2.0 or 1.0, whichever is ours.
func TestOlderVersionsAreRefused(t *testing.T) {
	libzmq := peer.Start(t)
	for _, s := range securities() {
		for _, s.oursServes = range []bool{true, false} {
			for _, r := range []relay{{major: 1}, {major: 0}} {
				goSocket, theirs := ours(t, zmq.DEALER, s.ours()), libzmq.Socket("DEALER", s.theirs())
				if s.name == "NULL" && !s.oursServes {
					continue // the domain is libzmq's
				}
				connect(t, goSocket, r.start(t, theirs.Bind("tcp://127.0.0.1:*")))
				eventually(t, "a handshake fails", func() bool { return goSocket.Stats().HandshakesFailed > 0 })
				if st := goSocket.Stats(); st.Connected != 0 {
					t.Errorf("%s over ZMTP %d.0: connected", s.name, r.major+1)
				}
				theirs.Close()
			}
		}
	}
}

// ending is how a handshake ended: libzmq's event and its value.
type ending struct {
	kind  int
	value int
}

func (e ending) String() string { return fmt.Sprintf("%#x/%#x", e.kind, e.value) }

const (
	eventNoDetail = 0x0800
	eventSuccess  = peer.EventHandshakeSucceeded
	eventProtocol = peer.EventHandshakeFailedProto
	eventAuth     = 0x4000
	anyEnding     = eventNoDetail | eventSuccess | eventProtocol | eventAuth
)

// meet lets a DEALER of ours and one of libzmq meet once, and returns how both saw
// it end. The client connects.
func meet(t *testing.T, libzmq *peer.Process, s *security, oursOpts, theirOpts peer.Opts, prepare func(*zmq.Socket)) (oursSaw, theySaw ending) {
	t.Helper()
	once := peer.Opts{"RECONNECT_IVL": -1, "HANDSHAKE_IVL": 30000}
	goSocket := ours(t, zmq.DEALER, merge(oursOpts, once))
	defer goSocket.Close()
	if prepare != nil {
		prepare(goSocket)
	}
	theirs := libzmq.Socket("DEALER", merge(theirOpts, once))
	defer func() { theirs.Set("LINGER", 0); theirs.Close() }()
	theirs.Monitor()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	events := goSocket.Monitor(ctx, zmq.EventAll)
	if s.oursServes {
		theirs.Connect(bind(t, goSocket, "tcp://127.0.0.1:*"))
	} else {
		connect(t, goSocket, theirs.Bind("tcp://127.0.0.1:*"))
	}
	for e := range events {
		if int(e.Kind)&anyEnding != 0 {
			oursSaw = ending{int(e.Kind), int(e.Value)}
			break
		}
	}
	e, err := theirs.NextEvent(patience/3, anyEnding|peer.EventDisconnected)
	if err != nil {
		return oursSaw, ending{}
	}
	return oursSaw, ending{e.Event, e.Value}
}

// TestZAPVerdicts: whichever side asks its handler, both see what libzmq's own
// sockets would see (RFC 27).
func TestZAPVerdicts(t *testing.T) {
	for _, s := range securities() {
		for _, s.oursServes = range []bool{true, false} {
			libzmq := peer.Start(t)
			answer := []string{}
			if !s.oursServes {
				theirHandler(t, libzmq, func([]string) []string { return answer })
			}
			for _, x := range []struct {
				status         string
				server, client ending
			}{
				{"200", ending{eventSuccess, 0}, ending{eventSuccess, 0}},
				{"400", ending{eventAuth, 400}, ending{eventAuth, 400}},
				{"500", ending{eventAuth, 500}, ending{eventAuth, 500}},
				{"201", ending{eventProtocol, 0x20000004}, ending{eventNoDetail, -1}},
			} {
				t.Run(fmt.Sprintf("%s/%v/%s", s.name, s.oursServes, x.status), func(t *testing.T) {
					answer = []string{x.status, "text", "", ""}
					oursSaw, theySaw := meet(t, libzmq, &s, s.ours(), s.theirs(), func(g *zmq.Socket) {
						if s.oursServes {
							ourHandler(t, g.Context(), func([]string) []string { return answer })
						}
					})
					server, client := oursSaw, theySaw
					if !s.oursServes {
						server, client = theySaw, oursSaw
					}
					if client.value != 0 && x.client.value == -1 {
						client.value = -1
					}
					if server != x.server || client != x.client {
						t.Errorf("the server saw %v, the client %v; want %v and %v", server, client, x.server, x.client)
					}
				})
			}
		}
	}
}

// TestZAPRequestsAreAlike: a handler cannot tell our sockets from libzmq's.
func TestZAPRequestsAreAlike(t *testing.T) {
	libzmq := peer.Start(t)
	seen := make(chan []string, 10)
	admit := func(r []string) []string { seen <- r; return []string{"200", "", "", ""} }
	theirHandler(t, libzmq, admit)
	for _, s := range securities() {
		var requests [][]string
		for _, s.oursServes = range []bool{true, false} {
			id := peer.Opts{"ROUTING_ID": []byte("server")}
			oursOpts, theirOpts := merge(s.ours(), id), s.theirs()
			if !s.oursServes {
				oursOpts, theirOpts = s.ours(), merge(s.theirs(), id)
			}
			meet(t, libzmq, &s, oursOpts, theirOpts, func(g *zmq.Socket) {
				if s.oursServes {
					ourHandler(t, g.Context(), admit)
				}
			})
			requests = append(requests, <-seen)
		}
		if !slices.Equal(requests[0], requests[1]) || len(requests[0]) < 6 {
			t.Errorf("%s: ours asks %q, libzmq %q", s.name, requests[0], requests[1])
		}
	}
}

// TestWithoutAHandler: PLAIN refuses all clients, the others admit all.
func TestWithoutAHandler(t *testing.T) {
	libzmq := peer.Start(t)
	for _, s := range securities() {
		for _, s.oursServes = range []bool{true, false} {
			oursSaw, theySaw := meet(t, libzmq, &s, s.ours(), s.theirs(), nil)
			server, client := oursSaw, theySaw
			if !s.oursServes {
				server, client = theySaw, oursSaw
			}
			want, both := ending{eventSuccess, 0}, eventSuccess
			if s.name == "PLAIN" {
				want, both = ending{eventNoDetail, int(syscall.EFAULT)}, eventNoDetail
			}
			if server != want || client.kind != both {
				t.Errorf("%s, ours serves %v: the server saw %v, the client %v", s.name, s.oursServes, server, client)
			}
		}
	}
}

// TestBadCredentials: the handler is the judge of passwords and of clients' keys;
// the key of the server is the client's own affair.
func TestBadCredentials(t *testing.T) {
	judge := func(r []string) []string {
		if r[5] == "PLAIN" && r[6] == "admin" && r[7] == "secret" {
			return []string{"200", "", "", ""}
		}
		return []string{"400", "", "", ""}
	}
	libzmq := peer.Start(t)
	theirHandler(t, libzmq, judge)
	all := securities()
	wrongPassword, wrongKey, stranger := all[1], all[2], all[2]
	wrongPassword.client = merge(wrongPassword.client, peer.Opts{"PLAIN_PASSWORD": "Secret"})
	wrongKey.client = merge(wrongKey.client, peer.Opts{"CURVE_SERVERKEY": []byte(clientPublic)})
	refused := ending{eventAuth, 400}
	for _, x := range []struct {
		security
		server ending
		client int
	}{
		{all[1], ending{eventSuccess, 0}, eventSuccess},
		{wrongPassword, refused, eventAuth},
		{stranger, refused, eventAuth},
		{wrongKey, ending{eventProtocol, 0x11000001}, eventNoDetail},
	} {
		for _, x.oursServes = range []bool{true, false} {
			oursSaw, theySaw := meet(t, libzmq, &x.security, x.ours(), x.theirs(), func(g *zmq.Socket) {
				if x.oursServes {
					ourHandler(t, g.Context(), judge)
				}
			})
			server, client := oursSaw, theySaw
			if !x.oursServes {
				server, client = theySaw, oursSaw
			}
			if server != x.server || client.kind != x.client {
				t.Errorf("%s %v, ours serves %v: the server saw %v, the client %v", x.name, x.client, x.oursServes, server, client)
			}
		}
	}
}

// TestDowngradeIsRefused: no two different mechanisms meet, whichever side is which.
func TestDowngradeIsRefused(t *testing.T) {
	const mismatch = 0x11000002
	libzmq := peer.Start(t)
	theirHandler(t, libzmq, func([]string) []string { return []string{"200", "", "", ""} })
	for _, a := range securities() {
		for _, b := range securities() {
			if a.name == b.name {
				continue
			}
			for _, a.oursServes = range []bool{true, false} {
				b.oursServes = !a.oursServes
				// Ours takes its side of a, libzmq the other side of b.
				theirOpts := b.ours()
				oursSaw, theySaw := meet(t, libzmq, &a, a.ours(), theirOpts, nil)
				for who, e := range map[string]ending{"ours": oursSaw, "libzmq": theySaw} {
					if e.kind == eventSuccess || e.kind == eventProtocol && e.value != mismatch {
						t.Errorf("%s against %s, ours serves %v: %s saw %v", a.name, b.name, a.oursServes, who, e)
					}
				}
				if oursSaw.value != mismatch && theySaw.value != mismatch {
					t.Errorf("%s against %s: neither side saw why: %v, %v", a.name, b.name, oursSaw, theySaw)
				}
			}
		}
	}
}

// TestAuthorizerRefusesLibzmq through every mechanism: libzmq takes the reason for
// an end, and does not come back.
func TestAuthorizerRefusesLibzmq(t *testing.T) {
	libzmq := peer.Start(t)
	for _, s := range securities() {
		s.oursServes = true
		asked := make(chan zmq.Peer, 10)
		oursSaw, theySaw := meet(t, libzmq, &s, s.ours(), s.theirs(), func(g *zmq.Socket) {
			s.handler(t, g)
			if err := g.Set(zmq.WithAuthorizer(func(_ context.Context, p zmq.Peer) error {
				asked <- p
				return errors.New("not today")
			})); err != nil {
				t.Fatal(err)
			}
		})
		if oursSaw != (ending{eventAuth, 400}) || theySaw.kind == eventSuccess {
			t.Errorf("%s: ours saw %v, libzmq %v", s.name, oursSaw, theySaw)
		}
		p := <-asked
		if p.SocketType != "DEALER" || p.Mechanism != s.name || p.UserID != "alice" || (s.name == "CURVE") != (p.PublicKey.String() == clientPublic) {
			t.Errorf("asked about %+v", p)
		}
	}
}

// TestHeartbeatsOverCurve are understood both ways: connections with short
// time-outs live on.
func TestHeartbeatsOverCurve(t *testing.T) {
	libzmq := peer.Start(t)
	s := curveSecurity()
	for _, s.oursServes = range []bool{true, false} {
		held(t, func(timeout time.Duration) error {
			goSocket := ours(t, zmq.DEALER, merge(s.ours(), beating(timeout)))
			theirs := libzmq.Socket("DEALER", merge(s.theirs(), beating(timeout)))
			defer theirs.Close()
			theirs.Monitor()
			theirs.Connect(bind(t, goSocket, "tcp://127.0.0.1:*"))
			eventually(t, "PINGs are answered", func() bool {
				return unbroken(goSocket) != nil || isReady(goSocket, func(p zmq.PeerStats) bool { return p.RoundTrip() > 0 })
			})
			if lost := keeps(theirs, timeout); lost != nil {
				return lost
			}
			return unbroken(goSocket)
		})
	}
}

// TestUserIDAtLibzmq: what our handler says of a peer is known on our side; what
// libzmq's says of us, there.
func TestUserIDAtLibzmq(t *testing.T) {
	libzmq := peer.Start(t)
	role := string(append([]byte("\x06X-Role\x00\x00\x00\x02"), "op"...))
	theirHandler(t, libzmq, func([]string) []string { return []string{"200", "", "bob", role} })
	s := curveSecurity()
	goSocket, theirs := ours(t, zmq.DEALER, s.client), libzmq.Socket("DEALER", s.server)
	connect(t, goSocket, theirs.Bind("tcp://127.0.0.1:*"))
	send(t, goSocket, "hello")
	got, err := theirs.RecvProperties(patience, "User-Id", "X-Role", "Socket-Type")
	if err != nil || got["User-Id"] != "bob" || got["X-Role"] != "op" || got["Socket-Type"] != "DEALER" {
		t.Errorf("%q, %v", got, err)
	}
}

// TestKeysAreAlike: what libzmq makes of a key is what we make of it.
func TestKeysAreAlike(t *testing.T) {
	theirs := peer.Start(t).Socket("DEALER", curveSecurity().client)
	raw, err := theirs.GetRaw(49, 32) // ZMQ_CURVE_SECRETKEY
	secret, parseErr := zmq.ParseSecretKey(clientSecret)
	if err != nil || parseErr != nil || hex.EncodeToString(raw) != hex.EncodeToString(secret.Bytes()) {
		t.Errorf("%v, %v", err, parseErr)
	}
	if got := secret.Public().String(); !strings.EqualFold(got, clientPublic) || got != clientPublic {
		t.Errorf("public key %s", got)
	}
}
