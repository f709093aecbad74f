// SPDX-License-Identifier: Apache-2.0

package zmq_test

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

	zmq "github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// TestRecordedFlows replays what peers of older versions say, and checks our
// side of it octet by octet: once with the peer connecting to us, once with us
// connecting to the peer.
func TestRecordedFlows(t *testing.T) {
	files, err := filepath.Glob("internal/engine/testdata/flows/*.flow")
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
		t.Run(name+"/bound", func(t *testing.T) { replay(newRig(t), flow, true) })
		t.Run(name+"/connected", func(t *testing.T) { replay(newRig(t), flow, false) })
	}
}

// replay plays the peer of a flow against a socket of ours.
func replay(r *rig, flow *zmqtest.Flow, bound bool) {
	typ, err := zmq.ParseSocketType(flow.Socket)
	r.check(err)
	s := r.socket(typ)
	if flow.Identity != nil {
		r.check(zmq.RoutingID.Set(s, flow.Identity))
	}
	for _, step := range flow.Steps {
		if step.Verb == "subscribe" {
			r.check(s.Subscribe(string(step.Octets)))
		}
	}
	var peer net.Conn
	if bound {
		r.check(s.Bind("tcp://127.0.0.1:*"))
		peer = r.dial(s.LastEndpoint())
	} else {
		l, at := r.listen()
		r.check(s.Connect(at))
		peer, err = l.Accept()
		r.check(err)
		r.Cleanup(func() { _ = peer.Close() })
	}
	for _, step := range flow.Steps {
		r.play(s, peer, step, bound)
	}
	// Nothing more was said than the flow has. With our own end closed the peer
	// reads no further octet.
	r.check(s.Close())
	if rest, _ := io.ReadAll(peer); len(rest) > 0 {
		r.Errorf("we also sent % X", rest)
	}
}

func (r *rig) play(s *zmq.Socket, peer net.Conn, step zmqtest.Step, bound bool) {
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
		r.subscribers(s, string(step.Octets), 1)
	case "send":
		if err := s.TrySend(step.Frames...); errors.Is(err, zmq.ErrAgain) && bound {
			// A bound socket has nobody to queue for yet; a connected one does.
			go func() { _ = s.Send(r.ctx, step.Frames...) }()
		} else if err != nil {
			r.Fatalf("line %d: %v", step.Line, err)
		}
	case "recv":
		m, err := s.Recv(r.ctx)
		if want := texts(zmq.NewMessage(step.Frames...)); err != nil || !slices.Equal(texts(m), want) {
			r.Fatalf("line %d: received %q, %v; want %q", step.Line, texts(m), err, want)
		}
	}
}
