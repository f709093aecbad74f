// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"syscall"
	"testing"

	zmq "github.com/gozmq/zmq"
)

// Endpoints of tcp and ipc through the public API: what is refused and with
// which number, LAST_ENDPOINT, unbind and disconnect. inproc has a file of its
// own.

// enocompatproto is libzmq's number (zmq.h: ZMQ_HAUSNUMERO + 52).
const enocompatproto = 156384712 + 52

// vacant turns an endpoint to bind into one where nobody listens, to which a
// later bind is possible.
func (r *rig) vacant(endpoint string) string {
	r.Helper()
	s, at := r.bind(zmq.PULL, endpoint)
	r.check(s.Close())
	return at
}

// bindAt makes a socket bound where another one was before. An outgoing
// connection of anybody may have the port for a moment.
func (r *rig) bindAt(typ zmq.SocketType, at string, settings ...zmq.Setting) *zmq.Socket {
	r.Helper()
	s := r.socket(typ, settings...)
	var err error
	r.until(at+" is free", func() bool {
		err = s.Bind(at)
		return !errors.Is(err, zmq.ErrAddressInUse) && !errors.Is(err, syscall.EADDRINUSE)
	})
	r.check(err)
	return s
}

// wantError checks an error in all its forms: our code, libzmq's number, the
// system's number where there is one, and what was tried on what.
func wantError(t *testing.T, err error, op, on string, code error, number int) {
	t.Helper()
	var e *zmq.Error
	switch {
	case !errors.Is(err, code):
		t.Errorf("%s %q: %v, want %v", op, on, err, code)
	case zmq.Errno(err) != number:
		t.Errorf("%s %q: number %d, want %d (%v)", op, on, zmq.Errno(err), number, err)
	case number < enocompatproto-52 && !errors.Is(err, syscall.Errno(number)):
		t.Errorf("%s %q: %v does not match %v", op, on, err, syscall.Errno(number))
	case !errors.As(err, &e) || e.Op != op || e.Endpoint != on:
		t.Errorf("%s %q: the error is %#v", op, on, err)
	}
}

func TestEndpointRefusedByBindAndConnect(t *testing.T) {
	long := "ipc://" + filepath.Join(os.TempDir(), strings.Repeat("n", 200))
	for _, c := range []struct {
		endpoint string
		code     error
		number   syscall.Errno
	}{
		{"", zmq.ErrInvalid, syscall.EINVAL},
		{"tcp", zmq.ErrInvalid, syscall.EINVAL},
		{"tcp:127.0.0.1:5", zmq.ErrInvalid, syscall.EINVAL},
		{"://127.0.0.1:5", zmq.ErrInvalid, syscall.EINVAL},
		{"tcp://", zmq.ErrInvalid, syscall.EINVAL},
		{"ipc://", zmq.ErrInvalid, syscall.EINVAL},
		{"inproc://", zmq.ErrInvalid, syscall.EINVAL},
		{"TCP://127.0.0.1:5", zmq.ErrUnsupportedTransport, syscall.EPROTONOSUPPORT},
		{"nosuch://x", zmq.ErrUnsupportedTransport, syscall.EPROTONOSUPPORT},
		{" tcp://127.0.0.1:5", zmq.ErrUnsupportedTransport, syscall.EPROTONOSUPPORT},
		{"vmci://*:5", zmq.ErrUnsupportedTransport, syscall.EPROTONOSUPPORT},
		{"tcp://127.0.0.1", zmq.ErrInvalid, syscall.EINVAL},
		{"tcp://127.0.0.1:", zmq.ErrInvalid, syscall.EINVAL},
		{"tcp://127.0.0.1:abc", zmq.ErrInvalid, syscall.EINVAL},
		{"ipc://@", zmq.ErrInvalid, syscall.EINVAL},
		{long, zmq.ErrNameTooLong, syscall.ENAMETOOLONG},
	} {
		r := newRig(t)
		s := r.socket(zmq.DEALER)
		wantError(t, s.Bind(c.endpoint), "bind", c.endpoint, c.code, int(c.number))
		wantError(t, s.Connect(c.endpoint), "connect", c.endpoint, c.code, int(c.number))
		if n := len(s.Endpoints()); n != 0 || s.LastEndpoint() != "" {
			t.Errorf("%q: %d endpoints, the last %q, after failed calls", c.endpoint, n, s.LastEndpoint())
		}
	}
}

