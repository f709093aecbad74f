// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/gozmq/zmq/internal/wire"
)

// upstream queues what an XSUB sends: subscriptions and messages in turn, three of each.
func upstream(t *testing.T, o *Outbox) {
	t.Helper()
	for i := range 3 {
		o.Subscription(fmt.Appendf(nil, "topic %d", i), i == 2)
		mustAppend(t, o, fmt.Sprint("message ", i), "of two frames")
	}
}

// TestSubscriptionsAreNoMessages: whatever form the peer's version of ZMTP gives them,
// subscriptions are counted nowhere, and those that a connection did not take end with
// it. The messages among them are kept, and counted once, wherever it breaks.
func TestSubscriptionsAreNoMessages(t *testing.T) {
	for _, v := range []wire.Version{wire.V1, wire.V2, wire.V30, wire.V31} {
		for size, n := 1, 0; n <= size; n++ {
			o := newOutbox(3)
			o.Attach(idleLink{}, v)
			upstream(t, o)
			var b Batch
			if !o.Take(&b) {
				t.Fatal("nothing was taken")
			}
			size = b.Size
			var want []byte
			kept := 0
			for i := range 3 {
				m := encoded(fmt.Sprint("message ", i), "of two frames")
				if bytes.Index(b.wireBytes(), m)+len(m) > n {
					want = append(want, m...)
					kept++
				}
			}
			o.Stuck(&b, n)
			if c := o.Count(); c != kept {
				t.Fatalf("%v, %d of %d bytes: %d messages wait before the break, want %d", v, n, size, c, kept)
			}
			done, upTo := 0, 0
			b.Cut = func(msgs, wireBytes int) { done, upTo = msgs, wireBytes }
			o.Failed(&b, n)
			if done != 3-kept || upTo > n || o.Count() != kept || o.room(9) != 3-kept {
				t.Fatalf("%v, %d of %d bytes: %d messages are done in %d bytes, %d wait, room for %d; want %d to be done",
					v, n, size, done, upTo, o.Count(), o.room(9), 3-kept)
			}
			o.Detach()
			o.Attach(idleLink{}, v)
			if o.takeTokenLocked(); o.Take(&b) != (kept > 0) || !bytes.Equal(b.wireBytes(), want) {
				t.Fatalf("%v, %d of %d bytes: the next connection gets %q, want %q", v, n, size, b.wireBytes(), want)
			}
		}
	}
}

// TestSubscriptionsKeepTheirPlace among the messages that an XSUB sends.
func TestSubscriptionsKeepTheirPlace(t *testing.T) {
	for _, v := range []wire.Version{wire.V2, wire.V30, wire.V31} {
		for _, early := range []bool{false, true} {
			o := newOutbox(3)
			if !early {
				o.Attach(idleLink{}, v)
			}
			upstream(t, o)
			if early {
				o.Attach(idleLink{}, v)
			}
			var want []byte
			for i := range 3 {
				want = wire.AppendSubscription(want, fmt.Appendf(nil, "topic %d", i), i == 2, v)
				want = append(want, encoded(fmt.Sprint("message ", i), "of two frames")...)
			}
			var b Batch
			if o.Take(&b); !bytes.Equal(b.wireBytes(), want) {
				t.Errorf("%v, early %v:\n%q, want\n%q", v, early, b.wireBytes(), want)
			}
			if o.Sent(&b); o.Count() != 0 || o.room(9) != 3 {
				t.Errorf("%v, early %v: %d messages wait, room for %d", v, early, o.Count(), o.room(9))
			}
		}
	}
}
