// SPDX-License-Identifier: Apache-2.0

package lifecycle_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// Endpoints of tcp and ipc through the public API: what is refused and with
// which number, LAST_ENDPOINT, unbind and disconnect. inproc has a file of its
// own.

// enocompatproto is libzmq's number (zmq.h: ZMQ_HAUSNUMERO + 52).
const enocompatproto = 156384712 + 52

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
	case runtime.GOOS != "windows" && number < enocompatproto-52 && !errors.Is(err, syscall.Errno(number)):
		// On Windows C has other numbers than the syscall package.
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
		{"tcp://127.0.0.1", zmq.ErrInvalid, syscall.EINVAL},
		{"tcp://127.0.0.1:", zmq.ErrInvalid, syscall.EINVAL},
		{"tcp://127.0.0.1:abc", zmq.ErrInvalid, syscall.EINVAL},
		{"ipc://@", zmq.ErrInvalid, syscall.EINVAL},
		{long, zmq.ErrNameTooLong, syscall.ENAMETOOLONG},
	} {
		r := rig.New(t)
		s := r.Socket(zmq.DEALER)
		wantError(t, s.Bind(c.endpoint), "bind", c.endpoint, c.code, zmq.Errno(c.number))
		wantError(t, s.Connect(c.endpoint), "connect", c.endpoint, c.code, zmq.Errno(c.number))
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
		{"tcp://192.0.2.1:*", syscall.EADDRNOTAVAIL}, // an address for documents, RFC 5737
		{"ipc://" + filepath.Join(t.TempDir(), "no", "s"), syscall.ENOENT},
	} {
		s := rig.New(t).Socket(zmq.PULL)
		wantError(t, s.Bind(c.endpoint), "bind", c.endpoint, c.number, zmq.Errno(c.number))
	}
}

// The whole text is checked roughly in the call; the rest happens in the
// background (docs/libzmq.md, Endpoints).
func TestEndpointRefusedByConnect(t *testing.T) {
	s := rig.New(t).Socket(zmq.PULL)
	for _, e := range []string{
		"tcp://*:5", "tcp://host", "tcp://host:", "tcp://host:*", "tcp://-x:5", "tcp://h:5/x", "tcp://_h:5", "tcp://h:x5",
	} {
		wantError(t, s.Connect(e), "connect", e, zmq.ErrInvalid, zmq.Errno(syscall.EINVAL))
	}
	for _, e := range []string{"tcp://:5", "tcp://127.0.0.1:0", "tcp://127.0.0.1:*;127.0.0.1:0"} {
		if err := s.Connect(e); err != nil {
			t.Errorf("connect %q: %v; it may fail in the background only", e, err)
		}
	}
}

func TestBindOfAPortInUse(t *testing.T) {
	r := rig.New(t)
	_, at := r.Bind(zmq.PULL, rig.AnyPort)
	wantError(t, r.Socket(zmq.PULL).Bind(at), "bind", at, syscall.EADDRINUSE, zmq.Errno(syscall.EADDRINUSE))
}

func TestStreamIsForTCPOnly(t *testing.T) {
	r := rig.New(t)
	s := r.Socket(zmq.STREAM)
	for _, e := range []string{rig.IPCEndpoint(t), "inproc://x"} {
		wantError(t, s.Bind(e), "bind", e, zmq.ErrIncompatibleTransport, enocompatproto)
		wantError(t, s.Connect(e), "connect", e, zmq.ErrIncompatibleTransport, enocompatproto)
	}
	r.Check(s.Bind(rig.AnyPort))
}

// A transport that is known and does not carry the type is another error than one
// that is not there (docs/libzmq.md, Endpoints).
func TestUDPIsForDatagramTypes(t *testing.T) {
	r := rig.New(t)
	for _, typ := range []zmq.SocketType{zmq.PAIR, zmq.PUB, zmq.DEALER, zmq.STREAM} {
		s := r.Socket(typ)
		const e = "udp://127.0.0.1:5"
		wantError(t, s.Bind(e), "bind", e, zmq.ErrIncompatibleTransport, enocompatproto)
		wantError(t, s.Connect(e), "connect", e, zmq.ErrIncompatibleTransport, enocompatproto)
		wantError(t, s.Unbind(e), "unbind", e, zmq.ErrIncompatibleTransport, enocompatproto)
		wantError(t, s.Disconnect(e), "disconnect", e, zmq.ErrIncompatibleTransport, enocompatproto)
		wantError(t, s.Bind("udp://"), "bind", "udp://", zmq.ErrInvalid, zmq.Errno(syscall.EINVAL))
	}
}

