// SPDX-License-Identifier: Apache-2.0

package gozmq

import (
	"fmt"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	key = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7" // the one of RFC 32, Test Vectors
	ms  = time.Millisecond
)

// properties are the pairs of methods that read an option and set it, with libzmq's default and a value
// to set. nil for the value is for what cannot be set, nil for the default for what
// cannot be read.
var properties = map[string]struct{ initial, value any }{
	"Affinity": {uint64(0), uint64(1)}, "Identity": {"", "me"}, "Rate": {int64(100), int64(1000)},
	"RecoveryIvl": {10000 * ms, 2000 * ms}, "SndBuf": {^uint64(0), uint64(65536)}, "RcvBuf": {^uint64(0), uint64(65536)},
	"Linger": {-ms, 250 * ms}, "ReconnectIvl": {100 * ms, 20 * ms}, "ReconnectIvlMax": {0 * ms, 5 * time.Second},
	"Backlog": {100, 7}, "RcvTimeout": {-ms, 10 * ms}, "SndTimeout": {-ms, 10 * ms}, "SndHWM": {1000, 5}, "RcvHWM": {1000, 6},
	"McastLoop": {true, false}, "Swap": {int64(0), int64(0)}, "MaxMsgSize": {int64(-1), int64(1 << 33)},
	"IPv4Only": {true, false}, "DelayAttachOnConnect": {false, true}, "TCPKeepalive": {-1, 1}, "TCPKeepaliveCnt": {-1, 3},
	"TCPKeepaliveIdle": {-1, 60}, "TCPKeepaliveIntvl": {-1, 30}, "Ipv6": {false, true}, "Immediate": {false, true},
	"PlainServer": {0, 1}, "PlainUsername": {"", "u"}, "PlainPassword": {"", "p"}, "CurvePublickey": {zeroKey, key},
	"CurveSecretkey": {zeroKey, key}, "CurveServerkey": {zeroKey, key}, "ZapDomain": {"", "d"},
	"HWM": {nil, reflect.ValueOf((*Socket).SetHWM).Type().In(1)}, "Mechanism": {0, nil}, "Events": {uint64(0), nil},
	"Conflate": {nil, true},
}

var zeroKey = strings.Repeat("0", 40)

// only are the properties that a certain type of socket takes.
var only = map[string]struct {
	kind  SocketType
	value any
}{
	"ROUTERMandatory": {ROUTER, true}, "ROUTERRaw": {ROUTER, 1}, "ProbeROUTER": {ROUTER, 1}, "XPUBVerbose": {XPUB, true},
	"ReqCorrelate": {REQ, 1}, "ReqRelaxed": {REQ, 1}, "CurveServer": {PULL, 1}, "TCPAcceptFilter": {PULL, "127.0.0.0/8"},
	"Subscribe": {SUB, "a"}, "Unsubscribe": {SUB, "a"},
}

// TestSetTCPAcceptFilterNilLetsEverybodyConnect has a filter that keeps this host away.
func TestSetTCPAcceptFilterNilLetsEverybodyConnect(t *testing.T) {
	c := newContext(t)
	pull, push := c.socket(t, PULL), c.socket(t, PUSH)
	must(t, pull.SetTCPAcceptFilter("10.11.12.13"))
	must(t, pull.SetTCPAcceptFilterNil())
	must(t, pull.Bind("tcp://127.0.0.1:*"))
	at, err := pull.s.Text(lastEndpoint)
	must(t, err)
	must(t, push.Connect(at))
	must(t, pull.SetRcvTimeout(time.Minute))
	send(t, push, "let in", 0)
	want(t, pull, "let in", false)
}

// lastEndpoint is an option that the original does not have. (ZMQ_LAST_ENDPOINT)
const lastEndpoint = 32

func TestEveryProperty(t *testing.T) {
	c := newContext(t)
	typ := reflect.TypeFor[*Socket]()
	for i := range typ.NumMethod() {
		name, ok := strings.CutPrefix(typ.Method(i).Name, "Set")
		if !ok || strings.HasPrefix(name, "SockOpt") || name == "TCPAcceptFilterNil" {
			continue
		}
		if o, ok := only[name]; ok {
			must(t, set(c.socket(t, o.kind), name, o.value))
			continue
		}
		p, ok := properties[name]
		if !ok {
			t.Errorf("Set%s is not tested", name)
			continue
		}
		s := c.socket(t, PULL)
		if name == "Linger" {
			s, _ = c.NewSocket(PULL) // socket sets it
		}
		if kind, ok := p.value.(reflect.Type); ok { // int or uint64 by generation
			must(t, set(s, name, reflect.ValueOf(9).Convert(kind).Interface()))
			if n, err := s.SndHWM(); n != 9 || err != nil {
				t.Errorf("SndHWM %d %v", n, err)
			}
			if n, err := s.RcvHWM(); n != 9 || err != nil {
				t.Errorf("RcvHWM %d %v", n, err)
			}
			continue
		}
		if p.initial != nil {
			check(t, s, name, p.initial)
		}
		if err := set(s, name, p.value); err != nil {
			t.Errorf("Set%s(%v): %v", name, p.value, err)
		}
		if p.initial != nil {
			check(t, s, name, p.value)
		}
	}
	check(t, c.socket(t, PULL), "Mechanism", 0)
	check(t, c.socket(t, PULL), "Events", uint64(0))
	check(t, c.socket(t, PUB), "Events", uint64(POLLOUT))
	check(t, c.socket(t, XPUB), "Type", XPUB)
}

