// SPDX-License-Identifier: Apache-2.0

// Package jetstream is a replay.Store in a stream of NATS JetStream, for more than
// one machine. Publishers on several machines share a stream. Each of them stores its
// messages there, publishes them by ZeroMQ, and answers requests for all of them. If one
// dies, the others go on with its numbers.
//
//	nc, err := nats.Connect("nats://nats:4222")
//	js, err := natsjetstream.New(nc)
//	store, err := jetstream.Open(ctx, js, jetstream.Config{Name: "PRICES", Replicas: 3})
//	pub, err := replay.NewPublisher(replay.PublisherConfig{Stream: "prices", Store: store})
//
// Number n has the sequence n+1 in JetStream. The epoch is the time at which the stream
// was made. A message of one frame is the data of one in JetStream, so that clients of
// NATS can read it; of several frames, the header Zmq-Frames has the lengths. Nothing else
// may publish to the subject.
//
// The package starts no goroutine.
package jetstream
