// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/interop/peer"
)

// eachDraftLink runs a test with either side bound, over tcp and ipc: link connects the
// two and returns the endpoint.
func eachDraftLink(t *testing.T, test func(t *testing.T, libzmq *peer.Process, link func(*zmq.Socket, *peer.Socket) string)) {
	for _, scheme := range []string{"tcp", "ipc"} {
		for _, bound := range []string{"ours", "libzmq"} {
			t.Run(scheme+"/"+bound+" bound", func(t *testing.T) {
				endpoint := address(t, scheme)
				test(t, peer.StartDraft(t), func(s *zmq.Socket, theirs *peer.Socket) string {
					if bound == "ours" {
						endpoint = bind(t, s, endpoint)
						theirs.Connect(endpoint)
					} else {
						endpoint = theirs.Bind(endpoint)
						connect(t, s, endpoint)
					}
					return endpoint
				})
			})
		}
	}
}

// recvLabelled receives a message of libzmq's that must have that text.
func recvLabelled(t *testing.T, s *peer.Socket, text string) peer.Labelled {
	t.Helper()
	m, err := s.RecvLabelled(patience)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Frames) != 1 || string(m.Frames[0]) != text {
		t.Fatalf("libzmq received %q, want %q", m.Frames, text)
	}
	return m
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestOurServerAndLibzmqClient(t *testing.T) {
	eachDraftLink(t, func(t *testing.T, libzmq *peer.Process, link func(*zmq.Socket, *peer.Socket) string) {
		server, client := ours(t, zmq.SERVER, nil), libzmq.Socket("CLIENT", nil)
		link(server, client)
		check(t, client.Send(patience, []byte("ask")))
		m := recv(t, server, "ask")
		if m.RoutingID() == 0 {
			t.Error("the client has no number")
		}
		check(t, server.SendMessage(within(t), zmq.NewStringMessage("answer").WithRoutingID(m.RoutingID())))
		recvLabelled(t, client, "answer")
	})
}

func TestOurClientAndLibzmqServer(t *testing.T) {
	eachDraftLink(t, func(t *testing.T, libzmq *peer.Process, link func(*zmq.Socket, *peer.Socket) string) {
		client, server := ours(t, zmq.CLIENT, nil), libzmq.Socket("SERVER", nil)
		link(client, server)
		send(t, client, "ask")
		m := recvLabelled(t, server, "ask")
		check(t, server.SendTo(patience, m.Routing, []byte("answer")))
		recv(t, client, "answer")
	})
}

func TestOurRadioAndLibzmqDish(t *testing.T) {
	eachDraftLink(t, func(t *testing.T, libzmq *peer.Process, link func(*zmq.Socket, *peer.Socket) string) {
		radio, dish := ours(t, zmq.RADIO, nil), libzmq.Socket("DISH", nil)
		dish.Join("before")
		link(radio, dish)
		waitSubscribers(t, radio, "before", 1, dish)
		dish.Join("after")
		waitSubscribers(t, radio, "after", 1, dish)
		for _, g := range []string{"other", "before", "befor", "after"} {
			check(t, radio.SendMessage(within(t), zmq.NewStringMessage("to "+g).WithGroup(g)))
		}
		for _, g := range []string{"before", "after"} {
			if m := recvLabelled(t, dish, "to "+g); string(m.Group) != g {
				t.Errorf("the group is %q, want %q", m.Group, g)
			}
		}
		dish.Leave("before")
		eventually(t, "it has come through", func() bool {
			check(t, radio.SendMessage(within(t), zmq.NewStringMessage("x").WithGroup("before")))
			return radio.Stats().Drops.NoSubscriber > 2
		})
	})
}

