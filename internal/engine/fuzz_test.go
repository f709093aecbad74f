// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"errors"
	"slices"
	"testing"

	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// fuzzTypes are the local socket types that differ for a connection.
var fuzzTypes = []string{"DEALER", "XPUB", "SUB", "REP"}

// FuzzConnection plays arbitrary octets to a connection: as a whole stream, behind
// a greeting, or behind a finished handshake. It must not panic, must end when
// the stream does, deliver whole messages only, and keep its memory within what
// arrived. The first octet chooses the stage and the type of our socket. The
// corpus is in testdata/fuzz; each row of it is named after what it is about.
func FuzzConnection(f *testing.F) {
	f.Add([]byte{0})
	f.Fuzz(func(t *testing.T, input []byte) {
		if len(input) == 0 {
			return
		}
		socketType := fuzzTypes[input[0]>>4%4]
		stage, octets := input[0]%4, input[1:]
		peerType := map[string]string{"DEALER": "ROUTER", "XPUB": "SUB", "SUB": "PUB", "REP": "REQ"}[socketType]
		switch stage {
		case 1:
			octets = slices.Concat(zmqtest.MustOctets(greeting), octets)
		case 2:
			octets = slices.Concat(zmqtest.MustOctets(greeting), readyFrame(peerType), octets)
		case 3:
			octets = slices.Concat(zmqtest.MustOctets(signature+" 01 06 00 00"), octets)
		}
		before := allocated()
		playAll(t, socketType, octets)
		// The buffers of the connection and its peer, a frame that is believed, and
		// for each octet at most a frame header's worth of bookkeeping.
		if grown, most := allocated()-before, uint64(4<<20+400*len(octets)); grown > most {
			t.Errorf("%d octets were allocated for %d", grown, len(octets))
		}
	})
}

// playAll runs one connection over the octets to its end.
func playAll(t *testing.T, socketType string, octets []byte) {
	cfg := configOf(socketType, nil)
	cfg.HandshakeTimeout, cfg.MaxFrames = 0, 1000
	ours, peer := zmqtest.PipeOf(max(len(octets), 64<<10))
	c := New(ours, cfg)
	p := pipe.New(pipe.Config{Mailbox: new(pipe.Mailbox), Buffers: new(pipe.Buffers)})
	_, _ = peer.Write(octets)
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
		if m.Len() == 0 || m.Len() > 1000 || m.Size() > len(octets) {
			t.Errorf("a message of %d frames and %d octets", m.Len(), m.Size())
		}
	}
	_ = peer.Close()
	if errors.Is(err, wire.FrameTooLong) && len(octets) < 9 {
		t.Error("no header fits")
	}
}
