// SPDX-License-Identifier: Apache-2.0

// Package zmqprometheus shows what the sockets of a context do to Prometheus:
//
//	prometheus.MustRegister(zmqprometheus.NewCollector(ctx, zmqprometheus.Config{}))
//
// It is a module of its own, so that programs without Prometheus do not depend on
// its client.
package zmqprometheus

import (
	"strings"

	"github.com/gozmq/zmq"
	"github.com/prometheus/client_golang/prometheus"
)

// Config says how metrics are labelled. The zero value suits programs whose
// sockets live long.
type Config struct {
	// Label gives a socket's metrics the value of their label "socket"; sockets
	// with the same one are added up. Nil stands for the socket's name, such as
	// "PUB#3". Programs that open and close many sockets want fewer series:
	// zmq.SocketSnapshot's Type or an endpoint, for example. The counters of a
	// socket that is closed go, which Prometheus takes for a reset.
	Label func(zmq.SocketSnapshot) string

	// Peers adds metrics of each peer, with the labels "endpoint" and "remote", and of
	// each publisher that a subscriber follows over pgm and epgm, with "endpoint",
	// "source" and "address". Where they come and go, each leaves a series behind.
	Peers bool
}

// Collector is a prometheus.Collector for the sockets of one context. It reads
// the sockets when it is scraped and costs them nothing in between. Contexts that
// are registered together want a label each: see
// prometheus.WrapRegistererWith.
type Collector struct {
	context *zmq.Context
	cfg     Config
}

// NewCollector returns a collector, which is safe for concurrent use.
func NewCollector(c *zmq.Context, cfg Config) *Collector {
	if cfg.Label == nil {
		cfg.Label = func(s zmq.SocketSnapshot) string { return s.Name }
	}
	return &Collector{context: c, cfg: cfg}
}

// Describe implements prometheus.Collector.
func (c *Collector) Describe(ch chan<- *prometheus.Desc) {
	ch <- socketsDesc
	for i := range socketMetrics {
		ch <- socketMetrics[i].desc
	}
	for i := range multicastMetrics {
		ch <- multicastMetrics[i].desc
	}
	if c.cfg.Peers {
		for i := range peerMetrics {
			ch <- peerMetrics[i].desc
		}
		for i := range multicastSourceMetrics {
			ch <- multicastSourceMetrics[i].desc
		}
	}
}

// series is what tells one time series of a metric from another.
type series struct {
	metric             int
	typ, socket, cause string // of a socket
	endpoint, remote   string // of a peer, or an endpoint or publisher over multicast
	source             string // of a publisher over multicast
}

// labelText makes text the value of a label, which must be UTF-8: a metric with another
// one panics. A peer decides about its topic, and a path can have any bytes.
func labelText(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

// Collect implements prometheus.Collector.
func (c *Collector) Collect(ch chan<- prometheus.Metric) {
	sockets := map[series]float64{}
	sums := map[series]float64{}
	peers := map[series]float64{}
	groups := map[series]float64{}
	sources := map[series]float64{}
	for _, s := range c.context.Stats().Sockets {
		typ, label := s.Type.String(), labelText(c.cfg.Label(s))
		sockets[series{typ: typ}]++
		for i, m := range socketMetrics {
			for _, v := range m.read(&s.Stats) {
				sums[series{metric: i, typ: typ, socket: label, cause: v.cause}] += v.n
			}
		}
		for j := range s.Multicast {
			x := &s.Multicast[j]
			for i, m := range multicastMetrics {
				groups[series{metric: i, typ: typ, socket: label, endpoint: labelText(x.Endpoint)}] += float64(m.read(x))
			}
		}
		if !c.cfg.Peers {
			continue
		}
		for _, x := range s.Multicast {
			for j := range x.Sources {
				y := &x.Sources[j]
				for i, m := range multicastSourceMetrics {
					sources[series{metric: i, typ: typ, socket: label, endpoint: labelText(x.Endpoint), source: y.Source, remote: y.Address.String()}] += float64(m.read(y))
				}
			}
		}
		for i, m := range peerMetrics {
			for j := range s.Peers {
				p := &s.Peers[j]
				if v, ok := m.read(p); ok {
					peers[series{metric: i, typ: typ, socket: label, endpoint: labelText(p.Endpoint), remote: labelText(p.Remote)}] += v
				}
			}
		}
	}
	for k, v := range sockets {
		ch <- prometheus.MustNewConstMetric(socketsDesc, prometheus.GaugeValue, v, k.typ)
	}
	for k, v := range sums {
		m, labels := &socketMetrics[k.metric], []string{k.typ, k.socket}
		if k.cause != "" {
			labels = append(labels, k.cause)
		}
		ch <- prometheus.MustNewConstMetric(m.desc, m.kind, v, labels...)
	}
	for k, v := range groups {
		ch <- prometheus.MustNewConstMetric(multicastMetrics[k.metric].desc, prometheus.CounterValue, v, k.typ, k.socket, k.endpoint)
	}
	for k, v := range sources {
		ch <- prometheus.MustNewConstMetric(multicastSourceMetrics[k.metric].desc, prometheus.CounterValue, v, k.typ, k.socket, k.endpoint, k.source, k.remote)
	}
	for k, v := range peers {
		m := &peerMetrics[k.metric]
		ch <- prometheus.MustNewConstMetric(m.desc, m.kind, v, k.typ, k.socket, k.endpoint, k.remote)
	}
}
