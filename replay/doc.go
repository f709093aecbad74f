// SPDX-License-Identifier: Apache-2.0

// Package replay is publish-subscribe that can be caught up with. A [Publisher] numbers
// every message of a stream, keeps it in a [Store] and publishes it. A [Subscriber]
// notices what it has missed, asks for it, and delivers every message once and in order.
// What the store does not keep any more is named. A [LostError] stands in the place of
// the messages.
//
//	pub, err := replay.NewPublisher(replay.PublisherConfig{Stream: "prices"})
//	err = pub.Bind("tcp://*:5556")
//	err = pub.BindReplay("tcp://*:5557")
//	number, err := pub.Publish(ctx, []byte("ZMQ 42"))
//
//	sub, err := replay.NewSubscriber(replay.SubscriberConfig{Sources: []replay.Source{{
//		Stream: "prices",
//		Live:   []string{"tcp://server:5556"},
//		Replay: []string{"tcp://server:5557"},
//	}}})
//	for m, err := range sub.Messages(ctx) {
//		...
//	}
//
// # Streams, numbers and epochs
//
// A stream is what is subscribed to as a whole. Its messages have the numbers 0, 1, 2
// and so on. The numbers belong to an epoch. A store that begins to number anew, such
// as that of a publisher that kept its messages in memory and was restarted, has another
// epoch. A [Position] names a message by both. A program that stores the position of
// the last message that it has processed goes on after it, with [After].
//
// # Being live
//
// A subscriber is live when it has delivered everything that it knows to be published.
// WaitLive waits for that. Between messages nothing tells a subscriber that it has
// missed the last one, so it asks after a silence of [SubscriberConfig].Probe, and
// whenever a connection is made.
//
// # Limits
//
// A subscriber that does not receive holds at most the bytes of
// [SubscriberConfig].QueueBytes. It stops reading, the publisher drops what it cannot
// send, and the subscriber asks for it later. A publisher answers a request with a page
// of at most [PublisherConfig].PageBytes, and sends it no faster than it is read.
//
// # Goroutines
//
// NewPublisher starts Publisher.serve, which receives requests, and serve starts
// Publisher.answer for each of them, [PublisherConfig].MaxRequests at most. While calls
// of Publish wait for each other, Publisher.gather stores their messages. NewSubscriber
// starts three for each source: lane.listen receives what is published, lane.catchUp
// asks for what is missing, and lane.watch observes connections. A source with Each has
// gathering.listen and gathering.watch instead, and a lane.catchUp for each stream. Close
// ends all of them and waits for them.
package replay