func TestUnbindAndDisconnectErrors(t *testing.T) {
	r := rig.New(t)
	s := r.Socket(zmq.DEALER)
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
		wantError(t, s.Unbind(c.endpoint), "unbind", c.endpoint, c.code, zmq.Errno(c.number))
		wantError(t, s.Disconnect(c.endpoint), "disconnect", c.endpoint, c.code, zmq.Errno(c.number))
	}
}

func TestLastEndpoint(t *testing.T) {
	r := rig.New(t)
	s := r.Socket(zmq.PULL)
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
	r.Check(s.Bind("tcp://127.0.0.1:*"))
	first := bound("tcp://127.0.0.1:")
	r.Check(s.Bind("tcp://127.0.0.1:0"))
	second := bound("tcp://127.0.0.1:")
	r.Check(s.Bind("tcp://0.0.0.0:*"))
	bound("tcp://0.0.0.0:")
	r.Check(s.Bind("tcp://*:*", zmq.IPv6.Of(false)))
	bound("tcp://0.0.0.0:")
	r.Check(s.Connect(first))
	last(first)
	r.Check(s.Connect("tcp://localhost:0"))
	last("tcp://localhost:0") // as given, not resolved
	path := rig.IPCEndpoint(t)
	r.Check(s.Bind(path))
	last(path)
	r.Check(s.Connect(path))
	last(path)
	r.Check(s.Bind("inproc://a"))
	last("inproc://a")
	r.Check(s.Connect("inproc://b"))
	last("inproc://b")

	for _, e := range []string{"tcp://127.0.0.1:abc", second, "inproc://a", "nosuch://x"} {
		if s.Bind(e) == nil {
			t.Errorf("bind %q succeeds", e)
		}
		last("inproc://b") // a failed call leaves it unchanged
	}
	r.Check(s.Unbind(second))
	r.Check(s.Disconnect(first))
	last("inproc://b") // and so do unbind and disconnect
}

func TestLastEndpointOfTheWildcardWithIPv6(t *testing.T) {
	if l, err := net.Listen("tcp6", "[::1]:0"); err != nil {
		t.Skipf("SKIPPED: this system has no ::1: %v", err)
	} else {
		_ = l.Close()
	}
	r := rig.New(t)
	pull, at := r.Bind(zmq.PULL, "tcp://*:*")
	port, ok := strings.CutPrefix(at, "tcp://[::]:")
	if !ok {
		t.Fatalf("LastEndpoint = %q", at)
	}
	for i, host := range []string{"127.0.0.1", "[::1]", "localhost"} {
		r.Send(r.Connect(zmq.PUSH, "tcp://"+host+":"+port), host)
		r.WantRecv(pull, host)
		r.WaitPeers(pull, i+1)
	}
}

func TestConnectIgnoredBySingleConnectRuleLeavesLastEndpoint(t *testing.T) {
	for _, typ := range []zmq.SocketType{zmq.DEALER, zmq.REQ, zmq.SUB, zmq.PUB} {
		r := rig.New(t)
		s, at := r.Bind(typ, rig.AnyPort)
		r.Check(s.Bind(rig.AnyPort))
		last := s.LastEndpoint()
		r.Check(s.Connect(at)) // the resolved string of a bind counts too
		if s.LastEndpoint() != last || len(s.Endpoints()) != 2 {
			t.Errorf("%s: connect to its own bind is not ignored: %v", typ, s.Endpoints())
		}
	}
}

func TestSecondConnectIsASecondConnection(t *testing.T) {
	for bound, typ := range map[zmq.SocketType]zmq.SocketType{
		zmq.PULL: zmq.PUSH, zmq.DEALER: zmq.ROUTER, zmq.XPUB: zmq.XSUB,
	} {
		rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
			b, at := r.Bind(bound, endpoint)
			c := r.Socket(typ)
			r.Check(c.Connect(at))
			r.Check(c.Connect(at))
			r.WaitPeers(b, 2)
			r.WaitPeers(c, 2)
			r.Check(c.Disconnect(at)) // all entries with the key go
			r.WaitPeersLeft(b, 0)
			if err := c.Disconnect(at); !errors.Is(err, zmq.ErrNoEndpoint) {
				r.Errorf("a second disconnect: %v", err)
			}
		})
	}
}

func TestUnbindFreesTheAddressAtOnce(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		s, at := r.Bind(zmq.PULL, endpoint)
		for i := range 30 {
			c := r.Connect(zmq.PUSH, at)
			r.Send(c, fmt.Sprint(i))
			r.WantRecv(s, fmt.Sprint(i))
			r.Check(s.Unbind(at))
			if err := s.Unbind(at); !errors.Is(err, zmq.ErrNoEndpoint) {
				r.Fatalf("a second unbind: %v", err)
			}
			r.Check(s.Bind(at)) // while the old connection may still be there
			r.Check(c.Close())
		}
	})
}

