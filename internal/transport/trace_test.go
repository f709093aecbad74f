// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"reflect"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// told is a trace that keeps what it is told.
type told struct {
	mu   sync.Mutex
	list []string
}

func (l *told) add(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, text)
}

func (l *told) context() context.Context {
	return WithTrace(context.Background(), &Trace{
		Delayed: func(fd int) { l.add(fmt.Sprint("delayed ", fd)) },
		Closed:  func(fd int, err error) { l.add(fmt.Sprint("closed ", fd, " ", err)) },
	})
}

// want says what has been told since the last time.
func (l *told) want(t *testing.T, want ...string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if !reflect.DeepEqual(l.list, want) {
		t.Errorf("told %q, want %q", l.list, want)
	}
	l.list = nil
}

// raw stands for a socket on its way.
type raw int

func (r raw) Control(f func(fd uintptr)) error { f(uintptr(r)); return nil }
func (raw) Read(func(uintptr) bool) error      { return nil }
func (raw) Write(func(uintptr) bool) error     { return nil }

// opened begins an attempt that has a descriptor.
func opened(t *testing.T, ctx context.Context, waits bool, fd int) *Attempt {
	t.Helper()
	a := NewAttempt(ctx, waits)
	if err := a.Control(nil)("", "", raw(fd)); err != nil {
		t.Fatal(err)
	}
	return a
}

// TestAttemptThatWaitsIsTold if it takes longer than the system needs to decide by
// itself, or if a peer has answered.
func TestAttemptThatWaitsIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l told
		a := opened(t, l.context(), true, 7)
		l.want(t)
		time.Sleep(delay)
		synctest.Wait()
		l.want(t, "delayed 7")
		a.End(nil)
		l.want(t)

		opened(t, l.context(), true, 8).End(nil) // at once, but nevertheless not by itself
		opened(t, l.context(), true, 9).End(syscall.ECONNREFUSED)
		l.want(t, "delayed 8", "delayed 9", "closed 9 connection refused")
	})
}

// TestAttemptThatFailsAtOnceDoesNotWait: zmq_socket_monitor has CONNECT_DELAYED
// for what connect(2) begins only. In a bubble no time passes between the two.
func TestAttemptThatFailsAtOnceDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l told
		opened(t, l.context(), true, 7).End(fmt.Errorf("dial: %w", syscall.ENETUNREACH))
		opened(t, l.context(), false, 8).End(syscall.ECONNREFUSED)
		opened(t, l.context(), false, 9).End(nil)
		l.want(t, "closed 7 dial: network is unreachable", "closed 8 connection refused")
	})
}

// TestAttemptWithoutDescriptor has nothing to tell: a name did not resolve.
func TestAttemptWithoutDescriptor(t *testing.T) {
	var l told
	NewAttempt(l.context(), true).End(errors.New("no such host"))
	l.want(t)
}

func TestAttemptWithoutTrace(t *testing.T) {
	a := NewAttempt(context.Background(), true)
	if a != nil || a.Control(nil) != nil {
		t.Error("an attempt without a Trace allocates")
	}
	a.End(errors.New("no")) // does nothing
	a = NewAttempt(WithTrace(context.Background(), &Trace{}), true)
	if err := a.Control(func(string, string, syscall.RawConn) error { return syscall.EPERM })("", "", raw(7)); err != syscall.EPERM {
		t.Errorf("the next hook's error is %v", err)
	}
	a.End(syscall.EPERM) // neither does a trace without functions
}

func TestDescriptor(t *testing.T) {
	client, server := pair(t, "tcp", "127.0.0.1:0", "")
	if a, b := Descriptor(client), Descriptor(server); a < 0 || b < 0 || a == b {
		t.Errorf("descriptors %d and %d", a, b)
	}
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	ours, theirs := net.Pipe()
	defer ours.Close()
	defer theirs.Close()
	for _, x := range []any{client, ours, nil} {
		if fd := Descriptor(x); fd != -1 {
			t.Errorf("descriptor %d of %T", fd, x)
		}
	}
}
