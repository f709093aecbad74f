// SPDX-License-Identifier: Apache-2.0

package zmqtest

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestPatientEndsWhenOneThingTakesTooLong, however long the test takes in all.
func TestPatientEndsWhenOneThingTakesTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := Patient(10 * time.Second)
		defer cancel()
		for range 100 { // calls that end in time
			select {
			case <-time.After(9 * time.Second):
			case <-ctx.Done():
				t.Fatal("it ends although each call took 9 seconds")
			}
		}
		began := time.Now()
		for done := ctx.Done(); ctx.Err() == nil; { // a loop that looks at it does not renew it
			select {
			case <-done:
			case <-time.After(time.Second):
			}
		}
		if took := time.Since(began); took != 10*time.Second || ctx.Err() != context.DeadlineExceeded {
			t.Errorf("it ends after %v with %v", took, ctx.Err())
		}
	})
}

// TestPatientEndsItsChildren as any context does, without a goroutine of its own.
func TestPatientEndsItsChildren(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := Patient(10 * time.Second)
		child, cancelChild := context.WithCancel(ctx)
		defer cancelChild()
		cancel()
		if child.Err() != context.Canceled || ctx.Err() != context.Canceled {
			t.Errorf("%v, %v", child.Err(), ctx.Err())
		}
	})
}

func TestDeadline(t *testing.T) {
	var ended <-chan struct{}
	t.Run("inner", func(t *testing.T) {
		ctx := Deadline(t)
		if err := ctx.Err(); err != nil {
			t.Errorf("ended at once: %v", err)
		}
		ended = ctx.Done()
	})
	<-ended
}
