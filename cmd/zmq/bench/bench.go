// SPDX-License-Identifier: Apache-2.0

// Package bench measures how many messages a second pass between two programs, and how
// long a reply takes. One of them serves. It receives, counts and echoes. The other one
// says by a control connection what is to be measured, and then sends:
//
//	client                                      server
//	REQ  -- start: pattern, size -->            REP
//	     <-- where the data socket is --
//	PUSH ============ messages ============>    PULL, which counts
//	REQ  -- count, stop -->                     REP
//	     <-- messages, bytes, time --
//
// Rates are those of the receiver, from the first message to the last one. Round trips are
// measured by the client.
//
// Goroutines: Serve has one that receives for each session and waits for it when the session
// ends. Client.Run has one that sends, or asks, and waits for it.
package bench

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gozmq/zmq"
)

// Pattern is a pair of socket types that can be measured.
type Pattern struct {
	Name    string         // such as "push-pull"
	Client  zmq.SocketType // sends
	Server  zmq.SocketType // receives, and replies if the pattern has replies
	Replies bool           // round trips are measured, not a one-way stream
}

// Patterns are all that can be measured.
var Patterns = []Pattern{
	{Name: "push-pull", Client: zmq.PUSH, Server: zmq.PULL},
	{Name: "pub-sub", Client: zmq.PUB, Server: zmq.SUB},
	{Name: "pair", Client: zmq.PAIR, Server: zmq.PAIR},
	{Name: "req-rep", Client: zmq.REQ, Server: zmq.REP, Replies: true},
	{Name: "dealer-router", Client: zmq.DEALER, Server: zmq.ROUTER, Replies: true},
	{Name: "scatter-gather", Client: zmq.SCATTER, Server: zmq.GATHER},
	{Name: "client-server", Client: zmq.CLIENT, Server: zmq.SERVER, Replies: true},
	{Name: "radio-dish", Client: zmq.RADIO, Server: zmq.DISH},
}

// PatternNames lists the names of all patterns.
func PatternNames() (names []string) {
	for _, p := range Patterns {
		names = append(names, p.Name)
	}
	return names
}

// FindPattern returns the pattern with a name.
func FindPattern(name string) (Pattern, error) {
	i := slices.IndexFunc(Patterns, func(p Pattern) bool { return p.Name == name })
	if i < 0 {
		return Pattern{}, fmt.Errorf("there is no pattern %q; there are %s", name, strings.Join(PatternNames(), ", "))
	}
	return Patterns[i], nil
}

// MaxSize is the largest message that is measured, in bytes.
const MaxSize = 64 << 20

// Run says what is measured once.
type Run struct {
	Pattern Pattern       // which sockets
	Size    int           // of a message, in bytes
	Time    time.Duration // for which messages are sent
	Count   uint64        // after how many messages the run ends, whatever Time is; 0 is none
	Window  int           // requests at a time, with dealer-router and client-server; others have one
}

// Result is what one run has found. Its JSON is promised to scripts.
type Result struct {
	Pattern     string   `json:"pattern"`                      // its name
	Mechanism   string   `json:"mechanism"`                    // NULL, PLAIN or CURVE
	Size        int      `json:"size"`                         // of a message, in bytes
	Window      int      `json:"window,omitempty"`             // requests at a time
	Messages    uint64   `json:"messages"`                     // that arrived, or round trips
	Lost        uint64   `json:"lost"`                         // that were sent and did not arrive
	Seconds     float64  `json:"seconds"`                      // that the run took, without its beginning and end
	Rate        float64  `json:"messages_per_second"`          // of what arrived
	Bytes       float64  `json:"bytes_per_second"`             // of content, in one direction
	RoundTrip   *Latency `json:"round_trip_seconds,omitempty"` // nil of a one-way stream
	Progression []Sample `json:"progression"`                  // the rate over time
}

// Sample is the rate in a part of a run.
type Sample struct {
	Seconds float64 `json:"seconds"`             // since the beginning of the run
	Rate    float64 `json:"messages_per_second"` // since the sample before
}

// Latency is a distribution of times, in seconds.
type Latency struct {
	Min    float64 `json:"min"`  // the least
	Median float64 `json:"p50"`  // half of them took no longer
	P90    float64 `json:"p90"`  // 90 % took no longer
	P99    float64 `json:"p99"`  // 99 % took no longer
	P999   float64 `json:"p999"` // 99.9 % took no longer
	Max    float64 `json:"max"`  // the most
}

// order is what the client asks of the server, as JSON.
type order struct {
	Op      string `json:"op"` // start, count, stop
	Pattern string `json:"pattern,omitempty"`
	Size    int    `json:"size,omitempty"`
	Sent    uint64 `json:"sent,omitempty"` // with stop: how many are to arrive
}

// answer is what the server replies.
type answer struct {
	Error    string `json:"error,omitempty"`
	Endpoint string `json:"endpoint,omitempty"` // of the data socket
	Messages uint64 `json:"messages,omitempty"`
	Timed    uint64 `json:"timed,omitempty"` // those of the messages that came in the time
	Nanos    int64  `json:"nanos,omitempty"` // from the first message to the last one of them
}