func TestEndpointRefusedByBind(t *testing.T) {
	for _, c := range []struct {
		endpoint string
		number   syscall.Errno
	}{
		{"tcp://127.0.0.1:65536", syscall.EINVAL},
		{"tcp://[::1%]:*", syscall.EINVAL},
		{"tcp://:5", syscall.ENODEV},
		{"tcp://192.0.2.1:*", syscall.EADDRNOTAVAIL}, // RFC 5737: nobody has it
		{"ipc://" + filepath.Join(t.TempDir(), "no", "s"), syscall.ENOENT},
	} {
		s := newRig(t).socket(zmq.PULL)
		wantError(t, s.Bind(c.endpoint), "bind", c.endpoint, c.number, int(c.number))
	}
}

// The whole text is checked roughly in the call; the rest happens in the
// background (endpoints.md 2.2).
func TestEndpointRefusedByConnect(t *testing.T) {
	s := newRig(t).socket(zmq.PULL)
	for _, e := range []string{
		"tcp://*:5", "tcp://host", "tcp://host:", "tcp://host:*", "tcp://-x:5", "tcp://h:5/x", "tcp://_h:5", "tcp://h:x5",
	} {
		wantError(t, s.Connect(e), "connect", e, zmq.ErrInvalid, int(syscall.EINVAL))
	}
	for _, e := range []string{"tcp://:5", "tcp://127.0.0.1:0", "tcp://127.0.0.1:*;127.0.0.1:0"} {
		if err := s.Connect(e); err != nil {
			t.Errorf("connect %q: %v; it may fail in the background only", e, err)
		}
	}
}

func TestBindOfAPortInUse(t *testing.T) {
	r := newRig(t)
	_, at := r.bind(zmq.PULL, "tcp://127.0.0.1:*")
	wantError(t, r.socket(zmq.PULL).Bind(at), "bind", at, syscall.EADDRINUSE, int(syscall.EADDRINUSE))
}

func TestStreamIsForTCPOnly(t *testing.T) {
	r := newRig(t)
	s := r.socket(zmq.STREAM)
	for _, e := range []string{socketPath(t), "inproc://x"} {
		wantError(t, s.Bind(e), "bind", e, zmq.ErrIncompatibleTransport, enocompatproto)
		wantError(t, s.Connect(e), "connect", e, zmq.ErrIncompatibleTransport, enocompatproto)
	}
	r.check(s.Bind("tcp://127.0.0.1:*"))
}

// A transport that is known and does not carry the type is another error than one
// that is not there (errors.md 3.3 to 3.5).
func TestUDPIsForDatagramTypes(t *testing.T) {
	r := newRig(t)
	for _, typ := range []zmq.SocketType{zmq.PAIR, zmq.PUB, zmq.DEALER, zmq.STREAM} {
		s := r.socket(typ)
		const e = "udp://127.0.0.1:5"
		wantError(t, s.Bind(e), "bind", e, zmq.ErrIncompatibleTransport, enocompatproto)
		wantError(t, s.Connect(e), "connect", e, zmq.ErrIncompatibleTransport, enocompatproto)
		wantError(t, s.Unbind(e), "unbind", e, zmq.ErrIncompatibleTransport, enocompatproto)
		wantError(t, s.Disconnect(e), "disconnect", e, zmq.ErrIncompatibleTransport, enocompatproto)
		wantError(t, s.Bind("udp://"), "bind", "udp://", zmq.ErrInvalid, int(syscall.EINVAL))
	}
}