func TestOurDishAndLibzmqRadio(t *testing.T) {
	eachDraftLink(t, func(t *testing.T, libzmq *peer.Process, link func(*zmq.Socket, *peer.Socket) string) {
		dish, radio := ours(t, zmq.DISH, nil), libzmq.Socket("RADIO", nil)
		check(t, dish.Join("before"))
		check(t, dish.Join("left"))
		check(t, dish.Leave("left"))
		link(dish, radio)
		check(t, dish.Join("after"))
		// A RADIO of libzmq does not report which peers have joined, so it sends until
		// the message arrives.
		for _, g := range []string{"before", "after"} {
			eventually(t, "it has come through", func() bool {
				check(t, radio.SendGroup(patience, "left", []byte("no")))
				check(t, radio.SendGroup(patience, g, []byte(g)))
				m, err := dish.TryRecv()
				for ; err == nil; m, err = dish.TryRecv() {
					if m.Group() == g && m.String() == g {
						return true
					}
					if m.Group() == "left" {
						t.Error("a group that was left is received")
					}
				}
				return false
			})
		}
	})
}

func TestScatterAndGatherWithLibzmq(t *testing.T) {
	eachDraftLink(t, func(t *testing.T, libzmq *peer.Process, link func(*zmq.Socket, *peer.Socket) string) {
		scatter, gather := ours(t, zmq.SCATTER, nil), libzmq.Socket("GATHER", nil)
		link(scatter, gather)
		send(t, scatter, "x")
		recvLabelled(t, gather, "x")
	})
	eachDraftLink(t, func(t *testing.T, libzmq *peer.Process, link func(*zmq.Socket, *peer.Socket) string) {
		gather, scatter := ours(t, zmq.GATHER, nil), libzmq.Socket("SCATTER", nil)
		link(gather, scatter)
		check(t, scatter.Send(patience, []byte("x")))
		recv(t, gather, "x")
	})
}

func TestChannelWithLibzmq(t *testing.T) {
	eachDraftLink(t, func(t *testing.T, libzmq *peer.Process, link func(*zmq.Socket, *peer.Socket) string) {
		a, b := ours(t, zmq.CHANNEL, nil), libzmq.Socket("CHANNEL", nil)
		link(a, b)
		send(t, a, "ping")
		recvLabelled(t, b, "ping")
		check(t, b.Send(patience, []byte("pong")))
		recv(t, a, "pong")
	})
}

// TestPeerSpeaksToLibzmq: the package for Node.js says not which PEER a message is of, so
// that it cannot answer. The other direction is in capi/draft_test.go.
func TestPeerSpeaksToLibzmq(t *testing.T) {
	eachDraftLink(t, func(t *testing.T, libzmq *peer.Process, link func(*zmq.Socket, *peer.Socket) string) {
		s, theirs := ours(t, zmq.PEER, nil), libzmq.Socket("PEER", nil)
		link(s, theirs)
		check(t, s.WaitPeers(within(t), 1))
		for _, text := range []string{"first", "second"} {
			check(t, s.SendMessage(within(t), zmq.NewStringMessage(text).WithRoutingID(s.Peers()[0].Number)))
			recvLabelled(t, theirs, text)
		}
	})
}

// TestJoinTwiceAndLeaveOnce: a group is joined or not, there as here.
func TestJoinTwiceAndLeaveOnce(t *testing.T) {
	s, theirs := ours(t, zmq.DISH, nil), peer.StartDraft(t).Socket("DISH", nil)
	long := strings.Repeat("g", 256)
	for _, x := range []struct {
		what        string
		ours, their error
		fails       bool
	}{
		{"join", s.Join("g"), theirs.TryJoin("g"), false},
		{"the second join", s.Join("g"), theirs.TryJoin("g"), true},
		{"leave", s.Leave("g"), theirs.TryLeave("g"), false},
		{"the second leave", s.Leave("g"), theirs.TryLeave("g"), true},
		{"join after that", s.Join("g"), theirs.TryJoin("g"), false},
		{"join of 255 bytes", s.Join(long[1:]), theirs.TryJoin(long[1:]), false},
		{"join of 256 bytes", s.Join(long), theirs.TryJoin(long), true},
	} {
		if errors.Is(x.ours, syscall.EINVAL) != x.fails || errors.Is(x.their, syscall.EINVAL) != x.fails || !x.fails && (x.ours != nil || x.their != nil) {
			t.Errorf("%s: ours says %v, libzmq %v", x.what, x.ours, x.their)
		}
	}
}

