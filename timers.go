// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"cmp"
	"container/heap"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/gozmq/zmq/internal/zerr"
)

// Timers are periodic timers for programs that run their own loop. Timeout says how
// long the loop may wait, and Execute calls the handlers that are due. There is no
// goroutine, so nothing happens between these calls. Programs without such a loop use
// time.Ticker or time.AfterFunc. The zero value is ready to use. (zmq_timers_new)
//
//	for {
//		ctx, cancel := timers.WithTimeout(ctx)
//		events, err := poller.Wait(ctx)
//		cancel()
//		…
//		timers.Execute()
//	}
//
// Times are those of the monotonic clock. All methods are safe for concurrent use, and
// handlers may call them.
type Timers struct {
	mu    sync.Mutex
	queue timerQueue
	byID  map[int]*timer
	last  int    // id of the newest timer
	order uint64 // counts armings, to keep equal times in order
}

// timer is one timer of Timers, and guarded by Timers.mu.
type timer struct {
	id       int
	interval time.Duration
	due      time.Time
	order    uint64
	index    int // in the queue
	f        func(id int)
}

// Add makes a timer that is due for the first time after interval, and then
// periodically. It returns the timer's id: 1, 2, 3 and so on, never used twice. Execute
// calls f with that id. A timer with an interval of 0 is due at each Execute. Errors:
// ErrInvalid for a nil f or a negative interval. (zmq_timers_add)
func (t *Timers) Add(interval time.Duration, f func(id int)) (id int, err error) {
	if f == nil || interval < 0 {
		return 0, fail("add timer", "", zerr.Errorf(zerr.ErrInvalid, "it needs a function and an interval of 0 or more, not %v", interval))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	x := &timer{id: t.last, interval: interval, f: f}
	if t.byID == nil {
		t.byID = make(map[int]*timer)
	}
	t.byID[x.id] = x
	t.arm(x, time.Now())
	heap.Push(&t.queue, x)
	return x.id, nil
}

// Cancel ends a timer at once. Its handler is not called any more, even if the timer is
// due. Error: ErrInvalid if there is no such timer. (zmq_timers_cancel)
func (t *Timers) Cancel(id int) error {
	return t.change("cancel timer", id, func(x *timer) {
		delete(t.byID, id)
		heap.Remove(&t.queue, x.index)
	})
}

// SetInterval changes the interval of a timer. It is next due one new interval from
// now. Errors: ErrInvalid if there is no such timer or the interval is negative.
// (zmq_timers_set_interval)
func (t *Timers) SetInterval(id int, interval time.Duration) error {
	if interval < 0 {
		return fail("set timer interval", "", zerr.Errorf(zerr.ErrInvalid, "%v is negative", interval))
	}
	return t.change("set timer interval", id, func(x *timer) {
		x.interval = interval
		t.arm(x, time.Now())
		heap.Fix(&t.queue, x.index)
	})
}

// Reset makes a timer due one interval from now. Error: ErrInvalid if there is no such
// timer. (zmq_timers_reset)
func (t *Timers) Reset(id int) error {
	return t.change("reset timer", id, func(x *timer) {
		t.arm(x, time.Now())
		heap.Fix(&t.queue, x.index)
	})
}

func (t *Timers) change(op string, id int, f func(*timer)) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	x := t.byID[id]
	if x == nil {
		return fail(op, "", zerr.Errorf(zerr.ErrInvalid, "there is no timer %d", id))
	}
	f(x)
	return nil
}

// arm sets when a timer is due. t.mu is held.
func (t *Timers) arm(x *timer, now time.Time) {
	t.order++
	x.due, x.order = now.Add(x.interval), t.order
}

// Timeout returns how long it is until the next timer is due, 0 if one is due
// already. ok is false if there are no timers. (zmq_timers_timeout)
func (t *Timers) Timeout() (d time.Duration, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.queue) == 0 {
		return 0, false
	}
	return max(time.Until(t.queue[0].due), 0), true
}

// WithTimeout returns a context that ends with ctx or, with context.DeadlineExceeded,
// when the next timer is due. The caller must call cancel after the wait. Without
// timers the context ends with ctx alone. If ctx is nil, the context has ended already, and
// context.Cause says why.
func (t *Timers) WithTimeout(ctx context.Context) (_ context.Context, cancel context.CancelFunc) {
	if ctx == nil {
		ended, end := context.WithCancelCause(context.Background())
		end(fail("timers with timeout", "", errNilContext))
		return ended, func() {}
	}
	d, ok := t.Timeout()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, d)
}

// Execute calls the handlers of all timers that are due at the time of the call, in the
// order in which they became due, and returns the number of calls. The next period of
// each timer begins at that time, and missed periods are skipped. If a handler adds,
// changes or cancels timers, that affects the remaining calls at once. But a timer that
// a handler adds or changes is not due before the next Execute, whatever its interval,
// so that Execute ends. Concurrent calls of Execute share the work.
// (zmq_timers_execute)
func (t *Timers) Execute() int {
	now := time.Now()
	n := 0
	for _, x := range t.take(now) {
		if t.stands(x) {
			n++
			x.f(x.id)
		}
	}
	return n
}

// dueTimer is a timer that Execute has taken, with the number of its arming at that
// time.
type dueTimer struct {
	*timer
	armed uint64
}

// take returns the timers that are due, in order, and arms them again.
func (t *Timers) take(now time.Time) []dueTimer {
	t.mu.Lock()
	defer t.mu.Unlock()
	var due []dueTimer
	for len(t.queue) > 0 && !t.queue[0].due.After(now) {
		due = append(due, dueTimer{timer: heap.Pop(&t.queue).(*timer)})
	}
	for i, x := range due {
		t.arm(x.timer, now)
		due[i].armed = x.order
		heap.Push(&t.queue, x.timer)
	}
	return due
}

// stands reports whether the timer has not been cancelled or armed since.
func (t *Timers) stands(x dueTimer) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.byID[x.id] == x.timer && x.order == x.armed
}

// timerQueue is a heap by due time.
type timerQueue []*timer

// Len implements heap.Interface.
func (q timerQueue) Len() int { return len(q) }

// Less implements heap.Interface.
func (q timerQueue) Less(i, j int) bool { return q[i].compare(q[j]) < 0 }

// Swap implements heap.Interface.
func (q timerQueue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

// Push implements heap.Interface.
func (q *timerQueue) Push(x any) {
	x.(*timer).index = len(*q)
	*q = append(*q, x.(*timer))
}

// Pop implements heap.Interface.
func (q *timerQueue) Pop() any {
	last := len(*q) - 1
	x := (*q)[last]
	*q = slices.Delete(*q, last, last+1)
	return x
}

func (x *timer) compare(y *timer) int {
	if c := x.due.Compare(y.due); c != 0 {
		return c
	}
	return cmp.Compare(x.order, y.order)
}
