// SPDX-License-Identifier: Apache-2.0

package zmqprometheus_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/metrics/zmqprometheus"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// TestMetricsOfMulticast: what a publisher has sent and a subscriber heard, as
// MulticastStats has it, and by publisher with Peers alone.
func TestMetricsOfMulticast(t *testing.T) {
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
	collector := zmqprometheus.NewCollector(c, zmqprometheus.Config{Peers: true})
	for { // packets may still be under way
		sent, received := float64(pub.MulticastStats()[0].Sent.Packets), float64(sub.MulticastStats()[0].Sources[0].Packets)
		got := countersOf(t, collector)
		if sent > 0 && received > 0 && got["zmq_multicast_sent_packets_total"] == sent &&
			got["zmq_multicast_received_packets_total"] == received && got["zmq_multicast_source_received_packets_total"] == received {
			break
		}
		if ctx.Err() != nil {
			t.Fatalf("%v packets sent and %v received, gathered %v", sent, received, got)
		}
	}
	if n := testutil.CollectAndCount(collector, "zmq_multicast_lost_packets_total"); n != 2 {
		t.Errorf("%d series of lost packets: there are two endpoints", n)
	}
	if n := testutil.CollectAndCount(zmqprometheus.NewCollector(c, zmqprometheus.Config{}), "zmq_multicast_source_received_packets_total"); n != 0 {
		t.Errorf("%d series of publishers without asking", n)
	}
}

// countersOf gathers the metrics of a collector, the series of each added up.
func countersOf(t *testing.T, c prometheus.Collector) map[string]float64 {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	check(t, registry.Register(c))
	families, err := registry.Gather()
	check(t, err)
	all := make(map[string]float64)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			all[f.GetName()] += m.GetCounter().GetValue()
		}
	}
	return all
}
