// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

// serving starts a server and returns where it is.
func serving(t *testing.T, zctx *zmq.Context, bind string) string {
	t.Helper()
	s := &Server{Context: zctx, Log: io.Discard}
	at, err := s.Bind(bind)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(zmqtest.Deadline(t))
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return at
}

func newClient(t *testing.T, zctx *zmq.Context, endpoint string) *Client {
	t.Helper()
	c := &Client{Context: zctx, Endpoint: endpoint, Patience: 30 * time.Second}
	if err := c.Open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func newContext(t *testing.T) *zmq.Context {
	t.Helper()
	zctx, err := zmq.NewContext(zmq.ContextConfig{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { zctx.Close() })
	return zctx
}

// Every message of a run is counted. It has arrived, or is lost where its pattern loses.
func TestEveryPatternOverEveryTransport(t *testing.T) {
	ctx := zmqtest.Deadline(t)
	zctx := newContext(t)
	for _, bind := range []string{"tcp://127.0.0.1:*", "ipc://*", "inproc://bench"} {
		c := newClient(t, zctx, serving(t, zctx, bind))
		for _, p := range Patterns {
			const count = 300
			x, err := c.Run(ctx, Run{Pattern: p, Size: 100, Count: count, Window: 7})
			if err != nil {
				t.Fatalf("%s %s: %v", bind, p.Name, err)
			}
			lossy := p.Client == zmq.PUB || p.Client == zmq.RADIO
			if x.Messages+x.Lost != count || x.Lost > 0 && !lossy || x.Pattern != p.Name || x.Size != 100 {
				t.Errorf("%s %s: %+v", bind, p.Name, x)
			}
			if x.Seconds <= 0 || math.Abs(x.Bytes-100*x.Rate) > 1 {
				t.Errorf("%s %s: %+v", bind, p.Name, x)
			}
			if l := x.RoundTrip; p.Replies != (l != nil) || l != nil && !(0 < l.Min && l.Min <= l.Median && l.Median <= l.P99 && l.P99 <= l.Max) {
				t.Errorf("%s %s: round trips %+v", bind, p.Name, l)
			}
		}
	}
}

// A client does not end the measurement of another one.
func TestOneClientAtATime(t *testing.T) {
	ctx := zmqtest.Deadline(t)
	zctx := newContext(t)
	at := serving(t, zctx, "tcp://127.0.0.1:*")
	first, second := newClient(t, zctx, at), newClient(t, zctx, at)
	start := order{Op: "start", Pattern: "push-pull", Size: 1}
	if _, err := first.ask(ctx, start, first.Patience); err != nil {
		t.Fatal(err)
	}
	if _, err := second.ask(ctx, start, second.Patience); err == nil || !strings.Contains(err.Error(), "another client measures") {
		t.Errorf("the second client: %v", err)
	}
	if _, err := first.ask(ctx, order{Op: "stop"}, first.Patience); err != nil {
		t.Error(err)
	}
	if _, err := second.ask(ctx, start, second.Patience); err != nil {
		t.Errorf("after the first one: %v", err)
	}
}

// What a stranger asks for does not bring the server down.
func TestServerRefuses(t *testing.T) {
	ctx := zmqtest.Deadline(t)
	zctx := newContext(t)
	c := newClient(t, zctx, serving(t, zctx, "tcp://127.0.0.1:*"))
	for _, o := range []order{{Op: "count"}, {Op: "stop"}, {Op: "x"}, {Op: "start", Pattern: "x"},
		{Op: "start", Pattern: "push-pull", Size: -1}, {Op: "start", Pattern: "push-pull", Size: MaxSize + 1}} {
		if _, err := c.ask(ctx, o, c.Patience); err == nil || !strings.Contains(err.Error(), "the server says") {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if m, err := c.control.Request(ctx, []byte("{")); err != nil || !strings.Contains(m.String(), "no JSON") {
		t.Errorf("%v, %v", m, err)
	}
}

func TestLatencies(t *testing.T) {
	var x times
	if x.latency() != nil {
		t.Error("a distribution of nothing")
	}
	for i := 1000; i > 0; i-- {
		x.add(time.Duration(i) * time.Millisecond)
	}
	if got, want := *x.latency(), (Latency{0.001, 0.501, 0.901, 0.991, 1, 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	for range 2 * maxTimes {
		x.add(2 * time.Second)
	}
	if l := x.latency(); len(x.kept) != maxTimes || l.Min != 0.001 || l.Median != 2 || l.Max != 2 {
		t.Errorf("of many: %d kept, %+v", len(x.kept), l)
	}
}

func TestChart(t *testing.T) {
	list := []Result{
		{Pattern: "push-pull", Mechanism: "NULL", Size: 16, Rate: 9e6}, {Pattern: "push-pull", Mechanism: "NULL", Size: 1024, Rate: 1e6},
		{Pattern: "req-rep", Mechanism: "CURVE", Size: 16, Rate: 3e4, RoundTrip: &Latency{Median: 2e-5, P99: 5e-5, Max: 1e-2}},
	}
	picture, err := Chart("here", list)
	if err != nil {
		t.Fatal(err)
	}
	text := string(picture)
	for _, want := range []string{"<svg", ">here<", "push-pull", "req-rep, CURVE", "16 B", "1 KiB", "10 M", "round trip", "10 ms"} {
		if !strings.Contains(text, want) {
			t.Errorf("the chart has no %q", want)
		}
	}
	if _, err := Chart("nothing", nil); err != nil {
		t.Error(err)
	}
}