// TestReadyOfDraftTypesIsLibzmqs compares the first command of each type byte by byte.
func TestReadyOfDraftTypesIsLibzmqs(t *testing.T) {
	libzmq := peer.StartDraft(t)
	classic := newContext(t, zmq.ContextConfig{LibzmqDefaults: true})
	for typ := zmq.SERVER; typ <= zmq.CHANNEL; typ++ {
		if typ == zmq.DGRAM {
			continue
		}
		l, err := net.Listen("tcp", "127.0.0.1:0")
		check(t, err)
		defer l.Close()
		at := "tcp://" + l.Addr().String()
		libzmq.Socket(typ.String(), nil).Connect(at)
		want := readyOf(t, l)
		s, err := classic.NewSocket(typ, zmq.Linger.Of(0))
		check(t, err)
		check(t, s.Connect(at))
		if got := readyOf(t, l); !bytes.Equal(got, want) {
			t.Errorf("%s: ours says %q, libzmq %q", typ, got, want)
		}
	}
}

// readyOf takes a connection and returns the first command on it.
func readyOf(t *testing.T, l net.Listener) []byte {
	t.Helper()
	c, err := l.Accept()
	check(t, err)
	defer c.Close()
	check(t, c.SetDeadline(time.Now().Add(patience)))
	greeting := make([]byte, 64)
	copy(greeting, "\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\x01NULL")
	_, err = c.Write(greeting)
	check(t, err)
	_, err = io.ReadFull(c, greeting)
	check(t, err)
	head := make([]byte, 2)
	_, err = io.ReadFull(c, head)
	check(t, err)
	body := make([]byte, head[1])
	_, err = io.ReadFull(c, body)
	check(t, err)
	return append(head, body...)
}

const (
	draftCount = 100_000
	draftSize  = 32
	// draftPatience is for that many messages, each of which a program in JavaScript
	// handles by itself.
	draftPatience = 10 * patience
)

// unlimited is for libzmq's SERVER: one of the package stops for good now and then
// once a queue of its was full, with libzmq's own CLIENT as well (7 of 40 runs). With this
// none is ever full.
var unlimited = peer.Opts{"23": 0, "24": 0} // SNDHWM, RCVHWM

// TestDraftVolume: every pair of types, the one that sends ours and libzmq's.
func TestDraftVolume(t *testing.T) {
	for _, x := range []struct {
		name string
		run  func(t *testing.T, libzmq *peer.Process)
	}{
		{"CLIENT to SERVER and back", func(t *testing.T, libzmq *peer.Process) {
			client, server := ours(t, zmq.CLIENT, nil), libzmq.Socket("SERVER", unlimited)
			connect(t, client, server.Bind("tcp://127.0.0.1:*"))
			echoed(t, client, server)
		}},
		{"CHANNEL to CHANNEL and back", func(t *testing.T, libzmq *peer.Process) {
			s, theirs := ours(t, zmq.CHANNEL, nil), libzmq.Socket("CHANNEL", unlimited)
			connect(t, s, theirs.Bind("tcp://127.0.0.1:*"))
			echoed(t, s, theirs)
		}},
		{"CLIENT of libzmq to SERVER", func(t *testing.T, libzmq *peer.Process) {
			server, client := ours(t, zmq.SERVER, nil), libzmq.Socket("CLIENT", unlimited)
			client.Connect(bind(t, server, "tcp://127.0.0.1:*"))
			sendsNumbered(t, client, server, nil)
		}},
		{"SCATTER of libzmq to GATHER", func(t *testing.T, libzmq *peer.Process) {
			gather, scatter := ours(t, zmq.GATHER, nil), libzmq.Socket("SCATTER", unlimited)
			connect(t, gather, scatter.Bind("tcp://127.0.0.1:*"))
			sendsNumbered(t, scatter, gather, nil)
		}},
		{"SCATTER to GATHER of libzmq", func(t *testing.T, libzmq *peer.Process) {
			scatter, gather := ours(t, zmq.SCATTER, nil), libzmq.Socket("GATHER", unlimited)
			gather.Connect(bind(t, scatter, "tcp://127.0.0.1:*"))
			receivesNumbered(t, gather, scatter, "")
		}},
		{"RADIO to DISH of libzmq", func(t *testing.T, libzmq *peer.Process) {
			radio, dish := ours(t, zmq.RADIO, peer.Opts{"SNDHWM": 0}), libzmq.Socket("DISH", unlimited)
			dish.Join("g")
			dish.Connect(bind(t, radio, "tcp://127.0.0.1:*"))
			waitSubscribers(t, radio, "g", 1, dish)
			receivesNumbered(t, dish, radio, "g")
		}},
		{"RADIO of libzmq to DISH", func(t *testing.T, libzmq *peer.Process) {
			dish, radio := ours(t, zmq.DISH, peer.Opts{"RCVHWM": 0}), libzmq.Socket("RADIO", unlimited)
			check(t, dish.Join("g"))
			connect(t, dish, radio.Bind("tcp://127.0.0.1:*"))
			group := "g"
			eventually(t, "the RADIO knows of the DISH", func() bool {
				check(t, radio.SendGroup(patience, group, []byte{}))
				_, err := dish.TryRecv()
				return err == nil
			})
			sendsNumbered(t, radio, dish, &group)
		}},
	} {
		t.Run(x.name, func(t *testing.T) { x.run(t, peer.StartDraft(t)) })
	}
}

