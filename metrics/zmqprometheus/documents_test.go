// SPDX-License-Identifier: Apache-2.0

package zmqprometheus_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/gozmq/zmq/metrics/zmqprometheus"
	"github.com/prometheus/client_golang/prometheus"
)

// TestMetricsOfDocuments: the dashboard, the rules and the page about production name
// metrics and causes that the collector has.
func TestMetricsOfDocuments(t *testing.T) {
	c, _, _ := newPair(t)
	registry := prometheus.NewRegistry()
	check(t, registry.Register(zmqprometheus.NewCollector(c, zmqprometheus.Config{Peers: true})))
	families, err := registry.Gather()
	check(t, err)
	names, causes := make(map[string]bool), make(map[string]bool)
	for _, f := range families {
		names[f.GetName()] = true
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if l.GetName() == "cause" {
					causes[l.GetValue()] = true
				}
			}
		}
	}
	names["zmq_peer_round_trip_seconds"] = true      // is there after the first heartbeat
	names["zmq_multicast_lost_packets_total"] = true // is there with an endpoint over multicast
	metric, cause := regexp.MustCompile(`\bzmq_(?:socket|peer|multicast)s?_[a-z_]+[a-z]`), regexp.MustCompile(`cause!?=~?"([a-z_|]+)"`)
	for _, file := range []string{"production.md", "production/rules.yml", "production/grafana.json"} {
		text, err := os.ReadFile("../../docs/" + file)
		check(t, err)
		found := metric.FindAllString(string(text), -1)
		if len(found) < 5 {
			t.Errorf("%s names %d metrics", file, len(found))
		}
		for _, name := range found {
			if !names[name] {
				t.Errorf("%s: there is no metric %s", file, name)
			}
		}
		for _, m := range cause.FindAllStringSubmatch(strings.ReplaceAll(string(text), `\"`, `"`), -1) {
			for _, word := range strings.Split(m[1], "|") {
				if !causes[word] {
					t.Errorf("%s: there is no cause %s", file, word)
				}
			}
		}
	}
	dashboard, err := os.ReadFile("../../docs/production/grafana.json")
	check(t, err)
	if !json.Valid(dashboard) {
		t.Error("the dashboard is no JSON")
	}
}
