// SPDX-License-Identifier: Apache-2.0

package capi

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/interop/peer"
)

// TestDraftPrograms: a program that calls the draft functions gives the same results on
// both libraries, as all others do in TestPrograms.
func TestDraftPrograms(t *testing.T) {
	theirs := append(os.Environ(), peer.DraftVariables(t)...)
	bin := compile(t, "draftcalls", "programs/draftcalls.c", "-I"+source, "-L"+draftLibrary(t), "-lzmq", "-lpthread")
	want := execute(t, time.Minute, theirs, bin)
	for n := 0; n < 5 && want.code == -1; n++ { // libzmq aborts now and then on a busy machine
		want = execute(t, time.Minute, theirs, bin)
	}
	if want.code != 0 || !strings.Contains(want.out, "zmq_has(\"draft\") = 1") {
		t.Fatalf("libzmq ends with %d:\n%s", want.code, want.out)
	}
	for _, w := range unlike("draftcalls", want, execute(t, time.Minute, using(draftLibrary(t)), bin), differences(t)) {
		t.Error(w)
	}
}

// peerings is how many messages two PEERs exchange in each direction.
const peerings = 100_000

// TestPeerThatLibzmqConnects: a PEER of ours answers one that zmq_connect_peer made.
func TestPeerThatLibzmqConnects(t *testing.T) {
	for _, at := range peerEndpoints(t) {
		s := ourPeer(t)
		if err := s.Bind(at); err != nil {
			t.Fatal(err)
		}
		p := startPeering(t, "connect", s.LastEndpoint())
		answer(t, s, peerings)
		p.wantExpected()
	}
}

// TestPeerThatConnectsToLibzmq: ours asks, with the number that ConnectPeer returns.
func TestPeerThatConnectsToLibzmq(t *testing.T) {
	for _, at := range peerEndpoints(t) {
		s := ourPeer(t)
		p := startPeering(t, "bind", at)
		id, err := s.ConnectPeer(p.line())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), draftPatience)
		defer cancel()
		go func() {
			for n := range peerings {
				if s.SendMessage(ctx, zmq.NewStringMessage(strconv.Itoa(n)).WithRoutingID(id)) != nil {
					return // the receiver sees what is missing
				}
			}
		}()
		for n := range peerings {
			m, err := s.Recv(ctx)
			if err != nil || m.String() != strconv.Itoa(n) || m.RoutingID() != id {
				t.Fatalf("answer %d is %q of %d: %v", n, m, m.RoutingID(), err)
			}
		}
		p.wantExpected()
	}
}

// draftPatience is for a whole exchange on a slow machine.
const draftPatience = 5 * time.Minute

// peerEndpoints returns an endpoint to bind of each transport.
func peerEndpoints(t *testing.T) []string {
	dir, err := os.MkdirTemp("", "peers") // t.TempDir is too long for a socket's path
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return []string{"tcp://127.0.0.1:*", "ipc://" + filepath.Join(dir, "s")}
}

func ourPeer(t *testing.T) *zmq.Socket {
	t.Helper()
	c, err := zmq.NewContext(zmq.ContextConfig{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Term(context.Background()) })
	s, err := c.NewSocket(zmq.PEER, zmq.Linger.Of(0), zmq.WaitForPeer.Of(true))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// answer sends count messages back that are numbered from 0.
func answer(t *testing.T, s *zmq.Socket, count int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), draftPatience)
	defer cancel()
	for n := range count {
		m, err := s.Recv(ctx)
		if err != nil || m.String() != strconv.Itoa(n) {
			t.Fatalf("message %d is %q: %v", n, m, err)
		}
		if err := s.SendMessage(ctx, m); err != nil {
			t.Fatal(err)
		}
	}
}

// peering is a running programs/peering.c on the other library.
type peering struct {
	t   *testing.T
	cmd *exec.Cmd
	out *bufio.Reader
}

func startPeering(t *testing.T, mode, endpoint string) *peering {
	t.Helper()
	env := append(os.Environ(), peer.DraftVariables(t)...)
	bin := compile(t, "peering", "programs/peering.c", "-I"+source, "-L"+draftLibrary(t), "-lzmq", "-lpthread")
	ctx, cancel := context.WithTimeout(context.Background(), draftPatience)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, bin, mode, endpoint, strconv.Itoa(peerings))
	cmd.Env, cmd.Stderr = env, os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return &peering{t, cmd, bufio.NewReader(out)}
}

func (p *peering) line() string {
	p.t.Helper()
	text, err := p.out.ReadString('\n')
	if err != nil {
		p.t.Fatalf("the program says %q: %v", text, err)
	}
	return strings.TrimSpace(text)
}

func (p *peering) wantExpected() {
	p.t.Helper()
	if got := p.line(); got != "as expected" {
		p.t.Errorf("the program says %q", got)
	}
}