func TestCloseFreesTheAddress(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		at := endpoint
		for range 20 {
			s := r.Socket(zmq.PULL)
			r.Check(s.Bind(at))
			at = s.LastEndpoint()
			r.Check(s.Close())
		}
	})
}

func TestUnbindFindsABindByName(t *testing.T) {
	r := rig.New(t)
	s, at := r.Bind(zmq.PULL, "tcp://127.0.0.1:*")
	named := strings.Replace(at, "127.0.0.1", "localhost", 1)
	r.Check(s.Unbind(named))
	wantError(t, s.Unbind(named), "unbind", named, zmq.ErrNoEndpoint, zmq.Errno(syscall.ENOENT))
	if len(s.Endpoints()) != 0 {
		t.Errorf("left: %v", s.Endpoints())
	}

	r.Check(s.Connect(at))
	r.Check(s.Disconnect(named))
	r.Check(s.Connect(named))
	if err := s.Disconnect(at); !errors.Is(err, zmq.ErrNoEndpoint) {
		t.Errorf("the number finds the name: %v", err) // docs/libzmq.md, Endpoints: only the other way round
	}
	r.Check(s.Disconnect(named))
}

func TestUnbindAndDisconnectAreOneOperation(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		s, at := r.Bind(zmq.PUSH, endpoint)
		r.Check(s.Disconnect(at))
		r.Check(s.Connect(at))
		r.Check(s.Unbind(at))
		if len(s.Endpoints()) != 0 {
			r.Errorf("left: %v", s.Endpoints())
		}
	})
}

func TestEndpointsAreListedInOrder(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		b, at := r.Bind(zmq.PULL, endpoint)
		c := r.Connect(zmq.PUSH, at)
		r.Check(c.Bind("inproc://second"))
		r.WaitPeers(b, 1)
		want := []string{at + ": connected", "inproc://second: bound, no peer has connected"}
		if got := texts(c.Endpoints()); !slices.Equal(got, want) {
			r.Errorf("endpoints %q, want %q", got, want)
		}
		if got := texts(b.Endpoints()); !slices.Equal(got, []string{at + ": bound, 1 peer"}) {
			r.Errorf("endpoints %q", got)
		}
	})
}

// numbered receives what flood sent.
func numbered(r *rig.Test, s *zmq.Socket, n int) {
	r.Helper()
	for i := range n {
		if got := r.Recv(s); got[len(got)-2] != fmt.Sprint(i) {
			r.Fatalf("message %d of %d is %q", i, n, got[len(got)-2])
		}
	}
}

func TestDisconnectSendsWhatIsQueuedAndDropsWhatIsUnread(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		b, at := r.Bind(zmq.DEALER, endpoint, rig.SmallQueues(3)...)
		c := r.Connect(zmq.DEALER, at, append(rig.SmallQueues(4), zmq.Linger.Of(-1))...)
		for range 3 {
			r.Send(b, "unread")
		}
		r.WaitArrived(c, 3)
		n := r.Flood(c, 100_000)
		r.Check(c.Disconnect(at))
		r.WantNothing(c)
		r.WantFull(c, "nobody is there to send to")
		numbered(r, b, n)
		r.WaitPeersLeft(b, 0)
		r.WantNothing(b)
	})
}

func TestDisconnectBeforeThereIsAConnectionStillDelivers(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		at := r.FreeEndpoint(endpoint)
		c := r.Socket(zmq.PUSH, zmq.Linger.Of(-1))
		r.Check(c.Connect(at))
		r.Send(c, "1")
		r.Send(c, "2")
		r.Check(c.Disconnect(at))
		b := r.BindAt(zmq.PULL, at)
		r.WantRecv(b, "1")
		r.WantRecv(b, "2")
		r.WaitPeersLeft(b, 0)
	})
}

func TestDisconnectWithoutLingerDropsTheQueue(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		at := r.FreeEndpoint(endpoint)
		c := r.Socket(zmq.PUSH)
		r.Check(c.Connect(at))
		r.Send(c, "1")
		r.Check(c.Disconnect(at))
		r.WaitUntil("the message counts as lost", func() bool { return c.Stats().Drops.PeerGone == 1 })
	})
}