func set(s *Socket, name string, value any) error {
	out := reflect.ValueOf(s).MethodByName("Set" + name).Call([]reflect.Value{reflect.ValueOf(value)})
	err, _ := out[0].Interface().(error)
	return err
}

func check(t *testing.T, s *Socket, name string, want any) {
	t.Helper()
	out := reflect.ValueOf(s).MethodByName(name).Call(nil)
	if err, _ := out[1].Interface().(error); err != nil || out[0].Interface() != want {
		t.Errorf("%s: %v %v, want %v", name, out[0], err, want)
	}
}

func TestOptionsByType(t *testing.T) {
	s := newContext(t).socket(t, PULL)
	must(t, s.SetSockOptInt(LINGER, 5))
	must(t, s.SetSockOptInt64(MAXMSGSIZE, 5))
	must(t, s.SetSockOptUInt64(SNDBUF, 4096))
	must(t, s.SetSockOptString(IDENTITY, "x"))
	must(t, s.SetSockOptString(PLAIN_USERNAME, "x"))
	must(t, s.SetSockOptStringNil(PLAIN_USERNAME))
	i, e1 := s.GetSockOptInt(LINGER)
	j, e2 := s.GetSockOptInt64(MAXMSGSIZE)
	u, e3 := s.GetSockOptUInt64(SNDBUF)
	x, e4 := s.GetSockOptString(IDENTITY)
	m, e5 := s.GetSockOptInt(MECHANISM)
	b, e6 := s.GetSockOptBool(BoolSocketOption(IPV4ONLY))
	if got := fmt.Sprintln(i, j, u, x, m, b, e1, e2, e3, e4, e5, e6); got != "5 5 4096 x 0 true <nil> <nil> <nil> <nil> <nil> <nil>\n" {
		t.Error(got)
	}
	if more, err := s.GetSockOptInt(IntSocketOption(RCVMORE)); more != 0 || err != nil {
		t.Errorf("RCVMORE %d %v", more, err)
	}
}

func TestOptionsThatAreRefused(t *testing.T) {
	c := newContext(t)
	s := c.socket(t, PULL)
	for name, err := range map[string]error{
		"value":    s.SetSockOptInt(RCVHWM, -2),
		"number":   s.SetSockOptInt(IntSocketOption(3000), 1),
		"type":     s.SetSockOptString(SUBSCRIBE, ""),
		"identity": s.SetIdentity(""),
		"swap":     s.SetSwap(1),
		"filter":   s.SetTCPAcceptFilter("nonsense"),
		"key":      s.SetCurvePublickey("short"),
		"fd":       second(s.GetSockOptInt64(FD)),
		"write":    second(s.GetSockOptBool(FAIL_UNROUTABLE)),
		"text":     second(s.GetSockOptString(SUBSCRIBE)),
	} {
		if err != EINVAL {
			t.Errorf("%s: %v, want EINVAL", name, err)
		}
	}
	must(t, s.Close())
	for name, err := range map[string]error{
		"set": s.SetLinger(0), "get": second(s.Linger()), "swap": second(s.Swap()), "more": second(s.RcvMore()),
		"events": second(s.Events()), "text": s.SetIdentity("x"),
	} {
		if err != ENOTSOCK {
			t.Errorf("%s on a closed socket: %v, want ENOTSOCK", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestContextOptions(t *testing.T) {
	c := newContext(t)
	io, err := c.IOThreads()
	if n, err2 := c.MaxSockets(); io != 1 || n != 1023 || err != nil || err2 != nil {
		t.Errorf("%d %d %v %v", io, n, err, err2)
	}
	must(t, c.SetIOThreads(2))
	must(t, c.SetMaxSockets(1))
	if io, _ := c.IOThreads(); io != 2 {
		t.Errorf("IOThreads %d", io)
	}
	if err := c.SetMaxSockets(0); err != EINVAL {
		t.Errorf("%v", err)
	}
	c.socket(t, PULL)
	if _, err := c.NewSocket(PULL); err != syscall.EMFILE {
		t.Errorf("%v, want EMFILE", err)
	}
	if _, err := c.NewSocket(99); err != EINVAL {
		t.Errorf("%v, want EINVAL", err)
	}
}

func TestRecoveryIvlUnits(t *testing.T) {
	s := newContext(t).socket(t, PUB)
	must(t, s.SetRecoveryIvl(3*time.Second))
	if v, err := s.GetSockOptInt64(RECOVERY_IVL); v*recoveryUnit != 3000 || err != nil {
		t.Errorf("%d %v", v, err)
	}
	if v, err := s.GetSockOptInt64(RECOVERY_IVL_MSEC); v != 3000 || err != nil {
		t.Errorf("%d %v", v, err)
	}
	must(t, s.SetSockOptInt64(RECOVERY_IVL, 4*1000/recoveryUnit))
	if v, err := s.RecoveryIvl(); v != 4*time.Second || err != nil {
		t.Errorf("%v %v", v, err)
	}
}