func TestUnbindAndDisconnectErrors(t *testing.T) {
	r := newRig(t)
	s := r.socket(zmq.DEALER)
	for _, c := range []struct {
		endpoint string
		code     error
		number   syscall.Errno
	}{
		{"tcp", zmq.ErrInvalid, syscall.EINVAL},
		{"nosuch://x", zmq.ErrUnsupportedTransport, syscall.EPROTONOSUPPORT},
		{"tcp://127.0.0.1:5", zmq.ErrNoEndpoint, syscall.ENOENT},
		{"ipc://nothing", zmq.ErrNoEndpoint, syscall.ENOENT},
		{"inproc://nothing", zmq.ErrNoEndpoint, syscall.ENOENT},
	} {
		wantError(t, s.Unbind(c.endpoint), "unbind", c.endpoint, c.code, int(c.number))
		wantError(t, s.Disconnect(c.endpoint), "disconnect", c.endpoint, c.code, int(c.number))
	}
}

func TestLastEndpoint(t *testing.T) {
	r := newRig(t)
	s := r.socket(zmq.PULL)
	last := func(want string) {
		t.Helper()
		if got := s.LastEndpoint(); got != want {
			t.Errorf("LastEndpoint = %q, want %q", got, want)
		}
	}
	bound := func(prefix string) string {
		t.Helper()
		got := s.LastEndpoint()
		if port := strings.TrimPrefix(got, prefix); port == got || port == "0" || port == "*" {
			t.Errorf("LastEndpoint = %q, want %s and a port", got, prefix)
		}
		return got
	}
	last("")
	r.check(s.Bind("tcp://127.0.0.1:*"))
	first := bound("tcp://127.0.0.1:")
	r.check(s.Bind("tcp://127.0.0.1:0"))
	second := bound("tcp://127.0.0.1:")
	r.check(s.Bind("tcp://0.0.0.0:*"))
	bound("tcp://0.0.0.0:")
	r.check(s.Bind("tcp://*:*", zmq.IPv6.Of(false)))
	bound("tcp://0.0.0.0:")
	r.check(s.Connect(first))
	last(first)
	r.check(s.Connect("tcp://localhost:0"))
	last("tcp://localhost:0") // as given, not resolved
	path := socketPath(t)
	r.check(s.Bind(path))
	last(path)
	r.check(s.Connect(path))
	last(path)
	r.check(s.Bind("inproc://a"))
	last("inproc://a")
	r.check(s.Connect("inproc://b"))
	last("inproc://b")

	for _, e := range []string{"tcp://127.0.0.1:abc", second, "inproc://a", "nosuch://x"} {
		if s.Bind(e) == nil {
			t.Errorf("bind %q succeeds", e)
		}
		last("inproc://b") // a failed call leaves it unchanged
	}
	r.check(s.Unbind(second))
	r.check(s.Disconnect(first))
	last("inproc://b") // and so do unbind and disconnect
}

func TestLastEndpointOfTheWildcardWithIPv6(t *testing.T) {
	if l, err := net.Listen("tcp6", "[::1]:0"); err != nil {
		t.Skipf("SKIPPED: this system has no ::1: %v", err)
	} else {
		_ = l.Close()
	}
	r := newRig(t)
	pull, at := r.bind(zmq.PULL, "tcp://*:*")
	port, ok := strings.CutPrefix(at, "tcp://[::]:")
	if !ok {
		t.Fatalf("LastEndpoint = %q", at)
	}
	for i, host := range []string{"127.0.0.1", "[::1]", "localhost"} {
		r.send(r.connect(zmq.PUSH, "tcp://"+host+":"+port), host)
		r.want(pull, host)
		r.peers(pull, i+1)
	}
}

