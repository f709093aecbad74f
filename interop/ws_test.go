// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/auth"
	"github.com/gozmq/zmq/interop/peer"
	"github.com/gozmq/zmq/ws"
)

// Numbers of libzmq's options, which draft.js takes.
const (
	optRoutingID     = "5"
	optSubscribe     = "6"
	optPlainServer   = "44"
	optPlainUsername = "45"
	optPlainPassword = "46"
	optCurveServer   = "47"
	optCurvePublic   = "48"
	optCurveSecret   = "49"
	optCurveKey      = "50"
	optZAPDomain     = "55"
	optHeartbeat     = "75"
)

// wsMechanism is a mechanism over WebSocket, and what each side is set to when ours is its
// server and when libzmq is. Without theirs, libzmq cannot be that: its PLAIN server
// needs a handler, which Node.js does not have.
type wsMechanism struct {
	name                     string
	config                   ws.Config
	oursServes, theirsServes *wsSides
}

type wsSides struct {
	ours   []zmq.Setting
	theirs peer.Opts
}

func wsMechanisms(t *testing.T) []wsMechanism {
	t.Helper()
	key := func(text string) zmq.CurveKeypair {
		k, err := zmq.ParseSecretKey(text)
		check(t, err)
		return zmq.CurveKeypair{Public: k.Public(), Secret: k}
	}
	server, client := key(serverSecret), key(clientSecret)
	plain := &wsSides{}
	return []wsMechanism{
		{"NULL", ws.Config{}, plain, plain},
		{"none", ws.Config{NoMechanism: true}, plain, plain},
		{"PLAIN", ws.Config{}, &wsSides{
			[]zmq.Setting{zmq.PlainServer.Of(true)}, peer.Opts{optPlainUsername: "user", optPlainPassword: "secret"},
		}, nil},
		{
			"CURVE", ws.Config{},
			&wsSides{[]zmq.Setting{server.AsServer()}, peer.Opts{optCurvePublic: clientPublic, optCurveSecret: clientSecret, optCurveKey: serverPublic}},
			&wsSides{[]zmq.Setting{client.AsClient(server.Public)}, peer.Opts{optCurveServer: 1, optCurveSecret: serverSecret}},
		},
	}
}

// wsLink makes sockets of both sides and connects them: bound says which side binds,
// serves which is the server of the mechanism.
type wsLink struct {
	t         *testing.T
	libzmq    *peer.Process
	m         wsMechanism
	sides     *wsSides
	oursBound bool
	zctx      *zmq.Context
}

func (l *wsLink) pair(ours zmq.SocketType, theirs string, settings []zmq.Setting, opts peer.Opts) (*zmq.Socket, *peer.Socket) {
	l.t.Helper()
	s, err := l.zctx.NewSocket(ours, append(append([]zmq.Setting{zmq.Linger.Of(0)}, l.sides.ours...), settings...)...)
	check(l.t, err)
	merged := peer.Opts{}
	for _, o := range []peer.Opts{l.sides.theirs, opts} {
		for k, v := range o {
			merged[k] = v
		}
	}
	p := l.libzmq.Socket(theirs, merged)
	if l.oursBound {
		p.Connect(bind(l.t, s, "ws://127.0.0.1:*/a/path"))
	} else {
		connect(l.t, s, p.Bind("ws://127.0.0.1:*"))
	}
	return s, p
}

// eachWSLink runs a test with every mechanism, either side bound and either side its
// server.
func eachWSLink(t *testing.T, test func(l *wsLink)) {
	for _, m := range wsMechanisms(t) {
		for bound, oursBound := range map[string]bool{"ours bound": true, "libzmq bound": false} {
			for server, sides := range map[string]*wsSides{"ours serves": m.oursServes, "libzmq serves": m.theirsServes} {
				if sides == nil || m.oursServes == m.theirsServes && server == "libzmq serves" {
					continue
				}
				t.Run(m.name+"/"+bound+"/"+server, func(t *testing.T) {
					zctx := newContext(t, zmq.ContextConfig{Settings: []zmq.Setting{zmq.WithTransports(ws.Transports(m.config)...)}})
					h, err := auth.Start(zctx, auth.Config{Default: auth.Rules{
						Passwords: auth.PasswordMap{"user": "secret"}, Keys: auth.InsecureAllowAnyKey(),
					}})
					check(t, err)
					t.Cleanup(func() { check(t, h.Close()) })
					test(&wsLink{t, peer.StartDraft(t), m, sides, oursBound, zctx})
				})
			}
		}
	}
}

