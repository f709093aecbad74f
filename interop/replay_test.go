// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/interop/peer"
	"github.com/gozmq/zmq/replay"
)

// program is a Python program that reads or writes lines.
type program struct {
	testing.TB
	cmd   *exec.Cmd
	stdin io.WriteCloser
	out   *bufio.Reader
}

func startProgram(t testing.TB, file string, args ...string) *program {
	t.Helper()
	p := &program{TB: t, cmd: peer.Program(t, append([]string{file}, args...)...)}
	p.cmd.Stderr = os.Stderr
	stdin, err := p.cmd.StdinPipe()
	must(err)
	stdout, err := p.cmd.StdoutPipe()
	must(err)
	must(p.cmd.Start())
	p.stdin, p.out = stdin, bufio.NewReader(stdout)
	t.Cleanup(p.kill)
	return p
}

func (p *program) kill() {
	if p.cmd.ProcessState == nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	}
}

func (p *program) write(from, to int) {
	p.Helper()
	for n := from; n < to; n++ {
		if _, err := fmt.Fprintln(p.stdin, "message", n); err != nil {
			p.Fatal(err)
		}
	}
}

// want reads lines until the program has written all of them, or the test's time is up.
func (p *program) want(format string, from, to int) {
	p.Helper()
	for n := from; n < to; n++ {
		line, err := p.out.ReadString('\n')
		if want := fmt.Sprintf(format, n) + "\n"; err != nil || line != want {
			p.Fatalf("the program wrote %q, %v; want %q", line, err, want)
		}
	}
}

// folder returns an endpoint for each name in a folder with a short name.
func folder(t testing.TB) func(name string) string {
	dir := zmqtest.ShortDir(t)
	return func(name string) string { return "ipc://" + filepath.Join(dir, name) }
}

func replayPublisher(t testing.TB, at func(string) string, f replay.Format) *replay.Publisher {
	p, err := replay.NewPublisher(replay.PublisherConfig{Stream: "s", Format: f, Context: newContext(t, zmq.ContextConfig{})})
	must(err)
	t.Cleanup(func() { _ = p.Close() })
	must(p.Bind(at("live")))
	must(p.BindReplay(at("replay")))
	return p
}

func publishLines(t testing.TB, p *replay.Publisher, from, to int) {
	for n := from; n < to; n++ {
		_, err := p.Publish(within(t), fmt.Append(nil, "message ", n))
		must(err)
	}
}