func TestConnectIgnoredBySingleConnectRuleLeavesLastEndpoint(t *testing.T) {
	for _, typ := range []zmq.SocketType{zmq.DEALER, zmq.REQ, zmq.SUB, zmq.PUB} {
		r := newRig(t)
		s, at := r.bind(typ, "tcp://127.0.0.1:*")
		r.check(s.Bind("tcp://127.0.0.1:*"))
		last := s.LastEndpoint()
		r.check(s.Connect(at)) // the resolved string of a bind counts too
		if s.LastEndpoint() != last || len(s.Endpoints()) != 2 {
			t.Errorf("%s: connect to its own bind is not ignored: %v", typ, s.Endpoints())
		}
	}
}

func TestSecondConnectIsASecondConnection(t *testing.T) {
	for bound, typ := range map[zmq.SocketType]zmq.SocketType{
		zmq.PULL: zmq.PUSH, zmq.DEALER: zmq.ROUTER, zmq.XPUB: zmq.XSUB,
	} {
		eachNetwork(t, func(r *rig, endpoint string) {
			b, at := r.bind(bound, endpoint)
			c := r.socket(typ)
			r.check(c.Connect(at))
			r.check(c.Connect(at))
			r.peers(b, 2)
			r.peers(c, 2)
			r.check(c.Disconnect(at)) // all entries with the key go
			r.left(b, 0)
			if err := c.Disconnect(at); !errors.Is(err, zmq.ErrNoEndpoint) {
				r.Errorf("a second disconnect: %v", err)
			}
		})
	}
}

func TestUnbindFreesTheAddressAtOnce(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		s, at := r.bind(zmq.PULL, endpoint)
		for i := range 30 {
			c := r.connect(zmq.PUSH, at)
			r.send(c, fmt.Sprint(i))
			r.want(s, fmt.Sprint(i))
			r.check(s.Unbind(at))
			if err := s.Unbind(at); !errors.Is(err, zmq.ErrNoEndpoint) {
				r.Fatalf("a second unbind: %v", err)
			}
			r.check(s.Bind(at)) // while the old connection may still be there
			r.check(c.Close())
		}
	})
}

func TestCloseFreesTheAddress(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		at := endpoint
		for range 20 {
			s := r.socket(zmq.PULL)
			r.check(s.Bind(at))
			at = s.LastEndpoint()
			r.check(s.Close())
		}
	})
}

func TestUnbindFindsABindByName(t *testing.T) {
	r := newRig(t)
	s, at := r.bind(zmq.PULL, "tcp://127.0.0.1:*")
	named := strings.Replace(at, "127.0.0.1", "localhost", 1)
	r.check(s.Unbind(named))
	wantError(t, s.Unbind(named), "unbind", named, zmq.ErrNoEndpoint, int(syscall.ENOENT))
	if len(s.Endpoints()) != 0 {
		t.Errorf("left: %v", s.Endpoints())
	}

	r.check(s.Connect(at))
	r.check(s.Disconnect(named))
	r.check(s.Connect(named))
	if err := s.Disconnect(at); !errors.Is(err, zmq.ErrNoEndpoint) {
		t.Errorf("the number finds the name: %v", err) // endpoints.md 11.1: only the other way round
	}
	r.check(s.Disconnect(named))
}

func TestUnbindAndDisconnectAreOneOperation(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		s, at := r.bind(zmq.PUSH, endpoint)
		r.check(s.Disconnect(at))
		r.check(s.Connect(at))
		r.check(s.Unbind(at))
		if len(s.Endpoints()) != 0 {
			r.Errorf("left: %v", s.Endpoints())
		}
	})
}

