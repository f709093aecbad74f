// SPDX-License-Identifier: Apache-2.0

package hostile_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/test/rig"
)

// siege is a socket that strangers send hostile bytes to, while it talks to an
// honest peer that must never notice.
type siege struct {
	*rig.Test
	s       *zmq.Socket
	honest  *zmq.Socket
	bound   bool // strangers connect to us; otherwise we connect to them
	log     *rig.Buffer
	level   *slog.LevelVar // of the log: debug unless a test changes it
	rounds  int
	strange []string    // what strangers got through to the application
	guard   *guard      // the mechanism; nil is NULL
	handler *zmq.Socket // of authentication requests, where a guard has one
	idle    int         // goroutines of the test without strangers
}

// besiege runs a test with a socket of that type on the binding and on the
// connecting side.
func besiege(t *testing.T, typ zmq.SocketType, test func(b *siege), settings ...zmq.Setting) {
	t.Helper()
	for _, bound := range []bool{true, false} {
		name := "binding"
		if !bound {
			name = "connecting"
		}
		t.Run(name, func(t *testing.T) {
			b := newSiege(t, typ, bound, settings...)
			test(b)
			b.end()
		})
	}
}

// compatible has a type that talks to each.
var compatible = map[zmq.SocketType]zmq.SocketType{
	zmq.PAIR: zmq.PAIR, zmq.PUB: zmq.SUB, zmq.SUB: zmq.PUB, zmq.REQ: zmq.REP, zmq.REP: zmq.REQ, zmq.DEALER: zmq.ROUTER,
	zmq.ROUTER: zmq.DEALER, zmq.PULL: zmq.PUSH, zmq.PUSH: zmq.PULL, zmq.XPUB: zmq.SUB, zmq.XSUB: zmq.PUB,
}

func newSiege(t *testing.T, typ zmq.SocketType, bound bool, settings ...zmq.Setting) *siege {
	t.Helper()
	return newGuardedSiege(t, typ, bound, nil, settings...)
}

func newGuardedSiege(t *testing.T, typ zmq.SocketType, bound bool, g *guard, settings ...zmq.Setting) *siege {
	t.Helper()
	b := &siege{bound: bound, guard: g}
	b.begin(t, typ, zmq.Limits{}, settings)
	return b
}

// newLimitedSiege is newGuardedSiege of a bound socket whose context has limits.
func newLimitedSiege(t *testing.T, typ zmq.SocketType, g *guard, limits zmq.Limits, settings ...zmq.Setting) *siege {
	t.Helper()
	b := &siege{bound: true, guard: g}
	b.begin(t, typ, limits, settings)
	return b
}

func (b *siege) begin(t *testing.T, typ zmq.SocketType, limits zmq.Limits, settings []zmq.Setting) {
	t.Helper()
	g, bound := b.guard, b.bound
	b.log, b.level = new(rig.Buffer), new(slog.LevelVar)
	b.level.Set(slog.LevelDebug)
	b.Test = rig.NewWith(t, zmq.ContextConfig{
		Limits: limits,
		Logger: slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: b.level})),
		Settings: []zmq.Setting{
			zmq.Linger.Of(0), zmq.ReconnectInterval.Of(5 * time.Millisecond), zmq.ReconnectIntervalMax.Of(20 * time.Millisecond),
		},
	})
	ours, theirs := g.settings(b)
	b.s = b.Socket(typ, append(ours, settings...)...)
	b.honest = b.Socket(compatible[typ], theirs...)
	if typ == zmq.PUB || typ == zmq.XPUB {
		b.Check(b.honest.Subscribe("honest"))
	}
	outer, inner := b.s, b.honest
	if !bound {
		outer, inner = b.honest, b.s
	}
	b.Check(outer.Bind(rig.AnyPort))
	b.Check(inner.Connect(outer.LastEndpoint()))
	b.WaitPeers(b.s, 1)
	b.WaitPeers(b.honest, 1)
	b.talk()
	b.idle = runtime.NumGoroutine()
}

// hurry gives the handshakes of strangers that come from now on less time. The honest peer,
// which the machine may have held up, has had the default.
func (b *siege) hurry(interval time.Duration) {
	b.Helper()
	b.Check(zmq.HandshakeInterval.Set(b.s, interval))
	if b.bound {
		before := runtime.NumGoroutine()
		b.Check(b.s.Bind(rig.AnyPort)) // where strangers come
		b.idle += max(runtime.NumGoroutine()-before, 1)
	}
}

// talk makes an exchange with the honest peer, over the types that it is for.
func (b *siege) talk() {
	b.Helper()
	b.rounds++
	text := fmt.Sprintf("honest %d", b.rounds)
	switch b.s.Type() {
	case zmq.ROUTER:
		b.Send(b.honest, text)
		for {
			m := b.Recv(b.s)
			if len(m) == 2 && m[1] == text {
				b.Send(b.s, m[0], "re: "+text)
				b.Test.WantRecv(b.honest, "re: "+text)
				return
			}
			b.strange = append(b.strange, strings.Join(m[1:], "|"))
		}
	case zmq.PUB, zmq.XPUB:
		b.WaitSubscribers(b.s, "honest", 1)
		b.Send(b.s, text)
		b.Test.WantRecv(b.honest, text)
	case zmq.PULL:
		b.Send(b.honest, text)
		for {
			m := b.Recv(b.s)
			if m[0] == text {
				return
			}
			b.strange = append(b.strange, strings.Join(m, "|"))
		}
	}
}

