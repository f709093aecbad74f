// SPDX-License-Identifier: Apache-2.0

package zmqprometheus

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/gozmq/zmq/replay"
	"github.com/prometheus/client_golang/prometheus"
)

// storePatience is how long a scrape waits for a store on another machine.
const storePatience = 2 * time.Second

// replayMetric is one metric of a publisher, or of a source of a subscriber.
type replayMetric[T any] struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	read func(*T) float64
}

func (m *replayMetric[T]) collect(ch chan<- prometheus.Metric, from *T, labels ...string) {
	ch <- prometheus.MustNewConstMetric(m.desc, m.kind, m.read(from), labels...)
}

func publisherMetric(name, help string, kind prometheus.ValueType, read func(*replay.PublisherStats) float64) replayMetric[replay.PublisherStats] {
	return replayMetric[replay.PublisherStats]{prometheus.NewDesc("zmq_replay_publisher_"+name, help, []string{"stream"}, nil), kind, read}
}

func streamMetric(name, help string, kind prometheus.ValueType, read func(*replay.SourceStats) float64) replayMetric[replay.SourceStats] {
	return replayMetric[replay.SourceStats]{prometheus.NewDesc("zmq_replay_subscriber_"+name, help, []string{"stream", "source", "host"}, nil), kind, read}
}

const (
	total = prometheus.CounterValue
	now   = prometheus.GaugeValue
)

var publisherMetrics = []replayMetric[replay.PublisherStats]{
	publisherMetric("published_messages_total", "Messages that were stored, and so confirmed.", total, func(s *replay.PublisherStats) float64 { return float64(s.Published) }),
	publisherMetric("store_errors_total", "Times that the store has refused messages.", total, func(s *replay.PublisherStats) float64 { return float64(s.StoreErrors) }),
	publisherMetric("unsent_messages_total", "Messages that were stored but could not be published.", total, func(s *replay.PublisherStats) float64 { return float64(s.Unsent) }),
	publisherMetric("requests_total", "Requests for missing messages.", total, func(s *replay.PublisherStats) float64 { return float64(s.Requests) }),
	publisherMetric("unanswered_requests_total", "Requests that were not answered, or not to the end.", total, func(s *replay.PublisherStats) float64 { return float64(s.Unanswered) }),
	publisherMetric("replayed_messages_total", "Messages in answers.", total, func(s *replay.PublisherStats) float64 { return float64(s.Replayed) }),
	publisherMetric("snapshots_total", "Parts of snapshots in answers.", total, func(s *replay.PublisherStats) float64 { return float64(s.Snapshots) }),
	publisherMetric("answering_requests", "Requests that are being answered.", now, func(s *replay.PublisherStats) float64 { return float64(s.Answering) }),
}

// storeMetrics are left out when the store does not answer.
var storeMetrics = []replayMetric[replay.PublisherStats]{
	publisherMetric("store_messages", "Messages that are kept.", now, func(s *replay.PublisherStats) float64 { return float64(s.Store.Messages) }),
	publisherMetric("store_bytes", "Bytes that the store takes for them.", now, func(s *replay.PublisherStats) float64 { return float64(s.Store.Bytes) }),
	publisherMetric("store_first", "Number of the oldest message that is kept.", now, func(s *replay.PublisherStats) float64 { return float64(s.Store.First) }),
	publisherMetric("store_next", "Number of the next message.", now, func(s *replay.PublisherStats) float64 { return float64(s.Store.Next) }),
}

var streamMetrics = []replayMetric[replay.SourceStats]{
	streamMetric("live_messages_total", "Messages that were received as they were published.", total, func(s *replay.SourceStats) float64 { return float64(s.Live) }),
	streamMetric("replayed_messages_total", "Messages that answers brought.", total, func(s *replay.SourceStats) float64 { return float64(s.Replayed) }),
	streamMetric("duplicates_total", "Messages that had been delivered already.", total, func(s *replay.SourceStats) float64 { return float64(s.Duplicates) }),
	streamMetric("lost_messages_total", "Messages that could not be had.", total, func(s *replay.SourceStats) float64 { return float64(s.Lost) }),
	streamMetric("gaps_total", "Times that messages were found to be missing.", total, func(s *replay.SourceStats) float64 { return float64(s.Gaps) }),
	streamMetric("restarts_total", "Times that the stream began to number anew.", total, func(s *replay.SourceStats) float64 { return float64(s.Restarts) }),
	streamMetric("stale_messages_total", "Messages of an epoch that is over.", total, func(s *replay.SourceStats) float64 { return float64(s.Stale) }),
	streamMetric("malformed_messages_total", "Messages that the format does not have.", total, func(s *replay.SourceStats) float64 { return float64(s.Malformed) }),
	streamMetric("unheld_messages_total", "Published messages that were dropped while others were missing, to be asked for later.", total, func(s *replay.SourceStats) float64 { return float64(s.Unheld) }),
	streamMetric("requests_total", "Requests for missing messages.", total, func(s *replay.SourceStats) float64 { return float64(s.Requests) }),
	streamMetric("failed_requests_total", "Requests that were not answered.", total, func(s *replay.SourceStats) float64 { return float64(s.Failed) }),
	streamMetric("next", "Number of the next message; all below are in the queue, or lost.", now, func(s *replay.SourceStats) float64 { return float64(s.Next) }),
	streamMetric("lag_messages", "Messages from the next on that are known to be published.", now, func(s *replay.SourceStats) float64 { return float64(s.Lag) }),
	streamMetric("caught_up", "1 if nothing is known to be missing, 0 otherwise.", now, func(s *replay.SourceStats) float64 {
		if s.CaughtUp {
			return 1
		}
		return 0
	}),
	streamMetric("held_messages", "Published messages that wait for those before them.", now, func(s *replay.SourceStats) float64 { return float64(s.Held) }),
	streamMetric("held_bytes", "Bytes of the messages that wait for those before them.", now, func(s *replay.SourceStats) float64 { return float64(s.HeldBytes) }),
}

