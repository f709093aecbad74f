// SPDX-License-Identifier: Apache-2.0

package zmqexpvar_test

import (
	"encoding/json"
	"expvar"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/metrics/zmqexpvar"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

// read returns the sockets as a reader of /debug/vars has them.
func read(t *testing.T, v expvar.Var) map[string]map[string]any {
	t.Helper()
	var sockets map[string]map[string]any
	if err := json.Unmarshal([]byte(v.String()), &sockets); err != nil {
		t.Fatalf("%v in %s", err, v)
	}
	return sockets
}

func TestVariableShowsSocketsAndPeers(t *testing.T) {
	ctx := zmqtest.Deadline(t)
	c, err := zmq.NewContext(zmq.ContextConfig{Settings: []zmq.Setting{zmq.Linger.Of(0)}})
	if err != nil {
		t.Fatal(err)
	}
	v := zmqexpvar.New(c)
	if s := v.String(); s != "{}" {
		t.Errorf("without sockets: %s", s)
	}
	router, dealer := newSocket(t, c, zmq.ROUTER), newSocket(t, c, zmq.DEALER)
	if err := dealer.Set(zmq.RoutingID.Of([]byte{0xFF, 1})); err != nil { // no text
		t.Fatal(err)
	}
	if err := router.Bind("tcp://127.0.0.1:*"); err != nil {
		t.Fatal(err)
	}
	if err := dealer.Connect(router.LastEndpoint()); err != nil {
		t.Fatal(err)
	}
	if err := dealer.SendString(ctx, "hello"); err != nil {
		t.Fatal(err)
	}
	if _, err := router.Recv(ctx); err != nil {
		t.Fatal(err)
	}
	s := read(t, v)[router.String()]
	peer := s["peers"].([]any)[0].(map[string]any)
	for what, got := range map[string]any{
		"type ROUTER":               s["type"],
		"received 1":                s["received"],
		"received_bytes 7":          s["received_bytes"],
		"connected 1":               s["connected"],
		"drops.mute 0":              s["drops"].(map[string]any)["mute"],
		"handshake_failures.auth 0": s["handshake_failures"].(map[string]any)["auth"],
		"peer.routing_id ff01":      peer["routing_id"],
		"peer.type DEALER":          peer["type"],
		"peer.received 1":           peer["received"],
		"peer.recv_hwm 1000":        peer["recv_hwm"],
		"peer.mechanism NULL":       peer["mechanism"],
		"endpoint.bound true":       s["endpoints"].([]any)[0].(map[string]any)["bound"],
		"endpoint.peers 1":          s["endpoints"].([]any)[0].(map[string]any)["peers"],
	} {
		var name, want string
		fmt.Sscan(what, &name, &want)
		if fmt.Sprint(got) != want {
			t.Errorf("%s is %v, want %s", name, got, want)
		}
	}
	if n := len(read(t, v)); n != 2 {
		t.Errorf("%d sockets", n)
	}
	if err := c.Term(ctx); err != nil {
		t.Fatal(err)
	}
	if s := v.String(); s != "{}" {
		t.Errorf("after the end: %s", s)
	}
}

// TestCountersHaveTheNamesOfTheirFields: a program could not find a counter that is
// left out or has another name here.
func TestCountersHaveTheNamesOfTheirFields(t *testing.T) {
	c, err := zmq.NewContext(zmq.ContextConfig{})
	if err != nil {
		t.Fatal(err)
	}
	s := newSocket(t, c, zmq.DEALER)
	defer s.Close()
	members := read(t, zmqexpvar.New(c))[s.String()]
	word := regexp.MustCompile("([a-z])([A-Z])")
	for _, f := range reflect.VisibleFields(reflect.TypeFor[zmq.SocketStats]()) {
		name := strings.ToLower(word.ReplaceAllString(f.Name, "${1}_$2"))
		if _, ok := members[name]; !ok {
			t.Errorf("there is no %s", name)
		}
	}
}

func newSocket(t *testing.T, c *zmq.Context, typ zmq.SocketType) *zmq.Socket {
	t.Helper()
	s, err := c.NewSocket(typ)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// published makes the names of tests that run more than once different.
var published atomic.Int64

func TestPublish(t *testing.T) {
	c, err := zmq.NewContext(zmq.ContextConfig{})
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprint("zmq", published.Add(1))
	zmqexpvar.Publish(name, c)
	if v := expvar.Get(name); v == nil || v.String() != "{}" {
		t.Errorf("published %v", v)
	}
}

func ExampleNew() {
	c, _ := zmq.NewContext(zmq.ContextConfig{})
	v := zmqexpvar.New(c) // Publish also gives it a name in /debug/vars
	pub, _ := c.NewSocket(zmq.PUB)
	defer pub.Close()
	_ = pub.TrySend([]byte("nobody hears this"))

	var sockets map[string]struct {
		Type  string
		Sent  int
		Drops map[string]int
	}
	_ = json.Unmarshal([]byte(v.String()), &sockets)
	fmt.Println(sockets[pub.String()].Sent, "sent,", sockets[pub.String()].Drops["no_subscriber"], "lost")
	// Output: 1 sent, 1 lost
}