// undisturbed makes an exchange with the honest peer, and checks that strangers got
// nothing through until then.
func (b *siege) undisturbed() {
	b.Helper()
	b.talk()
	if len(b.strange) != 0 {
		b.Errorf("strangers got %q through", b.strange)
	}
}

// end checks that the honest peer noticed nothing, and that strangers left
// nothing behind.
func (b *siege) end() {
	b.Helper()
	b.talk()
	if n := b.honest.Stats().Disconnected; n != 0 {
		b.Errorf("the honest peer was disconnected %d times", n)
	}
	b.WaitPeersLeft(b.s, 1)
	b.WaitUntil("the goroutines are gone", func() bool { return runtime.NumGoroutine() <= b.idle })
}

// unfinished has strangers begin messages and leave, n times after some for warming
// up: nothing of them is kept, and nothing gets through.
func (b *siege) unfinished(n int, stranger func()) {
	b.Helper()
	for range 20 {
		stranger()
	}
	b.WaitPeersLeft(b.s, 1)
	before := held()
	for range n {
		stranger()
	}
	b.WaitPeersLeft(b.s, 1)
	if after := held(); after > before+2<<20 {
		b.Errorf("the heap grew from %d to %d bytes", before, after)
	}
	b.undisturbed()
}

// reported waits for a warning in the log.
func (b *siege) reported(text string) {
	b.Helper()
	b.WaitUntil(fmt.Sprintf("the log has %q", text), func() bool { return strings.Contains(b.log.String(), text) })
}

// stranger is a peer that says what a test wants.
type stranger struct {
	*siege
	nc *net.TCPConn
	at string // where we connected to it
	l  net.Listener
}

// stranger makes a connection to the socket, or has the socket make one.
func (b *siege) stranger() *stranger {
	b.Helper()
	x := &stranger{siege: b}
	var nc net.Conn
	var err error
	if b.bound {
		nc, err = net.Dial("tcp", strings.TrimPrefix(b.s.LastEndpoint(), "tcp://"))
	} else {
		x.l, err = net.Listen("tcp", "127.0.0.1:0")
		b.Check(err)
		x.at = "tcp://" + x.l.Addr().String()
		b.Check(b.s.Connect(x.at))
		nc, err = x.l.Accept()
	}
	b.Check(err)
	x.nc = nc.(*net.TCPConn)
	b.Check(nc.SetDeadline(time.Now().Add(rig.Patience)))
	b.Cleanup(x.leave)
	return x
}

// leave ends the connection, and the endpoint if it is one of ours. It may be
// called again.
func (x *stranger) leave() {
	_ = x.nc.Close()
	if x.l != nil {
		if err := x.s.Disconnect(x.at); err != nil && !errors.Is(err, zmq.ErrNoEndpoint) && !errors.Is(err, zmq.ErrTerminated) {
			x.Errorf("disconnect: %v", err)
		}
		_ = x.l.Close()
		x.l = nil
	}
}

// say sends bytes; an error is none of the stranger's business, which may have
// been cut off by then.
func (x *stranger) say(b []byte) { _, _ = x.nc.Write(b) }

// says is say for text.
func (x *stranger) says(text string) { x.say(zmqtest.MustOctets(text)) }

// greet says the greeting of ZMTP 3.1 and reads ours.
func (x *stranger) greet() {
	x.Helper()
	x.says(`FF 00 00 00 00 00 00 00 01 7F 03 01 "NULL" 48*00`)
	x.hears(64)
}

// join shakes hands as a peer of that type and identity.
func (x *stranger) join(socketType, identity string) {
	x.Helper()
	x.Check(x.tryJoin(socketType, identity))
}

// tryJoin is join, and returns an error if the connection ends before. A handshake that has
// little time may be ended while the machine is held up.
func (x *stranger) tryJoin(socketType, identity string) error {
	x.says(`FF 00 00 00 00 00 00 00 01 7F 03 01 "NULL" 48*00`)
	if _, err := io.ReadFull(x.nc, make([]byte, wire.GreetingSize)); err != nil {
		return err
	}
	body := wire.AppendProperty(nil, "Socket-Type", []byte(socketType))
	if identity != "" {
		body = wire.AppendProperty(body, "Identity", []byte(identity))
	}
	x.say(wire.AppendCommandFrame(nil, "READY", body))
	_, err := readFrame(x.nc)
	return err
}

// hears reads bytes of ours.
func (x *stranger) hears(n int) []byte {
	x.Helper()
	b := make([]byte, n)
	if k, err := io.ReadFull(x.nc, b); err != nil {
		x.Fatalf("the stranger heard % X: %v", b[:k], err)
	}
	return b
}

// cutOff waits until we have closed the connection, and leaves.
func (x *stranger) cutOff() {
	x.Helper()
	if _, err := io.Copy(io.Discard, x.nc); errors.Is(err, os.ErrDeadlineExceeded) {
		x.Fatal("the connection is still open")
	}
	x.leave()
}

// message is a message frame.
func message(flags byte, body string) []byte { return wire.AppendFrame(nil, flags, []byte(body)) }

// held is what the program holds after a collection, and what stacks take.
func held() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}
