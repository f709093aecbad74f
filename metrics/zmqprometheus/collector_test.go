// SPDX-License-Identifier: Apache-2.0

package zmqprometheus_test

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/metrics/zmqprometheus"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

// newPair returns a context with a ROUTER that has one message of a DEALER.
func newPair(t *testing.T) (c *zmq.Context, router, dealer *zmq.Socket) {
	t.Helper()
	ctx := zmqtest.Deadline(t)
	c, err := zmq.NewContext(zmq.ContextConfig{Settings: []zmq.Setting{zmq.Linger.Of(0)}})
	check(t, err)
	t.Cleanup(func() { check(t, c.Term(zmqtest.Deadline(t))) })
	router, err = c.NewSocket(zmq.ROUTER)
	check(t, err)
	dealer, err = c.NewSocket(zmq.DEALER)
	check(t, err)
	check(t, router.Bind("tcp://127.0.0.1:*"))
	check(t, dealer.Connect(router.LastEndpoint()))
	check(t, dealer.SendString(ctx, "hello"))
	_, err = router.Recv(ctx)
	check(t, err)
	check(t, dealer.WaitPeers(ctx, 1))
	return c, router, dealer
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func compare(t *testing.T, c prometheus.Collector, want string, names ...string) {
	t.Helper()
	if err := testutil.CollectAndCompare(c, strings.NewReader(want), names...); err != nil {
		t.Error(err)
	}
}

// TestCountersHaveTheNamesOfTheirFields: a program could not find a counter that is
// left out or has another name here. HandshakesFailed is the sum of its causes.
func TestCountersHaveTheNamesOfTheirFields(t *testing.T) {
	c, _, _ := newPair(t)
	registry := prometheus.NewPedanticRegistry()
	check(t, registry.Register(zmqprometheus.NewCollector(c, zmqprometheus.Config{})))
	families, err := registry.Gather()
	check(t, err)
	names := make(map[string]bool)
	for _, f := range families {
		name := strings.TrimSuffix(strings.TrimPrefix(f.GetName(), "zmq_socket_"), "_total")
		names[strings.TrimSuffix(name, "_messages")] = true // the unit
	}
	word := regexp.MustCompile("([a-z])([A-Z])")
	for _, f := range reflect.VisibleFields(reflect.TypeFor[zmq.SocketStats]()) {
		name := strings.ToLower(word.ReplaceAllString(f.Name, "${1}_$2"))
		if !names[name] && f.Name != "HandshakesFailed" {
			t.Errorf("there is no %s", name)
		}
	}
}

func TestMetricsOfSockets(t *testing.T) {
	c, router, dealer := newPair(t)
	check(t, zmq.RouterMandatory.Set(router, false))
	check(t, router.TrySend([]byte("nobody"), []byte("x")))
	compare(t, zmqprometheus.NewCollector(c, zmqprometheus.Config{}), fmt.Sprintf(`
# HELP zmq_sockets Sockets that are open, or linger.
# TYPE zmq_sockets gauge
zmq_sockets{type="DEALER"} 1
zmq_sockets{type="ROUTER"} 1
# HELP zmq_socket_received_messages_total Messages that receive calls returned.
# TYPE zmq_socket_received_messages_total counter
zmq_socket_received_messages_total{socket=%[1]q,type="ROUTER"} 1
zmq_socket_received_messages_total{socket=%[2]q,type="DEALER"} 0
# HELP zmq_socket_received_bytes_total Bytes read from connections.
# TYPE zmq_socket_received_bytes_total counter
zmq_socket_received_bytes_total{socket=%[1]q,type="ROUTER"} 7
zmq_socket_received_bytes_total{socket=%[2]q,type="DEALER"} 0
# HELP zmq_socket_peers Peers that are connected.
# TYPE zmq_socket_peers gauge
zmq_socket_peers{socket=%[1]q,type="ROUTER"} 1
zmq_socket_peers{socket=%[2]q,type="DEALER"} 1
`, router, dealer), "zmq_sockets", "zmq_socket_received_messages_total", "zmq_socket_received_bytes_total", "zmq_socket_peers")

	dropped := fmt.Sprintf("# HELP zmq_socket_drops_total Messages that were lost, by cause.\n" +
		"# TYPE zmq_socket_drops_total counter\n")
	for _, s := range []*zmq.Socket{router, dealer} {
		for _, cause := range []string{"conflated", "filtered", "in_flight", "malformed", "mute", "no_subscriber", "overflow", "peer_gone", "refused", "stale", "unread", "unroutable"} {
			n := 0
			if s == router && cause == "unroutable" {
				n = 1
			}
			dropped += fmt.Sprintf("zmq_socket_drops_total{cause=%q,socket=%q,type=%q} %d\n", cause, s, s.Type(), n)
		}
	}
	compare(t, zmqprometheus.NewCollector(c, zmqprometheus.Config{}), dropped, "zmq_socket_drops_total")
}

func TestMetricsOfPeers(t *testing.T) {
	c, router, dealer := newPair(t)
	collector := zmqprometheus.NewCollector(c, zmqprometheus.Config{Peers: true})
	at := router.LastEndpoint()
	compare(t, collector, fmt.Sprintf(`
# HELP zmq_peer_received_messages_total Messages that came from the peer.
# TYPE zmq_peer_received_messages_total counter
zmq_peer_received_messages_total{endpoint=%[1]q,remote=%[2]q,socket=%[3]q,type="ROUTER"} 1
zmq_peer_received_messages_total{endpoint=%[1]q,remote=%[1]q,socket=%[4]q,type="DEALER"} 0
# HELP zmq_peer_recv_hwm_messages The high-water mark of messages from the peer, 0 for none.
# TYPE zmq_peer_recv_hwm_messages gauge
zmq_peer_recv_hwm_messages{endpoint=%[1]q,remote=%[2]q,socket=%[3]q,type="ROUTER"} 1000
zmq_peer_recv_hwm_messages{endpoint=%[1]q,remote=%[1]q,socket=%[4]q,type="DEALER"} 1000
`, at, router.Peers()[0].Remote, router, dealer), "zmq_peer_received_messages_total", "zmq_peer_recv_hwm_messages")
	if n := testutil.CollectAndCount(collector, "zmq_peer_silence_seconds"); n != 2 {
		t.Errorf("%d series of silence", n)
	}
	if n := testutil.CollectAndCount(zmqprometheus.NewCollector(c, zmqprometheus.Config{}), "zmq_peer_received_messages_total"); n != 0 {
		t.Errorf("%d series of peers without asking", n)
	}
}

// Sockets with the same label are one series.
func TestMetricsAddUpByLabel(t *testing.T) {
	c, _, _ := newPair(t)
	for range 3 {
		_, err := c.NewSocket(zmq.DEALER)
		check(t, err)
	}
	one := zmqprometheus.NewCollector(c, zmqprometheus.Config{Peers: true, Label: func(zmq.SocketSnapshot) string { return "mine" }})
	compare(t, one, `
# HELP zmq_socket_sent_messages_total Messages that send calls took.
# TYPE zmq_socket_sent_messages_total counter
zmq_socket_sent_messages_total{socket="mine",type="DEALER"} 1
zmq_socket_sent_messages_total{socket="mine",type="ROUTER"} 0
`, "zmq_socket_sent_messages_total")
}

// What a registry checks: names, help texts, labels and that nothing comes twice.
func TestMetricsSuitARegistry(t *testing.T) {
	c, _, _ := newPair(t)
	collector := zmqprometheus.NewCollector(c, zmqprometheus.Config{Peers: true})
	r := prometheus.NewPedanticRegistry()
	check(t, r.Register(collector))
	families, err := r.Gather()
	check(t, err)
	if len(families) < 20 {
		t.Errorf("%d metrics", len(families))
	}
	problems, err := testutil.CollectAndLint(collector)
	check(t, err)
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

func ExampleNewCollector() {
	registry := prometheus.NewRegistry()
	registry.MustRegister(zmqprometheus.NewCollector(zmq.DefaultContext(), zmqprometheus.Config{}))
	pub, _ := zmq.NewSocket(zmq.PUB)
	defer pub.Close()

	families, _ := registry.Gather() // promhttp.HandlerFor(registry, …) does that at /metrics
	for _, f := range families {
		if f.GetName() == "zmq_sockets" {
			fmt.Println(f.GetMetric()[0].GetLabel()[0].GetValue(), f.GetMetric()[0].GetGauge().GetValue())
		}
	}
	// Output: PUB 1
}

// TestLabelsAreText: what Config.Label returns, and an endpoint, can have any bytes.
func TestLabelsAreText(t *testing.T) {
	c, err := zmq.NewContext(zmq.ContextConfig{})
	check(t, err)
	t.Cleanup(func() { check(t, c.Close()) })
	push, err := c.NewSocket(zmq.PUSH)
	check(t, err)
	pull, err := c.NewSocket(zmq.PULL)
	check(t, err)
	check(t, pull.Bind("inproc://a\xff"))
	check(t, push.Connect("inproc://a\xff"))
	check(t, push.WaitPeers(zmqtest.Deadline(t), 1))
	label := func(zmq.SocketSnapshot) string { return "b\xff" }
	registry := prometheus.NewPedanticRegistry()
	check(t, registry.Register(zmqprometheus.NewCollector(c, zmqprometheus.Config{Label: label, Peers: true})))
	families, err := registry.Gather()
	check(t, err)
	values := make(map[string]bool)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				values[l.GetName()+"="+l.GetValue()] = true
			}
		}
	}
	for _, want := range []string{"socket=b�", "endpoint=inproc://a�"} {
		if !values[want] {
			t.Errorf("there is no %s", want)
		}
	}
}