func TestEndpointsAreListedInOrder(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		b, at := r.bind(zmq.PULL, endpoint)
		c := r.connect(zmq.PUSH, at)
		r.check(c.Bind("inproc://second"))
		r.peers(b, 1)
		want := []zmq.Endpoint{{Address: at, Peers: 1}, {Address: "inproc://second", Bound: true}}
		if got := c.Endpoints(); !reflect.DeepEqual(got, want) {
			r.Errorf("endpoints %v, want %v", got, want)
		}
		if got := b.Endpoints(); !reflect.DeepEqual(got, []zmq.Endpoint{{Address: at, Bound: true, Peers: 1}}) {
			r.Errorf("endpoints %v", got)
		}
	})
}

// flood sends numbered messages until the queue is full, and returns how many.
func (r *rig) flood(s *zmq.Socket, size int) (n int) {
	r.Helper()
	body := []byte(large(size))
	quiet := 0
	r.until("the queue is full for good", func() bool {
		quiet++
		for s.TrySend([]byte(fmt.Sprint(n)), body) == nil {
			n++
			quiet = 0
		}
		return quiet > 20
	})
	return n
}

// narrow queues let a peer that does not read be felt soon: the system's buffers
// do not grow.
func narrow(hwm int) []zmq.Setting {
	return []zmq.Setting{zmq.SendHWM.Of(hwm), zmq.RecvHWM.Of(hwm), zmq.SendBuffer.Of(16 << 10), zmq.RecvBuffer.Of(16 << 10)}
}

// numbered receives what flood sent.
func (r *rig) numbered(s *zmq.Socket, n int) {
	r.Helper()
	for i := range n {
		if got := r.recv(s); got[len(got)-2] != fmt.Sprint(i) {
			r.Fatalf("message %d of %d is %q", i, n, got[len(got)-2])
		}
	}
}

func TestDisconnectSendsWhatIsQueuedAndDropsWhatIsUnread(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		b, at := r.bind(zmq.DEALER, endpoint, narrow(3)...)
		c := r.connect(zmq.DEALER, at, append(narrow(4), zmq.Linger.Of(-1))...)
		for range 3 {
			r.send(b, "unread")
		}
		r.arrived(c, 3)
		n := r.flood(c, 100_000)
		r.check(c.Disconnect(at))
		r.none(c)
		r.full(c, "nobody is there to send to")
		r.numbered(b, n)
		r.left(b, 0)
		r.none(b)
	})
}

func TestDisconnectBeforeThereIsAConnectionStillDelivers(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		at := r.vacant(endpoint)
		c := r.socket(zmq.PUSH, zmq.Linger.Of(-1))
		r.check(c.Connect(at))
		r.send(c, "1")
		r.send(c, "2")
		r.check(c.Disconnect(at))
		b := r.bindAt(zmq.PULL, at)
		r.want(b, "1")
		r.want(b, "2")
		r.left(b, 0)
	})
}

func TestDisconnectWithoutLingerDropsTheQueue(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		at := r.vacant(endpoint)
		c := r.socket(zmq.PUSH)
		r.check(c.Connect(at))
		r.send(c, "1")
		r.check(c.Disconnect(at))
		r.until("the message counts as lost", func() bool { return c.Stats().Drops.PeerGone == 1 })
	})
}

func TestUnbindKeepsWhatWasReceivedAndSendsWhatIsQueued(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		b, at := r.bind(zmq.DEALER, endpoint, append(narrow(4), zmq.Linger.Of(-1))...)
		c := r.connect(zmq.DEALER, at, narrow(3)...)
		r.peers(b, 1)
		for i := range 3 {
			r.send(c, fmt.Sprint(i), "kept")
		}
		r.arrived(b, 3)
		n := r.flood(b, 100_000)
		r.check(b.Unbind(at))
		r.full(b, "nobody is there to send to")
		r.numbered(b, 3)
		r.numbered(c, n)
		r.left(b, 0)
		r.left(c, 0)
		r.none(b)
	})
}

