// SPDX-License-Identifier: Apache-2.0

package tcp

import (
	"net"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/transport"
)

// traceContext keeps what is told of the descriptors of a dial or a listen.
type traceContext struct {
	t    *testing.T
	told []string
}

func (x *traceContext) trace() *transport.Trace {
	tell := func(what string, fd int) {
		if fd <= 0 {
			x.t.Errorf("%s of descriptor %d", what, fd)
		}
		x.told = append(x.told, what)
	}
	return &transport.Trace{
		Delayed: func(fd int) { tell("delayed", fd) },
		Closed: func(fd int, err error) {
			if tell("closed", fd); err == nil {
				x.t.Error("closed without a reason")
			}
		},
	}
}

func (x *traceContext) dial(address string, change ...func(*transport.Config)) error {
	c, err := New().Dial(transport.WithTrace(x.t.Context(), x.trace()), address, config(change...))
	if err == nil {
		c.Close()
	}
	return err
}

func (x *traceContext) listen(address string) error {
	l, err := New().Listen(transport.WithTrace(x.t.Context(), x.trace()), address, config())
	if err == nil {
		l.Close()
	}
	return err
}

func wantTold(t *testing.T, try func(*traceContext) error, want ...string) {
	t.Helper()
	x := &traceContext{t: t}
	err := try(x)
	if failed := len(want) == 0 || want[len(want)-1] == "closed"; failed != (err != nil) {
		t.Errorf("error %v, want %q to be told", err, want)
	}
	if !reflect.DeepEqual(x.told, want) {
		t.Errorf("told %q, want %q", x.told, want)
	}
}

func TestTraceOfDial(t *testing.T) {
	ln := listenOn(t, "127.0.0.1:*")
	port := portOf(t, ln)
	wantTold(t, func(x *traceContext) error { return x.dial("127.0.0.1:" + port) }, "delayed")
	ln.Close()
	wantTold(t, func(x *traceContext) error { return x.dial("127.0.0.1:" + port) }, "delayed", "closed")
	names(t, nil)
	wantTold(t, func(x *traceContext) error { return x.dial("nosuch.test:" + port) })
	// Not our address. On a busy machine the refusal comes late enough to be told as
	// a delay first.
	x := &traceContext{t: t}
	if err := x.dial("192.0.2.1:0;127.0.0.1:" + port); err == nil || len(x.told) == 0 || x.told[len(x.told)-1] != "closed" {
		t.Errorf("error %v, told %q", err, x.told)
	}
}

// Each address of a name is an attempt of its own.
func TestTraceOfEveryAddress(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED: all of 127.0.0.0/8 is local on Linux only")
	}
	names(t, map[string][]net.IP{"many.test": {net.ParseIP("127.0.0.2"), net.ParseIP("127.0.0.3"), net.ParseIP("127.0.0.1")}})
	ln := listenOn(t, "127.0.0.1:*")
	wantTold(t, func(x *traceContext) error { return x.dial("many.test:" + portOf(t, ln)) },
		"delayed", "closed", "delayed", "closed", "delayed")
}

// CONNECT_TIMEOUT ends an attempt that was told to wait.
func TestTraceOfConnectTimeout(t *testing.T) {
	address := silent(t)
	wantTold(t, func(x *traceContext) error {
		return x.dial(address, func(cfg *transport.Config) { cfg.ConnectTimeout = 20 * time.Millisecond })
	}, "delayed", "closed")
}

func TestTraceOfListen(t *testing.T) {
	ln := listenOn(t, "127.0.0.1:*")
	taken := strings.TrimPrefix(ln.Endpoint(), "tcp://")
	wantTold(t, func(x *traceContext) error { return x.listen(taken) }, "closed")
	x := &traceContext{t: t}
	if err := x.listen("127.0.0.1:*"); err != nil || len(x.told) != 0 {
		t.Errorf("%v, told %q of a listener", err, x.told)
	}
	wantTold(t, func(x *traceContext) error { return x.listen("nosuchif0:*") })
}