// The epoch is a label: a number of Prometheus does not hold 64 bits.
var (
	publisherEpoch  = prometheus.NewDesc("zmq_replay_publisher_epoch_info", "1, with the epoch of the numbers as a label.", []string{"stream", "epoch"}, nil)
	streamEpoch     = prometheus.NewDesc("zmq_replay_subscriber_epoch_info", "1, with the epoch of the numbers as a label.", []string{"stream", "source", "host", "epoch"}, nil)
	notGatheredDesc = prometheus.NewDesc("zmq_replay_subscriber_not_gathered_messages_total", "Messages of streams beyond SubscriberConfig.MaxStreams, or whose endpoints are wrong, or names too long.", nil, nil)
	queuedDesc      = prometheus.NewDesc("zmq_replay_subscriber_queued_messages", "Messages that wait to be received by the program.", nil, nil)
	droppedDesc     = prometheus.NewDesc("zmq_replay_subscriber_events_dropped_total", "Events that the program did not read.", nil, nil)
)

// PublisherCollector is a prometheus.Collector for one replay.Publisher, whose metrics
// have its stream as a label. It reads the publisher when it is scraped. Metrics of a
// store that does not answer within two seconds are left out. Publishers that are
// registered together want another label each: see prometheus.WrapRegistererWith.
type PublisherCollector struct{ p *replay.Publisher }

// NewPublisherCollector returns a collector, which is safe for concurrent use.
func NewPublisherCollector(p *replay.Publisher) *PublisherCollector { return &PublisherCollector{p} }

// Describe implements prometheus.Collector.
func (c *PublisherCollector) Describe(ch chan<- *prometheus.Desc) {
	for i := range publisherMetrics {
		ch <- publisherMetrics[i].desc
	}
	for i := range storeMetrics {
		ch <- storeMetrics[i].desc
	}
	ch <- publisherEpoch
}

// Collect implements prometheus.Collector.
func (c *PublisherCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), storePatience)
	defer cancel()
	s, err := c.p.Stats(ctx)
	s.Stream = labelText(s.Stream)
	for i := range publisherMetrics {
		publisherMetrics[i].collect(ch, &s, s.Stream)
	}
	if err != nil {
		return
	}
	for i := range storeMetrics {
		storeMetrics[i].collect(ch, &s, s.Stream)
	}
	ch <- prometheus.MustNewConstMetric(publisherEpoch, now, 1, s.Stream, fmt.Sprintf("%x", s.Store.Epoch))
}

// SubscriberCollector is a prometheus.Collector for one replay.Subscriber. Its metrics have
// the labels "stream", "source", the index in SubscriberStats.Sources, and "host", which is
// empty unless Source.Each made the stream. Subscribers
// that are registered together want a label each: see prometheus.WrapRegistererWith.
type SubscriberCollector struct{ s *replay.Subscriber }

// NewSubscriberCollector returns a collector, which is safe for concurrent use.
func NewSubscriberCollector(s *replay.Subscriber) *SubscriberCollector {
	return &SubscriberCollector{s}
}

// Describe implements prometheus.Collector.
func (c *SubscriberCollector) Describe(ch chan<- *prometheus.Desc) {
	for i := range streamMetrics {
		ch <- streamMetrics[i].desc
	}
	ch <- streamEpoch
	ch <- queuedDesc
	ch <- droppedDesc
	ch <- notGatheredDesc
}

// Collect implements prometheus.Collector.
func (c *SubscriberCollector) Collect(ch chan<- prometheus.Metric) {
	s := c.s.Stats()
	for i := range s.Sources {
		x, source := &s.Sources[i], strconv.Itoa(i)
		x.Stream = labelText(x.Stream)
		for j := range streamMetrics {
			streamMetrics[j].collect(ch, x, x.Stream, source, x.Host)
		}
		ch <- prometheus.MustNewConstMetric(streamEpoch, now, 1, x.Stream, source, x.Host, fmt.Sprintf("%x", x.Epoch))
	}
	ch <- prometheus.MustNewConstMetric(queuedDesc, now, float64(s.Queued))
	ch <- prometheus.MustNewConstMetric(notGatheredDesc, total, float64(s.NotGathered))
	ch <- prometheus.MustNewConstMetric(droppedDesc, total, float64(s.EventsDropped))
}