// echoed sends numbers by ours and has libzmq send them back.
func echoed(t *testing.T, s *zmq.Socket, theirs *peer.Socket) {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		_, err := theirs.Echo(draftCount, draftPatience)
		done <- err
	}()
	ctx, cancel := context.WithTimeout(t.Context(), draftPatience)
	defer cancel()
	go func() {
		for n := range draftCount {
			if s.SendString(ctx, fmt.Sprint(n)) != nil {
				return // and the receiver learns of it by its own time-out
			}
		}
	}()
	for n := range draftCount {
		m, err := s.Recv(ctx)
		check(t, err)
		if m.String() != fmt.Sprint(n) {
			t.Fatalf("message %d is %q", n, m)
		}
	}
	check(t, <-done)
}

// sendsNumbered has libzmq send numbered messages, to a group or nil, and ours receive
// them.
func sendsNumbered(t *testing.T, theirs *peer.Socket, s *zmq.Socket, group *string) {
	t.Helper()
	sent := make(chan error, 1)
	go func() { sent <- theirs.SendNumbered(draftPatience, draftCount, draftSize, group) }()
	wantNumbered(t, s, draftCount)
	check(t, <-sent)
}

// receivesNumbered has ours send numbered messages and libzmq receive them.
func receivesNumbered(t *testing.T, theirs *peer.Socket, s *zmq.Socket, group string) {
	t.Helper()
	received := make(chan error, 1)
	go func() { received <- theirs.RecvNumbered(draftPatience, draftCount) }()
	ctx, cancel := context.WithTimeout(t.Context(), draftPatience)
	defer cancel()
	for n := range draftCount {
		b := binary.BigEndian.AppendUint64(nil, uint64(n))
		b = append(b, make([]byte, draftSize-len(b))...)
		check(t, s.SendMessage(ctx, zmq.NewMessage(b).WithGroup(group)))
	}
	check(t, <-received)
}

// wantNumbered receives numbered messages in order. Those without a number are passed over.
func wantNumbered(t *testing.T, s *zmq.Socket, count int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), draftPatience)
	defer cancel()
	for n := 0; n < count; {
		m, err := s.Recv(ctx)
		check(t, err)
		if len(m.Bytes()) == 0 {
			continue
		}
		if got := binary.BigEndian.Uint64(m.Bytes()); got != uint64(n) {
			t.Fatalf("message %d has the number %d", n, got)
		}
		n++
	}
}