func replaySubscriber(t testing.TB, at func(string) string, f replay.Format) *replay.Subscriber {
	s, err := replay.NewSubscriber(replay.SubscriberConfig{
		Format: f, Context: newContext(t, zmq.ContextConfig{}),
		Sources: []replay.Source{{Stream: "s", Live: []string{at("live")}, Replay: []string{at("replay")}}},
	})
	must(err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func wantReplayed(t testing.TB, s *replay.Subscriber, from, to int) {
	t.Helper()
	for n := from; n < to; n++ {
		m, err := s.Recv(within(t))
		if err != nil || m.Number != uint64(n) || m.String() != fmt.Sprint("message ", n) {
			t.Fatalf("received %d %q, %v; want %d", m.Number, m.Bytes(), err, n)
		}
	}
}

// The subscriber of docs/replay, in Python.
func TestReplayToPython(t *testing.T) {
	at := folder(t)
	p := replayPublisher(t, at, replay.Native)
	publishLines(t, p, 0, 3000)
	s := startProgram(t, "../docs/replay/subscriber.py", at("live"), at("replay"), "s")
	s.want("%[1]d message %[1]d", 0, 3000)
	publishLines(t, p, 3000, 6000)
	s.want("%[1]d message %[1]d", 3000, 6000)
}

// The publisher of docs/replay, in Python.
func TestReplayFromPython(t *testing.T) {
	at := folder(t)
	p := startProgram(t, "../docs/replay/publisher.py", at("live"), at("replay"), "s")
	p.write(0, 3000)
	s := replaySubscriber(t, at, replay.Native)
	wantReplayed(t, s, 0, 3000)
	p.write(3000, 4000)
	wantReplayed(t, s, 3000, 4000)
	p.kill()
	p = startProgram(t, "../docs/replay/publisher.py", at("live"), at("replay"), "s")
	p.write(0, 10)
	if m, err := s.Recv(within(t)); err == nil {
		t.Fatalf("received %d after a restart of the publisher", m.Number)
	}
	wantReplayed(t, s, 0, 10)
}

// A publisher as inference servers have it. Every fifth message is missing among the
// published ones.
func TestReplayOfKVEventsFromPython(t *testing.T) {
	for _, shape := range []string{"plain", "topic"} {
		t.Run(shape, func(t *testing.T) {
			at := folder(t)
			p := startProgram(t, "testdata/kvpublisher.py", at("live"), at("replay"), "s", shape)
			p.want("ready %d", 0, 1)
			p.write(0, 1000)
			s := replaySubscriber(t, at, replay.KVEvents)
			wantReplayed(t, s, 0, 1000)
			for n := 1000; n < 1100; n += 10 {
				p.write(n, n+10)
				wantReplayed(t, s, n, n+10)
			}
			if c := s.Counts()[0]; c.Restarts+c.Lost+c.Malformed > 0 {
				t.Errorf("%+v", c)
			}
			p.kill()
			p = startProgram(t, "testdata/kvpublisher.py", at("live"), at("replay"), "s", shape)
			p.want("ready %d", 0, 1)
			p.write(0, 20)
			if m, err := s.Recv(within(t)); err == nil {
				t.Fatalf("received %d after a restart of the publisher", m.Number)
			}
			wantReplayed(t, s, 0, 20)
		})
	}
}

// Two of them connect to one SUB that is bound, as servers of a fleet do.
func TestReplayOfKVEventsFromPythonThatConnects(t *testing.T) {
	at := folder(t)
	s, err := replay.NewSubscriber(replay.SubscriberConfig{
		Format: replay.KVEvents, Context: newContext(t, zmq.ContextConfig{}),
		Sources: []replay.Source{{Stream: "kv@", Live: []string{at("live")}, Bind: true, Each: func(topic, _ string) []string {
			return []string{at(topic)}
		}}},
	})
	must(err)
	t.Cleanup(func() { _ = s.Close() })
	written := map[string]int{}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	patient := within(t)
	for topic, shape := range map[string]string{"kv@a": "plain", "kv@b": "topic"} {
		p := startProgram(t, "testdata/kvpublisher.py", at("live"), at(topic), topic, shape, "connect")
		p.want("ready %d", 0, 1)
		p.write(0, 900)
		n := 900
		gathers := func(x replay.SourceStats) bool { return x.Stream == topic }
		for ; !slices.ContainsFunc(s.Stats().Sources, gathers); n++ { // until the subscription has come
			p.write(n, n+1)
			select {
			case <-tick.C:
			case <-patient.Done():
				t.Fatalf("nothing of %s is received", topic)
			}
		}
		p.write(n, n+100)
		written[topic] = n + 100
	}
	next := map[string]int{}
	for next["kv@a"] < written["kv@a"] || next["kv@b"] < written["kv@b"] {
		m, err := s.Recv(within(t))
		if err != nil || m.Number != uint64(next[m.Stream]) || m.String() != fmt.Sprint("message ", m.Number) {
			t.Fatalf("%s: received %d %q, %v; want %d", m.Stream, m.Number, m.Bytes(), err, next[m.Stream])
		}
		next[m.Stream]++
	}
}

func TestReplayOfKVEventsToPython(t *testing.T) {
	for _, f := range []replay.Format{replay.KVEvents, replay.KVEventsTopic} {
		t.Run(f.String(), func(t *testing.T) {
			at := folder(t)
			p := replayPublisher(t, at, f)
			publishLines(t, p, 0, 1000)
			s := startProgram(t, "testdata/kvsubscriber.py", at("live"), at("replay"), "s", "2000")
			s.want("message %d", 0, 1000)
			publishLines(t, p, 1000, 2000)
			s.want("message %d", 1000, 2000)
		})
	}
}
