// SPDX-License-Identifier: Apache-2.0

package pattern_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/test/rig"
)

// TestRecordedFlows replays what peers of older versions say, and checks our
// side of it byte by byte: once with the peer connecting to us, once with us
// connecting to the peer.
func TestRecordedFlows(t *testing.T) {
	files, err := filepath.Glob("../../internal/engine/testdata/flows/*.flow")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d flows, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		flow, err := zmqtest.ParseFlow(string(text))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".flow")
		t.Run(name+"/bound", func(t *testing.T) { replay(rig.New(t), flow, true) })
		t.Run(name+"/connected", func(t *testing.T) { replay(rig.New(t), flow, false) })
	}
}

// replay plays the peer of a flow against a socket of ours.
func replay(r *rig.Test, flow *zmqtest.Flow, bound bool) {
	typ, err := zmq.ParseSocketType(flow.Socket)
	r.Check(err)
	// What ours accepts it would announce, which libzmq does not.
	s := r.Socket(typ, zmq.MaxMessageSize.Of(-1), zmq.MaxMessageBytes.Of(-1), zmq.MaxFrames.Of(0))
	if flow.Identity != nil {
		r.Check(zmq.RoutingID.Set(s, flow.Identity))
	}
	for _, step := range flow.Steps {
		if step.Verb == "subscribe" {
			r.Check(s.Subscribe(string(step.Octets)))
		}
	}
	var peer net.Conn
	if bound {
		r.Check(s.Bind(rig.AnyPort))
		peer = r.Dial(s.LastEndpoint())
	} else {
		l, at := listen(r)
		r.Check(s.Connect(at))
		peer, err = l.Accept()
		r.Check(err)
		r.Cleanup(func() { _ = peer.Close() })
	}
	for _, step := range flow.Steps {
		play(r, s, peer, step, bound)
	}
	// Nothing more was said than the flow has. With our own end closed the peer
	// reads no further byte.
	r.Check(s.Close())
	if rest, _ := io.ReadAll(peer); len(rest) > 0 {
		r.Errorf("we also sent % X", rest)
	}
}

func play(r *rig.Test, s *zmq.Socket, peer net.Conn, step zmqtest.Step, bound bool) {
	r.Helper()
	switch step.Verb {
	case "<":
		got := make([]byte, len(step.Octets))
		if n, err := io.ReadFull(peer, got); err != nil || !bytes.Equal(got, step.Octets) {
			r.Fatalf("line %d: we sent % X (%v), want % X", step.Line, got[:n], err, step.Octets)
		}
	case ">":
		if _, err := peer.Write(step.Octets); err != nil {
			r.Fatalf("line %d: %v", step.Line, err)
		}
	case "wait":
		r.WaitSubscribers(s, string(step.Octets), 1)
	case "send":
		if err := s.TrySend(step.Frames...); errors.Is(err, zmq.ErrAgain) && bound {
			// A bound socket has no peer to queue for yet. A connected one has.
			go func() { _ = s.Send(r.Ctx, step.Frames...) }()
		} else if err != nil {
			r.Fatalf("line %d: %v", step.Line, err)
		}
	case "recv":
		m, err := s.Recv(r.Ctx)
		if want := rig.Texts(zmq.NewMessage(step.Frames...)); err != nil || !slices.Equal(rig.Texts(m), want) {
			r.Fatalf("line %d: received %q, %v; want %q", step.Line, rig.Texts(m), err, want)
		}
	}
}