func TestUnbindKeepsWhatWasReceivedAndSendsWhatIsQueued(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		b, at := r.Bind(zmq.DEALER, endpoint, append(rig.SmallQueues(4), zmq.Linger.Of(-1))...)
		c := r.Connect(zmq.DEALER, at, rig.SmallQueues(3)...)
		r.WaitPeers(b, 1)
		for i := range 3 {
			r.Send(c, fmt.Sprint(i), "kept")
		}
		r.WaitArrived(b, 3)
		n := r.Flood(b, 100_000)
		r.Check(b.Unbind(at))
		r.WantFull(b, "nobody is there to send to")
		numbered(r, b, 3)
		numbered(r, c, n)
		r.WaitPeersLeft(b, 0)
		r.WaitPeersLeft(c, 0)
		r.WantNothing(b)
	})
}

func TestSocketFilesAreRemoved(t *testing.T) {
	r := rig.New(t)
	gone := func(path string) {
		t.Helper()
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is still there (%v)", path, err)
		}
	}
	at := rig.IPCEndpoint(t)
	path := strings.TrimPrefix(at, "ipc://")
	s, _ := r.Bind(zmq.PULL, at)
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("a bound socket: %v", err)
	}
	r.Check(s.Unbind(at))
	gone(path)
	r.Check(s.Bind(at))
	r.Check(s.Bind("ipc://*"))
	wild := strings.TrimPrefix(s.LastEndpoint(), "ipc://")
	if filepath.Base(wild) != "socket" {
		t.Errorf("a wildcard is bound at %s", wild)
	}
	r.Send(r.Connect(zmq.PUSH, s.LastEndpoint()), "x")
	r.WantRecv(s, "x")
	r.Check(s.Close())
	gone(path)
	gone(wild)
	gone(filepath.Dir(wild))
}

func TestAbstractNames(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED: only Linux has abstract names")
	}
	r := rig.New(t)
	at := fmt.Sprintf("ipc://@zmq-test-%d-%s", os.Getpid(), t.Name())
	s, last := r.Bind(zmq.PULL, at)
	if last != at {
		t.Errorf("LastEndpoint = %q, want %q", last, at)
	}
	r.Send(r.Connect(zmq.PUSH, at), "x")
	r.WantRecv(s, "x")
	wantError(t, r.Socket(zmq.PULL).Bind(at), "bind", at, syscall.EADDRINUSE, zmq.Errno(syscall.EADDRINUSE))
	r.Check(s.Unbind(at))
	r.Check(s.Bind(at))
}

func TestEndpointPolicyRefuses(t *testing.T) {
	own := errors.New("not here")
	var asked []string
	r := rig.NewWith(t, zmq.ContextConfig{EndpointPolicy: func(op, endpoint string) error {
		asked = append(asked, op+" "+endpoint)
		if strings.HasSuffix(endpoint, "no") {
			return own
		}
		return nil
	}})
	s := r.Socket(zmq.PULL)
	for _, e := range []string{"ipc://no", "inproc://no"} {
		for op, call := range map[string]func(string, ...zmq.Setting) error{"bind": s.Bind, "connect": s.Connect} {
			err := call(e)
			wantError(t, err, op, e, zmq.ErrRefused, zmq.Errno(syscall.EACCES))
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
	r.Check(s.Bind("inproc://yes"))
	r.Check(s.Connect("inproc://other"))
	if want := []string{"bind inproc://yes", "connect inproc://other"}; !reflect.DeepEqual(asked, want) {
		t.Errorf("asked %q, want %q", asked, want)
	}
}

func TestSettingsOfOneConnect(t *testing.T) {
	r := rig.New(t)
	s := r.Socket(zmq.PUSH)
	r.Check(s.Connect(r.FreeEndpoint(rig.AnyPort), zmq.SendHWM.Of(1)))
	r.Check(s.Connect(r.FreeEndpoint(rig.AnyPort), zmq.SendHWM.Of(2)))
	r.Check(s.Connect(r.FreeEndpoint(rig.AnyPort), zmq.Immediate.Of(true)))
	for i := range 3 {
		r.TrySend(s, fmt.Sprint(i))
	}
	r.WantFull(s, "both are full, and the third has no queue yet")
	last := s.LastEndpoint()
	if err := s.Connect("inproc://x", zmq.SendHWM.Of(-1)); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("a setting out of range: %v", err)
	}
	if s.LastEndpoint() != last || len(s.Endpoints()) != 3 {
		t.Errorf("a failed connect leaves a trace: %v", s.Endpoints())
	}
}

func texts(list []zmq.Endpoint) (texts []string) {
	for _, e := range list {
		texts = append(texts, e.String())
	}
	return texts
}
