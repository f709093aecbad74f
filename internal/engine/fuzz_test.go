// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"errors"
	"slices"
	"testing"

	"github.com/gozmq/zmq/internal/mechanism"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// fuzzTypes are the local socket types that differ for a connection.
var fuzzTypes = []string{"DEALER", "XPUB", "SUB", "REP"}

// FuzzConnection plays arbitrary bytes to a connection: as a whole stream, behind
// a greeting, behind a finished handshake, or as what a peer of CURVE encrypts. It
// must not panic, must end when the stream does, deliver whole messages only, and
// keep its memory within what arrived. The first byte chooses the stage, the
// mechanism and our role in it, and the type of our socket. The corpus is in
// testdata/fuzz; each row of it is named after what it is about.
func FuzzConnection(f *testing.F) {
	f.Add([]byte{0})
	f.Fuzz(func(t *testing.T, input []byte) {
		if len(input) == 0 {
			return
		}
		socketType := fuzzTypes[input[0]>>4%4]
		if grouped := map[string]string{"XPUB": "RADIO", "SUB": "DISH"}[socketType]; input[0]>>7 == 1 && grouped != "" {
			socketType = grouped
		}
		stage, wireBytes := input[0]%4, input[1:]
		peerType := map[string]string{"DEALER": "ROUTER", "XPUB": "SUB", "SUB": "PUB", "REP": "REQ", "RADIO": "DISH", "DISH": "RADIO"}[socketType]
		cfg := configOf(socketType, nil)
		cfg.Groups = socketType == "DISH"
		if secured := fuzzMechanisms[input[0]>>2&3|input[0]>>6&1<<2]; secured.name != "" {
			wireBytes = secured.stream(cfg, peerType, stage, wireBytes)
		} else {
			wireBytes = inClear(peerType, stage, wireBytes)
		}
		before := allocated()
		playAll(t, cfg, wireBytes)
		// The buffers of the connection and its peer, a frame that is believed, and
		// for each byte at most a frame header's worth of bookkeeping.
		if grown, most := allocated()-before, uint64(4<<20+400*len(wireBytes)); grown > most {
			t.Errorf("%d bytes were allocated for %d", grown, len(wireBytes))
		}
	})
}

func inClear(peerType string, stage byte, wireBytes []byte) []byte {
	switch stage {
	case 1:
		return slices.Concat(zmqtest.MustOctets(greeting), wireBytes)
	case 2:
		return slices.Concat(zmqtest.MustOctets(greeting), readyFrame(peerType), wireBytes)
	case 3:
		return slices.Concat(zmqtest.MustOctets(signature+" 01 06 00 00"), wireBytes)
	}
	return wireBytes
}

// fuzzMechanism is a mechanism with our role in it. All that both sides draw at
// random is fixed, so that a peer's bytes can be known before they are sent.
type fuzzMechanism struct {
	name       string
	ours, peer func(metadata []byte) mechanism.Machine
}

func plainClient(metadata []byte) mechanism.Machine {
	return mechanism.NewPlainClient([]byte("admin"), []byte("secret"), metadata)
}

// fuzzMechanisms by bits 2, 3 and 6 of the first byte; the first is NULL.
var fuzzMechanisms = [8]fuzzMechanism{
	1: {"PLAIN", mechanism.NewPlainServer, plainClient}, 2: {"CURVE", curveServer, curveClient},
	3: {"PLAIN", plainClient, mechanism.NewPlainServer}, 7: {"CURVE", curveClient, curveServer},
}

// stream gives the connection its side of the mechanism and returns what the peer
// sends: bytes alone, behind a greeting, behind the peer's part of a handshake, or
// there as frames that it encrypts.
func (m *fuzzMechanism) stream(cfg *Config, peerType string, stage byte, wireBytes []byte) []byte {
	metadata := metadataOf(cfg.SocketType, nil)
	cfg.Mechanism = func() mechanism.Machine { return m.ours(metadata) }
	if stage == 0 {
		return wireBytes
	}
	sent := wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 1, Mechanism: m.name})
	if stage == 1 {
		return append(sent, wireBytes...)
	}
	peer, ours := m.peer(metadataOf(peerType, nil)), m.ours(metadata)
	for !peer.Ready() || !ours.Ready() {
		for _, x := range []mechanism.Machine{peer, ours} {
			if x.Question() != nil {
				x.Admit()
			}
		}
		if body, _ := peer.Next(); body != nil {
			sent = wire.AppendFrame(sent, wire.FlagCommand, body)
			_ = ours.Receive(body)
		}
		if body, _ := ours.Next(); body != nil {
			_ = peer.Receive(body)
		}
	}
	if stage == 2 || peer.Traffic() == nil {
		return append(sent, wireBytes...)
	}
	for len(wireBytes) > 1 {
		n := min(len(wireBytes)-2, int(wireBytes[1]))
		body, _ := peer.Traffic().Seal(nil, wireBytes[0], wireBytes[2:2+n])
		sent, wireBytes = wire.AppendFrame(sent, 0, body), wireBytes[2+n:]
	}
	return sent
}

// playAll runs one connection over the bytes to its end.
func playAll(t *testing.T, cfg *Config, wireBytes []byte) {
	cfg.HandshakeTimeout, cfg.MaxFrames = 0, 1000
	ours, peer := zmqtest.PipeOf(max(len(wireBytes), 64<<10))
	c := New(ours, cfg)
	p := pipe.New(pipe.Config{Mailbox: new(pipe.Mailbox), Buffers: new(pipe.Buffers)})
	_, _ = peer.Write(wireBytes)
	_ = peer.CloseWrite()
	info, err := c.Handshake()
	if err == nil {
		p.SetPeer(info)
		c.Attach(p)
		if p.Out().Attach(c, c.Version()) {
			p.Kick()
		}
		err = c.Run()
	}
	c.Close(err)
	p.Out().Detach()
	c.Wait()
	if err == nil {
		t.Error("the connection ended without a reason")
	}
	if err := c.NetConn().Close(); err == nil {
		t.Error("the connection was left open")
	}
	var m pipe.Message
	for p.Read(&m) {
		if m.Len() == 0 || m.Len() > 1000 || m.Size() > len(wireBytes) {
			t.Errorf("a message of %d frames and %d bytes", m.Len(), m.Size())
		}
	}
	_ = peer.Close()
	if errors.Is(err, wire.FrameTooLong) && len(wireBytes) < 9 {
		t.Error("no header fits")
	}
}

// TestFuzzStreamsReachTheirStage: the fuzzer would prove nothing if handshakes
// failed.
func TestFuzzStreamsReachTheirStage(t *testing.T) {
	for bits, m := range fuzzMechanisms {
		for _, stage := range []byte{2, 3} {
			wireBytes := []byte("\x00\x05hello")
			if m.name == "CURVE" && stage == 2 || m.name == "" {
				continue
			}
			cfg := configOf("DEALER", nil)
			stream := m.stream(cfg, "ROUTER", stage, wireBytes)
			ours, peer := zmqtest.PipeOf(1 << 20)
			r := rigOver(t, cfg, nil, ours, peer)
			r.write(stream)
			_ = peer.CloseWrite()
			r.up()
			<-r.ended
			if got := r.received(); !slices.Equal(got, []string{"hello"}) {
				t.Errorf("%d, stage %d: %q arrived, %v", bits, stage, got, r.err)
			}
		}
	}
}