func TestDraftPeersAreKilledAndRestarted(t *testing.T) {
	libzmq := peer.StartDraft(t)
	dish, client := ours(t, zmq.DISH, quickly), ours(t, zmq.CLIENT, quickly)
	check(t, dish.Join("g"))
	radioAt, serverAt := address(t, "tcp"), address(t, "tcp")
	for round := range 3 {
		radio, server := libzmq.Socket("RADIO", nil), libzmq.Socket("SERVER", nil)
		radioAt, serverAt = radio.Bind(radioAt), server.Bind(serverAt)
		if round == 0 {
			connect(t, dish, radioAt)
			connect(t, client, serverAt)
		}
		text := fmt.Sprint("round ", round)
		eventually(t, "it has come through", func() bool {
			check(t, radio.SendGroup(patience, "g", []byte(text)))
			m, err := dish.TryRecv()
			return err == nil && m.String() == text
		})
		check(t, client.WaitPeers(within(t), 1))
		send(t, client, text)
		recvLabelled(t, server, text)
		libzmq.Restart()
		eventually(t, "it has come through", func() bool { return len(client.Peers()) == 0 })
	}
}

// TestOurDraftSocketsAreRestarted: libzmq's connect again, and join again.
func TestOurDraftSocketsAreRestarted(t *testing.T) {
	libzmq := peer.StartDraft(t)
	again := peer.Opts{"18": 20} // RECONNECT_IVL
	dish, gather, client := libzmq.Socket("DISH", again), libzmq.Socket("GATHER", again), libzmq.Socket("CLIENT", again)
	dish.Join("g")
	radioAt, scatterAt, serverAt := address(t, "tcp"), address(t, "tcp"), address(t, "tcp")
	for round := range 3 {
		radio, scatter, server := ours(t, zmq.RADIO, nil), ours(t, zmq.SCATTER, nil), ours(t, zmq.SERVER, nil)
		radioAt, scatterAt, serverAt = bind(t, radio, radioAt), bind(t, scatter, scatterAt), bind(t, server, serverAt)
		if round == 0 {
			dish.Connect(radioAt)
			gather.Connect(scatterAt)
			client.Connect(serverAt)
		}
		text := fmt.Sprint("round ", round)
		waitSubscribers(t, radio, "g", 1, dish)
		check(t, radio.SendMessage(within(t), zmq.NewStringMessage(text).WithGroup("g")))
		recvLabelled(t, dish, text)
		send(t, scatter, text)
		recvLabelled(t, gather, text)
		check(t, server.WaitPeers(within(t), 1))
		check(t, client.Send(patience, []byte(text)))
		check(t, server.SendMessage(within(t), recv(t, server, text)))
		recvLabelled(t, client, text)
		for _, s := range []*zmq.Socket{radio, scatter, server} {
			check(t, s.Close())
		}
	}
}

// TestCurveOfDraftTypes: ours as the server of CURVE, and as the client.
func TestCurveOfDraftTypes(t *testing.T) {
	server, client := zmq.NewCurveKeypair(), zmq.NewCurveKeypair()
	asClient := peer.Opts{"50": server.Public.String(), "48": client.Public.String(), "49": client.Secret.Z85()}
	asServer := peer.Opts{"47": 1, "49": server.Secret.Z85()}
	for typ, theirs := range map[zmq.SocketType]string{
		zmq.SERVER: "CLIENT", zmq.CLIENT: "SERVER", zmq.GATHER: "SCATTER", zmq.SCATTER: "GATHER",
		zmq.RADIO: "DISH", zmq.DISH: "RADIO", zmq.CHANNEL: "CHANNEL", zmq.PEER: "PEER",
	} {
		t.Run(typ.String()+"/server", func(t *testing.T) {
			s, other := ours(t, typ, nil), peer.StartDraft(t).Socket(theirs, asClient)
			check(t, s.Set(server.AsServer()))
			joinG(t, s, other)
			other.Connect(bind(t, s, "tcp://127.0.0.1:*"))
			secretly(t, s, other)
		})
		t.Run(typ.String()+"/client", func(t *testing.T) {
			s, other := ours(t, typ, nil), peer.StartDraft(t).Socket(theirs, asServer)
			check(t, s.Set(client.AsClient(server.Public)))
			joinG(t, s, other)
			connect(t, s, other.Bind("tcp://127.0.0.1:*"))
			secretly(t, s, other)
		})
	}
}

// joinG has the DISH of the two, if there is one, join a group.
func joinG(t *testing.T, s *zmq.Socket, other *peer.Socket) {
	t.Helper()
	switch s.Type() {
	case zmq.RADIO:
		other.Join("g")
	case zmq.DISH:
		check(t, s.Join("g"))
	}
}