func TestSocketFilesAreRemoved(t *testing.T) {
	r := newRig(t)
	gone := func(path string) {
		t.Helper()
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is still there (%v)", path, err)
		}
	}
	at := socketPath(t)
	path := strings.TrimPrefix(at, "ipc://")
	s, _ := r.bind(zmq.PULL, at)
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("a bound socket: %v", err)
	}
	r.check(s.Unbind(at))
	gone(path)
	r.check(s.Bind(at))
	r.check(s.Bind("ipc://*"))
	wild := strings.TrimPrefix(s.LastEndpoint(), "ipc://")
	if filepath.Base(wild) != "socket" {
		t.Errorf("a wildcard is bound at %s", wild)
	}
	r.send(r.connect(zmq.PUSH, s.LastEndpoint()), "x")
	r.want(s, "x")
	r.check(s.Close())
	gone(path)
	gone(wild)
	gone(filepath.Dir(wild))
}

func TestAbstractNames(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED: only Linux has abstract names")
	}
	r := newRig(t)
	at := fmt.Sprintf("ipc://@zmq-test-%d-%s", os.Getpid(), t.Name())
	s, last := r.bind(zmq.PULL, at)
	if last != at {
		t.Errorf("LastEndpoint = %q, want %q", last, at)
	}
	r.send(r.connect(zmq.PUSH, at), "x")
	r.want(s, "x")
	wantError(t, r.socket(zmq.PULL).Bind(at), "bind", at, syscall.EADDRINUSE, int(syscall.EADDRINUSE))
	r.check(s.Unbind(at))
	r.check(s.Bind(at))
}

func TestEndpointPolicyRefuses(t *testing.T) {
	own := errors.New("not here")
	var asked []string
	r := rigOf(t, zmq.ContextConfig{EndpointPolicy: func(op, endpoint string) error {
		asked = append(asked, op+" "+endpoint)
		if strings.HasSuffix(endpoint, "no") {
			return own
		}
		return nil
	}})
	s := r.socket(zmq.PULL)
	for _, e := range []string{"ipc://no", "inproc://no"} {
		for op, call := range map[string]func(string, ...zmq.Setting) error{"bind": s.Bind, "connect": s.Connect} {
			err := call(e)
			wantError(t, err, op, e, zmq.ErrRefused, int(syscall.EACCES))
			if !errors.Is(err, own) {
				t.Errorf("%s %s: %v does not wrap the policy's error", op, e, err)
			}
		}
	}
	if s.LastEndpoint() != "" || len(s.Endpoints()) != 0 {
		t.Errorf("something happened: %v", s.Endpoints())
	}
	if err := s.Bind("nosuch://no"); !errors.Is(err, zmq.ErrUnsupportedTransport) {
		t.Errorf("bind nosuch: %v", err) // the syntax and the scheme come first
	}
	asked = nil
	r.check(s.Bind("inproc://yes"))
	r.check(s.Connect("inproc://other"))
	if want := []string{"bind inproc://yes", "connect inproc://other"}; !reflect.DeepEqual(asked, want) {
		t.Errorf("asked %q, want %q", asked, want)
	}
}

func TestSettingsOfOneConnect(t *testing.T) {
	r := newRig(t)
	s := r.socket(zmq.PUSH)
	r.check(s.Connect(r.vacant("tcp://127.0.0.1:*"), zmq.SendHWM.Of(1)))
	r.check(s.Connect(r.vacant("tcp://127.0.0.1:*"), zmq.SendHWM.Of(2)))
	r.check(s.Connect(r.vacant("tcp://127.0.0.1:*"), zmq.Immediate.Of(true)))
	for i := range 3 {
		r.try(s, fmt.Sprint(i))
	}
	r.full(s, "both are full, and the third has no queue yet")
	last := s.LastEndpoint()
	if err := s.Connect("inproc://x", zmq.SendHWM.Of(-1)); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("a setting out of range: %v", err)
	}
	if s.LastEndpoint() != last || len(s.Endpoints()) != 3 {
		t.Errorf("a failed connect leaves a trace: %v", s.Endpoints())
	}
}