// TestWebSocketWithLibzmq: requests and replies of every size at which a header has
// another form, several frames, and identities.
func TestWebSocketWithLibzmq(t *testing.T) {
	eachWSLink(t, func(l *wsLink) {
		router, dealer := l.pair(zmq.ROUTER, "DEALER", nil, peer.Opts{optRoutingID: "someone"})
		check(t, dealer.Send(patience, []byte("hello")))
		recv(l.t, router, "someone", "hello")
		for _, n := range []int{0, 1, 124, 125, 126, 255, 256, 65534, 65535, 65536, 1_000_000} {
			body := bytes.Repeat([]byte{byte(n), 'x'}, n/2+1)[:n]
			check(l.t, router.Send(within(l.t), []byte("someone"), []byte("more"), body))
			got, err := dealer.Recv(patience)
			if err != nil || len(got) != 2 || !bytes.Equal(got[1], body) {
				l.t.Fatalf("%d bytes: libzmq received %d frames, %v", n, len(got), err)
			}
			check(l.t, dealer.Send(patience, got...))
			recv(l.t, router, "someone", "more", string(body))
		}
	})
}

// TestSubscriptionsOverWebSocketWithLibzmq. A libzmq publisher does not understand the
// subscriptions of a libzmq subscriber with CURVE here; ours understands them all, and
// ours are understood.
func TestSubscriptionsOverWebSocketWithLibzmq(t *testing.T) {
	eachWSLink(t, func(l *wsLink) {
		pub, theirSub := l.pair(zmq.PUB, "SUB", nil, peer.Opts{optSubscribe: "A."})
		waitSubscribers(l.t, pub, "A.", 1, theirSub)
		send(l.t, pub, "B.no")
		send(l.t, pub, "A.yes")
		recvTheirs(l.t, theirSub, "A.yes")

		sub, theirPub := l.pair(zmq.SUB, "PUB", nil, nil)
		check(l.t, sub.Subscribe("A."))
		eventually(l.t, "a message comes through", func() bool {
			check(l.t, theirPub.Send(patience, []byte("B.no")))
			check(l.t, theirPub.Send(patience, []byte("A.yes")))
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
			defer cancel()
			m, err := sub.Recv(ctx)
			if err == nil && m.String() != "A.yes" {
				l.t.Fatalf("received %q", m)
			}
			return err == nil
		})
	})
}

// TestHeartbeatsOverWebSocketWithLibzmq: libzmq answers our Pings, and we answer those of
// libzmq, which would end the connection otherwise. Without a mechanism libzmq answers
// none (RFC 45 leaves it to WebSocket), and must not have heartbeats itself.
func TestHeartbeatsOverWebSocketWithLibzmq(t *testing.T) {
	eachWSLink(t, func(l *wsLink) {
		if l.m.name == "none" {
			return
		}
		held(t, func(timeout time.Duration) error {
			beat := []zmq.Setting{zmq.HeartbeatInterval.Of(20 * time.Millisecond), zmq.HeartbeatTimeout.Of(patience)}
			// The time-out of libzmq is its interval.
			pair, theirs := l.pair(zmq.PAIR, "PAIR", beat, peer.Opts{optHeartbeat: int(timeout.Milliseconds())})
			defer theirs.Close()
			var began time.Time // when a first round trip had been measured
			eventually(l.t, "the peer is heard for longer than the time-out", func() bool {
				return unbroken(pair) != nil || isReady(pair, func(p zmq.PeerStats) bool {
					if began.IsZero() && p.RoundTrip() > 0 {
						began = time.Now()
					}
					return !began.IsZero() && p.LastHeard().Sub(began) > timeout*3/2
				})
			})
			return unbroken(pair)
		})
	})
}

// TestGroupsOverWebSocketWithLibzmq: JOIN and LEAVE are commands.
func TestGroupsOverWebSocketWithLibzmq(t *testing.T) {
	eachWSLink(t, func(l *wsLink) {
		if l.m.name == "none" {
			return
		}
		radio, theirDish := l.pair(zmq.RADIO, "DISH", nil, nil)
		theirDish.Join("g")
		waitSubscribers(l.t, radio, "g", 1, theirDish)
		check(l.t, radio.SendMessage(within(l.t), zmq.NewStringMessage("x").WithGroup("g")))
		recvLabelled(l.t, theirDish, "x")

		dish, theirRadio := l.pair(zmq.DISH, "RADIO", nil, nil)
		check(l.t, dish.Join("g"))
		eventually(l.t, "it has come through", func() bool {
			check(l.t, theirRadio.SendGroup(patience, "g", []byte("y")))
			m, err := dish.TryRecv()
			return err == nil && m.Group() == "g" && m.String() == "y"
		})
	})
}
