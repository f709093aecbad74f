// SPDX-License-Identifier: Apache-2.0

// A connection under test, with a scripted peer at the other end of an
// in-memory link.

package engine

import (
	"bytes"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gozmq/zmq/internal/mechanism"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

// Parts of the exchange in docs/libzmq.md, Recorded exchanges.
const (
	signature = "FF 00 00 00 00 00 00 00 01 7F"
	restNull  = `01 "NULL" 48*00`
	greeting  = signature + " 03 " + restNull
)

// readyFrame is the READY of a peer of that type, as libzmq sends it.
func readyFrame(socketType string) []byte {
	return wire.AppendCommandFrame(nil, "READY", metadataOf(socketType, nil))
}

func metadataOf(socketType string, identity []byte) []byte {
	b := wire.AppendProperty(nil, "Socket-Type", []byte(socketType))
	switch socketType {
	case "REQ", "DEALER", "ROUTER":
		b = wire.AppendProperty(b, "Identity", identity)
	}
	return b
}

var socketNumbers = map[string]byte{
	"PAIR": 0, "PUB": 1, "SUB": 2, "REQ": 3, "REP": 4, "DEALER": 5, "ROUTER": 6, "PULL": 7, "PUSH": 8, "XPUB": 9, "XSUB": 10,
}

// peersOf are the types that each type of the tests talks to.
var peersOf = map[string]string{
	"PAIR": "PAIR", "PUB": "SUB XSUB", "SUB": "PUB XPUB", "REQ": "REP ROUTER", "REP": "REQ DEALER", "DEALER": "REP DEALER ROUTER",
	"ROUTER": "REQ DEALER ROUTER", "PULL": "PUSH", "PUSH": "PULL", "XPUB": "SUB XSUB", "XSUB": "PUB XPUB",
}

// configOf describes a socket of that type, with a handshake interval of 30 s,
// no heartbeats and no limits but those of the handshake.
func configOf(socketType string, identity []byte) *Config {
	metadata := metadataOf(socketType, identity)
	return &Config{
		SocketType: socketType, SocketNumber: socketNumbers[socketType], Identity: identity,
		TakesTopics: socketType == "PUB" || socketType == "XPUB", TakesGroups: socketType == "RADIO",
		TakesPeer:        func(peer string) bool { return slices.Contains(strings.Fields(peersOf[socketType]), peer) },
		Mechanism:        func() mechanism.Machine { return mechanism.NewNull(metadata) },
		HandshakeTimeout: 30 * time.Second, HandshakeBytes: 65536, MaxFrame: -1,
		Buffers: new(Buffers),
	}
}

// rig is a Conn, run as a session would, and its peer.
type rig struct {
	testing.TB
	conn  *Conn
	peer  net.Conn // scripted by the test
	pipe  *pipe.Pipe
	ready chan *pipe.Peer // the handshake succeeded; closed at the end
	ended chan struct{}   // nothing is left
	err   error           // why it ended; read it after ended
}

// newRig starts a connection over an in-memory link; sink may be nil.
func newRig(t testing.TB, cfg *Config, sink pipe.Sink) *rig {
	ours, peer := zmqtest.Pipe()
	return rigOver(t, cfg, sink, ours, peer)
}

func rigOver(t testing.TB, cfg *Config, sink pipe.Sink, ours, peer net.Conn) *rig {
	p := pipe.New(pipe.Config{Mailbox: new(pipe.Mailbox), Buffers: new(pipe.Buffers), Raw: cfg.Raw, Sink: sink})
	return rigOn(t, cfg, p, ours, peer)
}

// rigOn is rigOver for a pipe that has been in use before.
func rigOn(t testing.TB, cfg *Config, p *pipe.Pipe, ours, peer net.Conn) *rig {
	r := &rig{TB: t, peer: peer, pipe: p, ready: make(chan *pipe.Peer, 1), ended: make(chan struct{})}
	r.conn = New(ours, cfg)
	go r.run()
	t.Cleanup(r.stop)
	return r
}

// run does what a session does with a connection.
func (r *rig) run() {
	defer close(r.ended)
	defer close(r.ready)
	p, err := r.conn.Handshake()
	if err != nil {
		r.conn.Close(err)
		r.err = err
		return
	}
	if p.LastHeard.Load() == 0 {
		r.Error("a peer is seen that was never heard")
	}
	r.pipe.SetPeer(p)
	r.conn.Attach(r.pipe)
	if r.pipe.Out().Attach(r.conn, r.conn.Version()) {
		r.pipe.Kick()
	}
	r.ready <- p
	r.err = r.conn.Run()
	r.conn.Close(r.err)
	r.pipe.Out().Detach()
	r.conn.Wait()
}

func (r *rig) stop() {
	r.conn.Close(nil)
	_ = r.peer.Close() // may be closed already
	<-r.ended
}

// end waits for the end of the connection and returns why.
func (r *rig) end() error {
	<-r.ended
	return r.err
}

// refused waits for an end that is a protocol error.
func (r *rig) refused() *zerr.ProtocolError {
	r.Helper()
	err := r.end()
	var pe *zerr.ProtocolError
	if !errors.As(err, &pe) || !errors.Is(err, zerr.ErrProtocol) {
		r.Fatalf("ended with %v, want a protocol error", err)
	}
	return pe
}

// write has the peer send bytes.
func (r *rig) write(b []byte) {
	r.Helper()
	if _, err := r.peer.Write(b); err != nil {
		r.Fatalf("peer writes: %v", err)
	}
}

// bytes is write for text.
func (r *rig) wireBytes(text string) {
	r.Helper()
	r.write(zmqtest.MustOctets(text))
}

// wantBytes reads what we send and compares.
func (r *rig) wantBytes(want []byte) {
	r.Helper()
	got := make([]byte, len(want))
	n, err := io.ReadFull(r.peer, got)
	if err != nil || !bytes.Equal(got, want) {
		r.Fatalf("we sent % X (%v), want % X", got[:n], err, want)
	}
}

// want is wantBytes for text.
func (r *rig) want(text string) {
	r.Helper()
	r.wantBytes(zmqtest.MustOctets(text))
}

// wantQuiet checks, in a bubble, that nothing has been sent that was not read.
func (r *rig) wantQuiet() {
	r.Helper()
	synctest.Wait()
	if n := r.peer.(*zmqtest.Conn).Buffered(); n != 0 {
		b := make([]byte, n)
		_, _ = io.ReadFull(r.peer, b)
		r.Fatalf("we sent % X, want nothing", b)
	}
}

// handshake plays the peer's part of a ZMTP 3.1 handshake.
func (r *rig) handshake(peerType string) *pipe.Peer {
	r.Helper()
	return r.handshakeAs("01", peerType)
}

// handshakeAs is handshake with a minor version.
func (r *rig) handshakeAs(minor, peerType string) *pipe.Peer {
	r.Helper()
	r.wireBytes(signature + " 03 " + minor + ` "NULL" 48*00`)
	r.write(readyFrame(peerType))
	r.want(greeting)
	r.wantBytes(wire.AppendCommandFrame(nil, "READY", metadataOf(r.conn.cfg.SocketType, r.conn.cfg.Identity)))
	return r.up()
}

// up waits until the handshake has succeeded.
func (r *rig) up() *pipe.Peer {
	r.Helper()
	p, ok := <-r.ready
	if !ok {
		r.Fatalf("handshake failed: %v", r.err)
	}
	return p
}

// received returns the messages that wait, frames joined by "|"; the kind of a
// subscription stands in front.
func (r *rig) received() []string {
	var list []string
	var m pipe.Message
	for r.pipe.Read(&m) {
		list = append(list, text(&m))
	}
	return list
}

func text(m *pipe.Message) string {
	s := [...]string{"", "sub ", "cancel "}[m.Kind] + string(m.Head)
	for _, f := range m.Tail {
		s += "|" + string(f)
	}
	return s
}

// send queues a message as a socket does.
func (r *rig) send(frames ...string) {
	r.Helper()
	m := pipe.Message{Head: []byte(frames[0])}
	for _, f := range frames[1:] {
		m.Tail = append(m.Tail, []byte(f))
	}
	ok, flush := r.pipe.Write(&m)
	if !ok {
		r.Fatal("the outbox is full")
	}
	if flush {
		r.pipe.Flush()
	}
}

// frameOf is a message frame, for a ZMTP 2.0 or later link.
func frameOf(flags byte, body string) []byte { return wire.AppendFrame(nil, flags, []byte(body)) }

// subscription tells the peer of a topic and writes it out, as a socket does.
func (r *rig) subscription(topic string, cancel bool) {
	if flush, _ := r.pipe.Subscription([]byte(topic), cancel); flush {
		r.pipe.Kick()
	}
}
