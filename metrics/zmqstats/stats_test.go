// SPDX-License-Identifier: Apache-2.0

package zmqstats_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/metrics/zmqstats"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newPair returns a context with a ROUTER that has one message of a DEALER.
func newPair(t *testing.T) (c *zmq.Context, router, dealer *zmq.Socket) {
	t.Helper()
	ctx := zmqtest.Deadline(t)
	c, err := zmq.NewContext(zmq.ContextConfig{Settings: []zmq.Setting{zmq.Linger.Of(0)}})
	check(t, err)
	t.Cleanup(func() { check(t, c.Term(zmqtest.Deadline(t))) })
	router, err = c.NewSocket(zmq.ROUTER)
	check(t, err)
	dealer, err = c.NewSocket(zmq.DEALER, zmq.RoutingID.Of([]byte("me")))
	check(t, err)
	check(t, router.Bind("tcp://127.0.0.1:*"))
	check(t, dealer.Connect(router.LastEndpoint()))
	check(t, dealer.SendString(ctx, "hello"))
	_, err = router.Recv(ctx)
	check(t, err)
	return c, router, dealer
}

// verify checks a snapshot of newPair.
func verify(t *testing.T, x zmqstats.Snapshot, router, dealer *zmq.Socket) {
	t.Helper()
	if x.PID == 0 || x.Program == "" || x.Time.IsZero() || len(x.Sockets) != 2 {
		t.Errorf("%+v", x)
	}
	r := x.Sockets[router.String()]
	if r.Type != "ROUTER" || r.Received != 1 || len(r.Peers) != 1 || r.Peers[0].RoutingID != "6d65" || r.Peers[0].Received != 1 || r.Peers[0].RecvHWM != 1000 {
		t.Errorf("%+v", r)
	}
	if len(r.Endpoints) != 1 || !r.Endpoints[0].Bound || r.Endpoints[0].State != "ready" || r.Endpoints[0].Address != router.LastEndpoint() {
		t.Errorf("%+v", r.Endpoints)
	}
	if d := x.Sockets[dealer.String()]; d.Sent != 1 || d.Drops["mute"] != 0 {
		t.Errorf("%+v", d)
	}
}

func TestHandler(t *testing.T) {
	c, router, dealer := newPair(t)
	mux := http.NewServeMux()
	mux.Handle("/debug/zmq/", zmqstats.Handler(c))
	server := httptest.NewServer(mux)
	defer server.Close()
	get := func(path string) (int, string, http.Header) {
		t.Helper()
		r, err := server.Client().Get(server.URL + path)
		check(t, err)
		defer r.Body.Close()
		text, err := io.ReadAll(r.Body)
		check(t, err)
		return r.StatusCode, string(text), r.Header
	}
	_, text, _ := get("/debug/zmq/stats.json")
	var x zmqstats.Snapshot
	check(t, json.Unmarshal([]byte(text), &x))
	verify(t, x, router, dealer)

	code, text, header := get("/debug/zmq/")
	if code != 200 || !strings.Contains(text, "stats.json") || header.Get("Content-Security-Policy") == "" {
		t.Errorf("the page: %d, %v", code, header)
	}
	if code, _, _ := get("/debug/zmq/other"); code != 404 {
		t.Errorf("another path: %d", code)
	}
	r, err := server.Client().Post(server.URL+"/debug/zmq/", "text/plain", nil)
	check(t, err)
	r.Body.Close()
	if r.StatusCode != 405 {
		t.Errorf("POST: %d", r.StatusCode)
	}
}

// TestMulticastEndpoints: a publisher and a subscriber tell what went out and what came.
func TestMulticastEndpoints(t *testing.T) {
	ctx := zmqtest.Deadline(t)
	c, err := zmq.NewContext(zmq.ContextConfig{Settings: []zmq.Setting{zmq.Linger.Of(0), zmq.Rate.Of(100_000)}})
	check(t, err)
	t.Cleanup(func() { check(t, c.Term(zmqtest.Deadline(t))) })
	at := fmt.Sprintf("epgm://127.0.0.1;239.193.%d.%d:%d", rand.IntN(256), rand.IntN(256), 20_000+rand.IntN(10_000))
	pub, err := c.NewSocket(zmq.PUB)
	check(t, err)
	sub, err := c.NewSocket(zmq.SUB, zmq.RecvTimeout.Of(100*time.Millisecond))
	check(t, err)
	check(t, sub.Subscribe(""))
	if err := sub.Connect(at); err != nil {
		t.Skipf("the loopback interface carries no multicast: %v", err)
	}
	check(t, pub.Connect(at))
	for heard := false; !heard; {
		check(t, pub.SendString(ctx, "probe"))
		_, err := sub.Recv(ctx)
		heard = err == nil
	}
	x := zmqstats.Read(c).Sockets
	out, in := x[pub.String()].Multicast, x[sub.String()].Multicast
	if len(out) != 1 || out[0].Address != at || out[0].Source == "" || out[0].Packets == 0 || out[0].Received != nil {
		t.Errorf("the publisher: %+v", out)
	}
	if len(in) != 1 || len(in[0].Sources) != 1 || in[0].Sources[0].Source != out[0].Source || in[0].Sources[0].Packets == 0 || in[0].Received == nil || in[0].Received.Packets < in[0].Sources[0].Packets {
		t.Errorf("the subscriber: %+v", in)
	}
	text, err := json.Marshal(out[0])
	check(t, err)
	if !strings.Contains(string(text), `"source":"`+out[0].Source) || strings.Contains(string(text), "received") {
		t.Errorf("%s", text)
	}
}

func TestListen(t *testing.T) {
	ctx := zmqtest.Deadline(t)
	c, router, dealer := newPair(t)
	s, err := zmqstats.Listen(c, "tcp://127.0.0.1:*")
	check(t, err)
	req, err := zmq.NewSocket(zmq.REQ, zmq.Linger.Of(0))
	check(t, err)
	defer req.Close()
	check(t, req.Connect(s.Endpoint()))
	for range 2 {
		m, err := req.Request(ctx, nil)
		check(t, err)
		var x zmqstats.Snapshot
		check(t, json.Unmarshal(m.Bytes(), &x))
		verify(t, x, router, dealer) // the server's own socket is not among them
	}
	check(t, s.Close())
	if _, err := zmqstats.Listen(c, "nonsense"); err == nil {
		t.Error("it listens at nonsense")
	}
}

func ExampleListen() {
	pub, _ := zmq.NewSocket(zmq.PUB)
	defer pub.Close()
	server, err := zmqstats.Listen(zmq.DefaultContext(), "tcp://127.0.0.1:*") // zmq top tcp://...
	if err != nil {
		return
	}
	defer server.Close()
	for _, s := range zmqstats.Read(zmq.DefaultContext()).Sockets {
		fmt.Println(s.Type)
	}
	// Output: PUB
}
