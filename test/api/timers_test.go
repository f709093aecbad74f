// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gozmq/zmq"
)

// clockwork is a set of timers whose calls are noted as "id@milliseconds".
type clockwork struct {
	*testing.T
	zmq.Timers
	start time.Time
	calls []string
}

func withTimers(t *testing.T, test func(c *clockwork)) {
	synctest.Test(t, func(t *testing.T) { test(&clockwork{T: t, start: time.Now()}) })
}

func (c *clockwork) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c *clockwork) add(ms int) int {
	id, err := c.Add(time.Duration(ms)*time.Millisecond, c.note)
	c.must(err)
	return id
}

func (c *clockwork) note(id int) {
	c.calls = append(c.calls, fmt.Sprintf("%d@%d", id, time.Since(c.start).Milliseconds()))
}

// at goes on to a time and executes what is due.
func (c *clockwork) at(ms int) {
	<-time.After(time.Until(c.start.Add(time.Duration(ms) * time.Millisecond))) // of the bubble
	c.Execute()
}

func (c *clockwork) want(calls ...string) {
	c.Helper()
	if !reflect.DeepEqual(c.calls, calls) {
		c.Errorf("calls %q, want %q", c.calls, calls)
	}
	c.calls = nil
}

func (c *clockwork) timeout(want time.Duration, wantOK bool) {
	c.Helper()
	if d, ok := c.Timeout(); d != want || ok != wantOK {
		c.Errorf("Timeout %v, %v; want %v, %v", d, ok, want, wantOK)
	}
}

func TestTimersRepeatUntilCancelled(t *testing.T) {
	withTimers(t, func(c *clockwork) {
		c.timeout(0, false)
		id := c.add(100)
		c.timeout(100*time.Millisecond, true)
		c.at(99)
		c.want()
		c.timeout(time.Millisecond, true)
		c.at(100)
		c.want("1@100")
		c.at(200)
		c.want("1@200")
		c.must(c.Cancel(id))
		c.timeout(0, false)
		c.at(300)
		c.want()
	})
}

func TestTimersIDsAreNeverUsedTwice(t *testing.T) {
	withTimers(t, func(c *clockwork) {
		for want := 1; want < 4; want++ {
			if id := c.add(10); id != want {
				t.Errorf("id %d, want %d", id, want)
			}
			c.must(c.Cancel(want))
		}
	})
}

// What was missed is not made up for: a timer goes on from the time of Execute.
func TestTimersDoNotCatchUp(t *testing.T) {
	withTimers(t, func(c *clockwork) {
		c.add(100)
		c.at(350)
		c.timeout(100*time.Millisecond, true)
		c.at(449)
		c.at(450)
		c.want("1@350", "1@450")
	})
}

func TestTimersRunInOrderOfExpiryThenOfArming(t *testing.T) {
	withTimers(t, func(c *clockwork) {
		c.add(30)
		c.add(10)
		c.add(20)
		c.add(10)
		c.at(50)
		c.want("2@50", "4@50", "3@50", "1@50")
	})
}

func TestTimersSetIntervalAndReset(t *testing.T) {
	withTimers(t, func(c *clockwork) {
		id := c.add(100)
		c.at(50)
		c.must(c.SetInterval(id, 200*time.Millisecond)) // from now
		c.at(249)
		c.want()
		c.at(250)
		c.want("1@250")
		c.at(400)
		c.must(c.Reset(id))
		c.at(599)
		c.want()
		c.at(600)
		c.want("1@600")
	})
}

func TestTimersRefuse(t *testing.T) {
	withTimers(t, func(c *clockwork) {
		id := c.add(10)
		c.must(c.Cancel(id))
		_, nilHandler := c.Add(0, nil)
		_, negative := c.Add(-1, c.note)
		for what, err := range map[string]error{
			"nil": nilHandler, "negative": negative, "cancelled twice": c.Cancel(id), "reset": c.Reset(id),
			"unknown": c.Cancel(99), "set interval": c.SetInterval(id, 1), "negative interval": c.SetInterval(c.add(1), -1),
		} {
			if !errors.Is(err, zmq.ErrInvalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

// Timers that a handler cancels or arms anew are not called in the same pass, and
// what it adds waits for the next, even with an interval of 0.
func TestTimersHandlersMayChangeTimers(t *testing.T) {
	withTimers(t, func(c *clockwork) {
		var cancelled, reset, slowed int
		first, err := c.Add(10*time.Millisecond, func(id int) {
			c.note(id)
			c.must(c.Cancel(id))
			c.must(c.Cancel(cancelled))
			c.must(c.Reset(reset))
			c.must(c.SetInterval(slowed, time.Second))
			c.add(0)
		})
		c.must(err)
		cancelled, reset, slowed = c.add(20), c.add(20), c.add(20)
		if first != 1 {
			t.Fatal(first)
		}
		c.at(20)
		c.want("1@20")
		c.timeout(0, true)
		c.at(40)
		c.want("5@40", "3@40")
	})
}

// An interval of 0 is due at each Execute, which ends all the same.
func TestTimersOfIntervalZero(t *testing.T) {
	withTimers(t, func(c *clockwork) {
		c.add(0)
		for range 3 {
			if n := c.Execute(); n != 1 {
				t.Errorf("%d calls", n)
			}
		}
		c.want("1@0", "1@0", "1@0")
	})
}

// A loop of one's own: wait for messages, but not longer than to the next timer.
func TestTimersWithTimeout(t *testing.T) {
	withTimers(t, func(c *clockwork) {
		ctx, cancel := c.WithTimeout(c.Context())
		if _, limited := ctx.Deadline(); limited {
			t.Error("a deadline without timers")
		}
		cancel()
		c.add(100)
		ctx, cancel = c.WithTimeout(c.Context())
		defer cancel()
		<-ctx.Done()
		if !errors.Is(ctx.Err(), context.DeadlineExceeded) || time.Since(c.start) != 100*time.Millisecond {
			t.Errorf("%v after %v", ctx.Err(), time.Since(c.start))
		}
		c.Execute()
		c.want("1@100")
	})
}