// secretly sends a message between two sockets that are to talk by CURVE.
func secretly(t *testing.T, s *zmq.Socket, other *peer.Socket) {
	t.Helper()
	switch s.Type() {
	case zmq.RADIO:
		waitSubscribers(t, s, "g", 1, other)
		check(t, s.SendMessage(within(t), zmq.NewStringMessage("x").WithGroup("g")))
		recvLabelled(t, other, "x")
	case zmq.DISH:
		eventually(t, "it has come through", func() bool {
			check(t, other.SendGroup(patience, "g", []byte("x")))
			m, err := s.TryRecv()
			return err == nil && m.String() == "x" && m.Group() == "g"
		})
	case zmq.PEER:
		check(t, s.WaitPeers(within(t), 1))
		check(t, s.SendMessage(within(t), zmq.NewStringMessage("x").WithRoutingID(s.Peers()[0].Number)))
		recvLabelled(t, other, "x")
	case zmq.SCATTER, zmq.CLIENT:
		send(t, s, "x")
		recvLabelled(t, other, "x")
	default:
		check(t, other.Send(patience, []byte("x")))
		recv(t, s, "x")
	}
	if m := s.Peers()[0].Mechanism; m != "CURVE" {
		t.Errorf("the mechanism is %q", m)
	}
}

func TestRadioAndDishOverUDPWithLibzmq(t *testing.T) {
	for _, at := range []string{zmqtest.Host(), "239.192.8.8"} {
		t.Run(at, func(t *testing.T) {
			libzmq := peer.StartDraft(t)
			dish := ours(t, zmq.DISH, nil)
			check(t, dish.Join("g"))
			radio := libzmq.Socket("RADIO", nil)
			radio.Connect(bind(t, dish, "udp://"+at+":*"))
			eventually(t, "a datagram comes", func() bool {
				check(t, radio.SendGroup(patience, "other", []byte("no")))
				check(t, radio.SendGroup(patience, "g", []byte("x")))
				m, err := dish.TryRecv()
				return err == nil && m.Group() == "g" && m.String() == "x"
			})
			theirs, sender := libzmq.Socket("DISH", nil), ours(t, zmq.RADIO, nil)
			theirs.Join("g")
			// libzmq takes no port of the system's choice over udp, but shares this one.
			endpoint := dish.LastEndpoint()
			check(t, dish.Close())
			theirs.Bind(endpoint)
			connect(t, sender, endpoint)
			got := make(chan error, 1)
			go func() {
				m, err := theirs.RecvLabelled(patience)
				if err == nil && (string(m.Group) != "g" || string(m.Frames[0]) != "y") {
					err = fmt.Errorf("received %q in %q", m.Frames, m.Group)
				}
				got <- err
			}()
			eventually(t, "a datagram comes", func() bool {
				check(t, sender.SendMessage(within(t), zmq.NewStringMessage("y").WithGroup("g")))
				select {
				case err := <-got:
					check(t, err)
					return true
				default:
					return false
				}
			})
		})
	}
}

func TestDgramWithLibzmq(t *testing.T) {
	libzmq := peer.StartDraft(t)
	s, free := ours(t, zmq.DGRAM, nil), ours(t, zmq.DGRAM, nil)
	endpoint := bind(t, s, "udp://"+zmqtest.Host()+":*")
	theirAt := bind(t, free, "udp://"+zmqtest.Host()+":*")
	check(t, free.Close())
	theirs := libzmq.Socket("DGRAM", nil)
	theirs.Bind(theirAt)
	to, from := endpoint[len("udp://"):], theirAt[len("udp://"):]
	eventually(t, "a datagram comes", func() bool {
		check(t, theirs.Send(patience, []byte(to), []byte("ping")))
		m, err := s.TryRecv()
		return err == nil && string(m.Frame(0)) == from && string(m.Frame(1)) == "ping"
	})
	check(t, s.SendString(within(t), from, "pong"))
	frames, err := theirs.Recv(patience)
	check(t, err)
	if len(frames) != 2 || string(frames[0]) != to+"\x00" || string(frames[1]) != "pong" {
		t.Errorf("libzmq received %q", frames)
	}
}
