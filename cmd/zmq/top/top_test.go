// SPDX-License-Identifier: Apache-2.0

package top

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/metrics/zmqstats"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

var began = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// answer is what a program says n seconds after it began, at which its PUSH has sent 1000
// messages a second.
func answer(n int) Answer {
	return Answer{Place: "here", Snapshot: zmqstats.Snapshot{Program: "prog", Host: "host", PID: 1, Time: began.Add(time.Duration(n) * time.Second),
		Sockets: map[string]zmqstats.Socket{
			"PUSH#10": {Type: "PUSH", Sent: uint64(1000 * n), SentBytes: uint64(50_000 * n), QueuedOut: 7,
				Drops:     map[string]uint64{"peer_gone": uint64(n), "no_subscriber": 5},
				Endpoints: []zmqstats.Endpoint{{Address: "tcp://b:1", State: "retrying", LastError: "connection refused"}}},
			"PUSH#9": {Type: "PUSH", Endpoints: []zmqstats.Endpoint{{Address: "tcp://*:2", Bound: true, State: "ready"}},
				Peers: []zmqstats.Peer{{Remote: "tcp://c:3", Type: "PULL", Protocol: "ZMTP 3.1", QueuedOut: 3, SendHWM: 1000, RoundTrip: 0.002}}},
		}}}
}

func text(lines []Line) string {
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintln(&b, l.Text)
	}
	return b.String()
}

func TestRates(t *testing.T) {
	v := new(View)
	v.Add([]Answer{answer(1)})
	if lines := v.Lines(); !strings.Contains(text(lines), "PUSH#10              0         -") {
		t.Errorf("without a comparison:\n%s", text(lines))
	}
	v.Add([]Answer{answer(3)})
	want := fmt.Sprintf(rowFormat, "PUSH#10", "0", "1.00k", "0", "50.0k", "0", "7", "0", "3")
	lines := v.Lines()
	if len(lines) != 4 || lines[3].Text != want || lines[3].Style != Bad || !strings.HasPrefix(lines[2].Text, "PUSH#9 ") {
		t.Errorf("\n%s want\n%s", text(lines), want)
	}
	// Another process has counters of its own.
	other := answer(4)
	other.Snapshot.PID = 2
	v.Add([]Answer{other})
	if lines := v.Lines(); strings.Contains(text(lines), "1.00k") {
		t.Errorf("after a restart:\n%s", text(lines))
	}
}

// TestMulticastAmongTheDetails: what a publisher has sent, and what came of each one.
func TestMulticastAmongTheDetails(t *testing.T) {
	r := &row{s: zmqstats.Socket{Multicast: []zmqstats.Multicast{{Source: "aa.1", Packets: 1500, Asked: 7, Repaired: 6}}}}
	want := []Line{{Text: "  source aa.1  1.50k packets, 7 asked for, 6 sent again, 0 too late, 0 not sent", Style: Faint}}
	if got := r.details(); !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	lossy := zmqstats.PublisherSums{Packets: 10, Lost: 3, Torn: 1}
	r.s.Multicast = []zmqstats.Multicast{{
		Sources: []zmqstats.Publisher{
			{Source: "aa.1", Address: "10.0.0.1", PublisherSums: zmqstats.PublisherSums{Packets: 20, Repaired: 2}},
			{Source: "bb.1", Address: "10.0.0.2", PublisherSums: lossy},
		},
		Received: &zmqstats.PublisherSums{Packets: 35, Lost: 3, Torn: 1},
	}}
	want = []Line{
		{Text: "  source aa.1 at 10.0.0.1  20 packets, 0 asked for, 2 repaired, 0 lost, 0 messages torn", Style: Faint},
		{Text: "  source bb.1 at 10.0.0.2  10 packets, 0 asked for, 0 repaired, 3 lost, 1 messages torn", Style: Bad},
		{Text: "  all sources  35 packets, 0 asked for, 0 repaired, 3 lost, 1 messages torn", Style: Bad},
	}
	if got := r.details(); !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}

func TestDetailsOrdersAndErrors(t *testing.T) {
	v := &View{Peers: true, Order: ByRate}
	v.Add([]Answer{answer(1), {Place: "there", Err: errors.New("no\x1b way")}})
	v.Add([]Answer{answer(2), {Place: "there", Err: errors.New("no\x1b way")}})
	got := text(v.Lines())
	rest := got
	for _, want := range []string{"prog (1) on host, 2 sockets", "PUSH#10", "connect tcp://b:1: retrying, connection refused", "no_subscriber 5", "peer_gone 2",
		"PUSH#9", "bound tcp://*:2: ready", "tcp://c:3 PULL ZMTP 3.1  sent 0, received 0, to send 3/1000, to receive 0, round trip 2ms", "there: no? way"} {
		_, after, found := strings.Cut(rest, want)
		if !found {
			t.Fatalf("no %q in\n%s", want, got)
		}
		rest = after
	}
	v = &View{Quiet: true}
	v.Add([]Answer{answer(1)})
	v.Add([]Answer{answer(1)})
	if got := text(v.Lines()); strings.Contains(got, "PUSH#9") || !strings.Contains(got, "PUSH#10") {
		t.Errorf("only what is active:\n%s", got)
	}
}

