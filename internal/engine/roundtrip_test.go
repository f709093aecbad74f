// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestRoundTripIsThatOfThePingAnswered, however late the answers come, however
// many are on their way, and whatever else the peer sends.
func TestRoundTripIsThatOfThePingAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r roundTrip
		want := func(d time.Duration, answered bool) {
			t.Helper()
			if got, ok := r.pong(); ok != answered || got != d {
				t.Errorf("%v, %v; want %v, %v", got, ok, d, answered)
			}
		}
		want(0, false) // unasked
		r.ping()
		time.Sleep(3 * time.Millisecond)
		want(3*time.Millisecond, true)
		want(0, false)
		r.ping()
		time.Sleep(time.Second)
		r.ping()
		time.Sleep(time.Second)
		r.ping()
		want(2*time.Second, true) // of the first
		r.ping()                  // timed from now on, while two older ones are not answered
		time.Sleep(time.Second)
		want(0, false)
		want(0, false)
		want(time.Second, true)
		want(0, false)
	})
}
