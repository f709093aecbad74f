// SPDX-License-Identifier: Apache-2.0

package zmqtest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// testPatience is how long a test waits for one thing: enough under the race detector
// on two busy cores, so that reaching it means that something hangs. What a test does with
// a context that it derives has this time in all.
const testPatience = 2 * time.Minute

// Deadline returns a context that ends when a call has waited with it for two minutes,
// or when the test and the cleanups registered after this call are over. Inside a
// synctest bubble the two minutes are those of the bubble.
func Deadline(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := Patient(testPatience)
	t.Cleanup(cancel)
	return ctx
}

// Patient returns a context that ends when nothing has asked for its end during a time.
// Every call that waits asks by Done, so that a test of many calls has that time for each
// of them: how long they take together is a matter of the machine. Err does not count, so
// that a loop may look at it. A context that is derived from it asks once, when it is made.
func Patient(limit time.Duration) (context.Context, context.CancelFunc) {
	inner, end := context.WithCancelCause(context.Background())
	p := &patient{Context: inner, end: end, limit: limit, start: time.Now()}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.timer = time.AfterFunc(limit, p.look)
	return p, p.cancel
}

// patient is the context that Patient returns.
type patient struct {
	context.Context // without a deadline
	end             context.CancelCauseFunc
	limit           time.Duration
	start           time.Time
	asked           atomic.Int64 // when its end was asked for, since start

	mu    sync.Mutex
	timer *time.Timer
}

// Done implements context.Context.
func (p *patient) Done() <-chan struct{} {
	p.asked.Store(int64(time.Since(p.start)))
	return p.Context.Done()
}

// Err implements context.Context.
func (p *patient) Err() error { return context.Cause(p.Context) }

// look ends the context if it was not asked for since the limit before now.
func (p *patient) look() {
	left := p.limit - (time.Since(p.start) - time.Duration(p.asked.Load()))
	if left <= 0 {
		p.end(context.DeadlineExceeded)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.Context.Err() == nil {
		p.timer.Reset(left)
	}
}

func (p *patient) cancel() {
	p.end(nil)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.timer.Stop()
}
