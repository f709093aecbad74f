// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"sync/atomic"
	"time"
)

// Route is what the patterns keep with a pipe, guarded by the socket's lock.
type Route struct {
	ID         []byte    // routing id; nil while the peer is anonymous
	Key        string    // the same, as the table of routes has it
	Datagram   int       // the largest that the pipe carries; 0: it carries messages of any size
	Multicast  bool      // it goes to a group, or comes from one: subscribers choose
	Label      *Label    // of messages from the peer and to it, with its number
	FullAt     time.Time // when it lost a message first since it last had room
	Chosen     uint64    // last fan-out that chose this pipe
	Notices    int       // subscription notices that wait for the application
	TopicBytes int       // of the topics that the peer subscribed to and not cancelled
	Topics     Holding   // the memory of these, guarded by the publisher's subscriptions
	Unread     Holding   // the memory of Notices, likewise
	After      *Origin   // of a fair queue: the origin that the pipe gives its turns to; nil: it keeps them
	Left       *Origin   // the same, of a pipe that has departed: where it is noted
	Came       uint64    // departures when the pipe came
	Departed   uint64    // its own place among them

	Heirs    []*Pipe // of a pipe that has hung up: those of its origin that are read afterwards
	InRing   bool    // member of the fair queue's ring
	OutRing  bool    // member of the load balancer's ring
	Attached bool
	Whole    bool        // a subscriber sends its whole set when the publisher is there
	Held     bool        // its reader waits until the application has read notices
	HungUp   bool        // the peer has gone, and what it left is still being read
	Overfull bool        // exceeded a limit on subscriptions on this connection
	Leaving  bool        // its subscriptions are being removed; none of them counts
	Moved    bool        // has no routing id any more: ends once drained
	Gone     atomic.Bool // detached: a publisher takes no subscriptions of it any more
}

// Origin is what a fair queue keeps of a sender beyond one connection.
type Origin struct {
	Key  string
	Left []*Pipe // departed, with something to read, in the order of their departure
}