// steady answers with a second more each time.
type steady struct{ n int }

func (s *steady) Fetch(context.Context) (zmqstats.Snapshot, error) {
	s.n++
	return answer(s.n).Snapshot, nil
}
func (s *steady) Close() error { return nil }

// shownScreen is a simulated screen that hands over what it shows.
type shownScreen struct {
	tcell.SimulationScreen
	shown chan string
}

// Show implements tcell.Screen. The contents belong to the goroutine that shows them.
func (s *shownScreen) Show() {
	s.SimulationScreen.Show()
	cells, width, _ := s.GetContents()
	var b strings.Builder
	for i, c := range cells {
		if i > 0 && i%width == 0 {
			b.WriteByte('\n')
		}
		if len(c.Runes) > 0 {
			b.WriteRune(c.Runes[0])
		}
	}
	s.shown <- b.String()
}

func TestScreen(t *testing.T) {
	sim := &shownScreen{tcell.NewSimulationScreen("UTF-8"), make(chan string)}
	s := &Screen{Terminal: sim, Programs: &Programs{Places: []string{"here"}, Sources: []Source{new(steady)}}, View: new(View), Interval: time.Millisecond}
	done := make(chan error, 1)
	go func() { done <- s.Run(t.Context()) }()
	shows := func(want string) {
		t.Helper()
		last := ""
		for patience := time.After(30 * time.Second); !strings.Contains(last, want); {
			select {
			case last = <-sim.shown:
			case err := <-done:
				t.Fatalf("it ended with %v", err)
			case <-patience:
				t.Fatalf("no %q in\n%s", want, last)
			}
		}
	}
	shows("1.00k")
	sim.InjectKey(tcell.KeyDown, 0, tcell.ModNone)
	sim.InjectKey(tcell.KeyEnter, 0, tcell.ModNone)
	shows("to send 3/1000") // of PUSH#9, the first
	sim.InjectKey(tcell.KeyRune, 's', tcell.ModNone)
	shows("sort by: rate")
	sim.InjectKey(tcell.KeyRune, ' ', tcell.ModNone)
	shows("paused")
	sim.InjectKey(tcell.KeyRune, 'q', tcell.ModNone)
	for ended := false; !ended; {
		select {
		case <-sim.shown: // what was under way
		case err := <-done:
			if ended = true; err != nil {
				t.Error(err)
			}
		}
	}
}

func TestPrint(t *testing.T) {
	var b strings.Builder
	p := &Programs{Places: []string{"here"}, Sources: []Source{new(steady)}}
	err := Print(zmqtest.Deadline(t), p, new(View), time.Millisecond, 2, func(text string) error { b.WriteString(text); return nil })
	if err != nil || strings.Count(b.String(), "prog (1)") != 2 || strings.Count(b.String(), "1.00k") != 2 {
		t.Errorf("%v, %s", err, b.String())
	}
}

// A terminal might obey what the server says.
func TestErrorOfAServerIsCleaned(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		if _, err := conn.Write([]byte("HTTP/1.1 500 no\x1b[2Jway\r\nContent-Length: 0\r\n\r\n")); err != nil {
			t.Error(err)
		}
	}))
	defer server.Close()
	defer http.DefaultClient.CloseIdleConnections()
	s, err := NewSource(nil, server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Fetch(zmqtest.Deadline(t)); err == nil || !strings.Contains(err.Error(), "500 no?[2Jway") {
		t.Errorf("%q", err)
	}
}

func TestSources(t *testing.T) {
	ctx := zmqtest.Deadline(t)
	c, err := zmq.NewContext(zmq.ContextConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.NewSocket(zmq.PUB); err != nil {
		t.Fatal(err)
	}
	stats, err := zmqstats.Listen(c, "tcp://127.0.0.1:*")
	if err != nil {
		t.Fatal(err)
	}
	defer stats.Close()
	mux := http.NewServeMux()
	mux.Handle("/zmq/", zmqstats.Handler(c))
	server := httptest.NewServer(mux)
	defer server.Close()
	defer http.DefaultClient.CloseIdleConnections()
	own, err := zmq.NewContext(zmq.ContextConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	for place, want := range map[string]string{server.URL + "/zmq/": "", server.URL + "/zmq/stats.json": "", stats.Endpoint(): "", server.URL + "/": "404"} {
		s, err := NewSource(own, place)
		if err != nil {
			t.Fatal(err)
		}
		x, err := s.Fetch(ctx)
		if want == "" && (err != nil || len(x.Sockets) != 1) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %+v, %v", place, x, err)
		}
		s.Close()
	}
	s, err := NewSource(own, stats.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if sock := s.(*socket).sock; zmq.MaxMessageSize.Get(sock) != maxAnswer || zmq.MaxMessageBytes.Get(sock) != maxAnswer {
		t.Error("an answer over a socket has no limit of its own")
	}
	if _, err := NewSource(own, "nonsense"); err == nil {
		t.Error("a source at nonsense")
	}
}
