// SPDX-License-Identifier: Apache-2.0

//go:build unix

package replay

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/gozmq/zmq"
)

// processorTime is what the process has used.
func processorTime(b *testing.B) time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// measured runs a benchmark that sends and one that receives b.N messages.
func measured(b *testing.B, send, receive func() error) {
	done := make(chan error, 1)
	before := processorTime(b)
	b.ResetTimer()
	go func() {
		for range b.N {
			if err := receive(); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	go func() {
		for range b.N {
			if err := send(); err != nil {
				return // the receiver's error is the cause
			}
		}
	}()
	check(b, <-done)
	b.StopTimer()
	b.ReportMetric(float64(processorTime(b)-before)/float64(b.N), "cpu-ns/message")
}

// BenchmarkPlain is PUB and SUB over TCP with messages of one frame, without anything
// of this package.
func BenchmarkPlain(b *testing.B) {
	zctx, err := zmq.NewContext(zmq.ContextConfig{})
	check(b, err)
	defer func() { check(b, zctx.Close()) }()
	pub, err := zctx.NewSocket(zmq.PUB, zmq.XPubNoDrop.Of(true))
	check(b, err)
	sub, err := zctx.NewSocket(zmq.SUB)
	check(b, err)
	ctx := context.Background()
	check(b, pub.Bind("tcp://127.0.0.1:*"))
	check(b, sub.Subscribe(""))
	check(b, sub.Connect(pub.LastEndpoint()))
	check(b, pub.WaitSubscribers(ctx, "", 1))
	payload := make([]byte, 256)
	measured(b,
		func() error { return pub.Send(ctx, payload) },
		func() error { _, err := sub.Recv(ctx); return err })
}

// BenchmarkReplayable is the same with a Publisher, which keeps all in memory, and a
// Subscriber.
func BenchmarkReplayable(b *testing.B) {
	zctx, err := zmq.NewContext(zmq.ContextConfig{})
	check(b, err)
	defer func() { check(b, zctx.Close()) }()
	pub, err := NewPublisher(PublisherConfig{Stream: "s", Context: zctx, LiveSettings: []zmq.Setting{zmq.XPubNoDrop.Of(true)}})
	check(b, err)
	defer func() { check(b, pub.Close()) }()
	check(b, pub.Bind("tcp://127.0.0.1:*"))
	check(b, pub.BindReplay("tcp://127.0.0.1:*"))
	sub, err := NewSubscriber(SubscriberConfig{Context: zctx, Probe: time.Hour, Sources: []Source{{
		Stream: "s", Live: []string{pub.LiveSocket().LastEndpoint()}, Replay: []string{pub.ReplaySocket().LastEndpoint()},
	}}})
	check(b, err)
	defer func() { check(b, sub.Close()) }()
	ctx := context.Background()
	check(b, pub.LiveSocket().WaitSubscribers(ctx, "s\x00", 1))
	_, err = pub.Publish(ctx, nil)
	check(b, err)
	for m := (Message{}); !m.Live; { // the first may be one of those before
		m, err = sub.Recv(ctx)
		check(b, err)
		if !m.Live {
			_, err = pub.Publish(ctx, nil)
			check(b, err)
		}
	}
	payload := make([]byte, 256)
	measured(b,
		func() error { _, err := pub.Publish(ctx, payload); return err },
		func() error { _, err := sub.Recv(ctx); return err })
	if n := sub.Counts()[0].Replayed; n > 0 {
		b.ReportMetric(float64(n), "replayed")
	}
}

// BenchmarkCatchUp receives b.N messages that were published before, from memory.
func BenchmarkCatchUp(b *testing.B) {
	zctx, err := zmq.NewContext(zmq.ContextConfig{})
	check(b, err)
	defer func() { check(b, zctx.Close()) }()
	store := NewMemory(Retention{Messages: uint64(b.N)})
	payload := make([]byte, 256)
	ctx := context.Background()
	for range b.N {
		check(b, store.Append(ctx, []Record{{Time: time.Now(), Frames: [][]byte{payload}}}))
	}
	pub, err := NewPublisher(PublisherConfig{Stream: "s", Store: store, Context: zctx})
	check(b, err)
	defer func() { check(b, pub.Close()) }()
	check(b, pub.BindReplay("tcp://127.0.0.1:*"))
	b.ResetTimer()
	sub, err := NewSubscriber(SubscriberConfig{Context: zctx, Sources: []Source{{Stream: "s", Replay: []string{pub.ReplaySocket().LastEndpoint()}}}})
	check(b, err)
	defer func() { check(b, sub.Close()) }()
	for range b.N {
		_, err := sub.Recv(ctx)
		check(b, err)
	}
	b.StopTimer()
}

func check(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
