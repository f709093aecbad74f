// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/gozmq/zmq/internal/zerr"
)

// Trace is told what becomes of the descriptors that Dial and Listen open and
// do not return: what libzmq's monitor tells as CONNECT_DELAYED and CLOSED. Its
// functions may be called from another goroutine than Dial's, but not after Dial
// has returned; nil ones are not called.
type Trace struct {
	// Delayed says that the system is still busy connecting.
	Delayed func(fd int)
	// Closed says that an attempt came to nothing, after its descriptor was
	// closed. It is not called where there never was one, because a name does not
	// resolve for example.
	Closed func(fd int, err error)
}

type traceKey struct{}

// WithTrace returns a context for one Dial or Listen that is to be traced.
func WithTrace(ctx context.Context, t *Trace) context.Context {
	return context.WithValue(ctx, traceKey{}, t)
}

// TraceOf returns the Trace of a context, with functions that do nothing in the place of
// those that are nil.
func TraceOf(ctx context.Context) Trace {
	t := Trace{Delayed: func(int) {}, Closed: func(int, error) {}}
	if x, _ := ctx.Value(traceKey{}).(*Trace); x != nil {
		if x.Delayed != nil {
			t.Delayed = x.Delayed
		}
		if x.Closed != nil {
			t.Closed = x.Closed
		}
	}
	return t
}

// delay is how long an attempt may take before it counts as pending. What the
// system knows by itself, that there is no route for example, it says within
// microseconds.
const delay = time.Millisecond

// Attempt is one descriptor on its way to becoming a connection or a listener:
// the side of a Trace that transports use. A nil *Attempt, which
// NewAttempt returns if the Trace is not observed, does nothing.
type Attempt struct {
	trace *Trace

	mu     sync.Mutex
	fd     int
	opened bool
	waits  bool        // the system connects in the background
	told   bool        // of the delay
	timer  *time.Timer // tells of the delay
}

// NewAttempt begins an attempt. waits says that the system may take its time, as
// TCP does and Unix sockets do not.
func NewAttempt(ctx context.Context, waits bool) *Attempt {
	t, _ := ctx.Value(traceKey{}).(*Trace)
	if t == nil {
		return nil
	}
	return &Attempt{trace: t, waits: waits && t.Delayed != nil, fd: -1}
}

// Control returns a hook for a net.Dialer or net.ListenConfig that notes the
// descriptor and calls next, which may be nil.
func (a *Attempt) Control(next func(network, address string, c syscall.RawConn) error) func(string, string, syscall.RawConn) error {
	if a == nil || runtime.GOOS == "js" || runtime.GOOS == "wasip1" { // whose networks refuse hooks
		return next
	}
	return func(network, address string, c syscall.RawConn) error {
		if err := c.Control(func(fd uintptr) { a.open(int(fd)) }); err != nil {
			return err
		}
		if next == nil {
			return nil
		}
		return next(network, address, c)
	}
}

// begin notes that the attempt is under way, without a descriptor that is known.
func (a *Attempt) begin() {
	if a != nil {
		a.open(-1)
	}
}

func (a *Attempt) open(fd int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.fd, a.opened = fd, true
	if a.waits && a.timer == nil {
		a.timer = time.AfterFunc(delay, a.pending)
	}
}

// pending runs when the system has not answered at once.
func (a *Attempt) pending() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tellLocked()
}

// tellLocked holds mu during the call, so that what follows comes after it.
func (a *Attempt) tellLocked() {
	if a.waits && a.opened && !a.told {
		a.told = true
		a.trace.Delayed(a.fd)
	}
}

// End tells how the attempt came out. A descriptor that is no use has been
// closed.
func (a *Attempt) End(err error) {
	if a == nil {
		return
	}
	a.mu.Lock()
	if a.timer != nil {
		a.timer.Stop()
	}
	if !atOnce(err) {
		a.tellLocked()
	}
	a.told = true // a timer that fired meanwhile is late
	closed := err != nil && a.opened && a.trace.Closed != nil
	a.mu.Unlock()
	if closed {
		a.trace.Closed(a.fd, err)
	}
}

// atOnce recognises what connect(2) answers before anything was sent.
func atOnce(err error) bool {
	var e syscall.Errno
	if !errors.As(err, &e) {
		return false
	}
	switch zerr.Posix(e) {
	case syscall.ENETUNREACH, syscall.EADDRNOTAVAIL, syscall.EAFNOSUPPORT, syscall.EACCES, syscall.EPERM, syscall.EINVAL:
		return true
	}
	return false
}

// Descriptor returns the number of the descriptor behind a connection or
// listener, -1 where there is none.
func Descriptor(x any) int {
	sc, ok := x.(syscall.Conn)
	if !ok {
		return -1
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return -1
	}
	n := -1
	if err := raw.Control(func(fd uintptr) { n = int(fd) }); err != nil {
		return -1
	}
	return n
}
