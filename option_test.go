// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/opt"
)

// readBack sets an option of a socket and reads it again.
func readBack[T comparable](option Option[T], typ SocketType, set, want T) func(*testing.T) {
	return func(t *testing.T) {
		s := newTestSocket(t, typ)
		if err := option.Set(s, set); err != nil {
			t.Fatalf("set to %v: %v", set, err)
		}
		if got := option.Get(s); got != want {
			t.Errorf("set to %v, reads %v, want %v", set, got, want)
		}
	}
}

func TestOptionReadsBack(t *testing.T) {
	for name, test := range map[string]func(*testing.T){
		"SendHWM":                     readBack(SendHWM, PUSH, 7, 7),
		"RecvHWM":                     readBack(RecvHWM, PULL, 0, 0),
		"SendHWMBytes":                readBack(SendHWMBytes, PUB, 1<<40, 1<<40),
		"RecvHWMBytes":                readBack(RecvHWMBytes, SUB, 9, 9),
		"SendTimeout":                 readBack(SendTimeout, REQ, -5*time.Second, -1),
		"RecvTimeout":                 readBack(RecvTimeout, REQ, time.Microsecond, time.Millisecond),
		"Linger":                      readBack(Linger, PAIR, time.Minute, time.Minute),
		"Conflate":                    readBack(Conflate, PUB, true, true),
		"DisconnectSlow":              readBack(DisconnectSlow, PUB, time.Second, time.Second),
		"ReconnectInterval":           readBack(ReconnectInterval, SUB, -time.Hour, -1),
		"ReconnectIntervalMax":        readBack(ReconnectIntervalMax, SUB, time.Hour, time.Hour),
		"ReconnectStop":               readBack(ReconnectStop, DEALER, 3, 3),
		"ReconnectAfterProtocolError": readBack(ReconnectAfterProtocolError, DEALER, false, false),
		"ConnectTimeout":              readBack(ConnectTimeout, DEALER, time.Second, time.Second),
		"HandshakeInterval":           readBack(HandshakeInterval, ROUTER, 0, 0),
		"Immediate":                   readBack(Immediate, PUSH, true, true),
		"Backlog":                     readBack(Backlog, PULL, 5, 5),
		"UseFD":                       readBack(UseFD, PULL, 99, 99),
		"IPv6":                        readBack(IPv6, PULL, false, false),
		"TCPKeepAlive":                readBack(TCPKeepAlive, PULL, -1, -1),
		"TCPKeepAliveIdle":            readBack(TCPKeepAliveIdle, PULL, 1500*time.Millisecond, 2*time.Second),
		"TCPKeepAliveInterval":        readBack(TCPKeepAliveInterval, PULL, -1, -1),
		"TCPKeepAliveCount":           readBack(TCPKeepAliveCount, PULL, 8, 8),
		"TCPMaxRetransmit":            readBack(TCPMaxRetransmit, PULL, time.Second, time.Second),
		"SendBuffer":                  readBack(SendBuffer, PUSH, 1<<16, 1<<16),
		"RecvBuffer":                  readBack(RecvBuffer, PUSH, -1, -1),
		"TOS":                         readBack(TOS, PUSH, 0x28, 0x28),
		"Priority":                    readBack(Priority, PUSH, 3, 3),
		"BindToDevice":                readBack(BindToDevice, PUSH, "lo", "lo"),
		"BindToDevice cleared":        readBack(BindToDevice, PUSH, "", ""),
		"RouterNotify":                readBack(RouterNotify, ROUTER, 3, 3),
		"InvertMatching":              readBack(InvertMatching, SUB, true, true),
		"HeartbeatInterval":           readBack(HeartbeatInterval, PAIR, time.Second, time.Second),
		"HeartbeatTimeout":            readBack(HeartbeatTimeout, PAIR, 0, 0),
		"HeartbeatTTL":                readBack(HeartbeatTTL, PAIR, 1234*time.Millisecond, 1200*time.Millisecond),
		"HeartbeatOldPeers":           readBack(HeartbeatOldPeers, PAIR, true, true),
		"RefuseOldPeers":              readBack(RefuseOldPeers, PAIR, true, true),
		"MaxMessageSize":              readBack(MaxMessageSize, PULL, -1, -1),
		"MaxMessageBytes":             readBack(MaxMessageBytes, PULL, 1<<40, 1<<40),
		"MaxFrames":                   readBack(MaxFrames, PULL, 1, 1),
		"MaxHandshakes":               readBack(MaxHandshakes, PULL, 1, 1),
		"MaxHandshakeBytes":           readBack(MaxHandshakeBytes, PULL, 512, 512),
		"MaxPeers":                    readBack(MaxPeers, PULL, 1, 1),
		"MaxSubscriptions":            readBack(MaxSubscriptions, XPUB, 1, 1),
		"MaxTopicBytes":               readBack(MaxTopicBytes, XPUB, 1, 1),
		"Linger of SUB":               readBack(Linger, SUB, 0, 0),
	} {
		t.Run(name, test)
	}
}

func TestOptionReadsBackOctets(t *testing.T) {
	s := newTestSocket(t, DEALER)
	id := []byte("worker")
	if err := RoutingID.Set(s, id); err != nil {
		t.Fatal(err)
	}
	id[0] = 'X'
	if got := string(RoutingID.Get(s)); got != "worker" {
		t.Errorf("RoutingID reads %q, want a copy of what was set", got)
	}
}

// TestEveryOptionReadsAsItsDefault goes by the table, in both columns.
func TestEveryOptionReadsAsItsDefault(t *testing.T) {
	old, err := NewContext(ContextConfig{LibzmqDefaults: true})
	if err != nil {
		t.Fatal(err)
	}
	ours, libzmq := newTestSocket(t, PAIR), socketIn(t, old, PAIR)
	t.Cleanup(func() { _ = libzmq.Close() })
	for _, sp := range opt.Table() {
		if sp.Access != opt.ReadWrite || !sp.Ints() || sp.Num == opt.Linger {
			continue // Linger was set for the test
		}
		if got, err := ours.s.Option(sp.Num); err != nil || got.I != sp.Default.I {
			t.Errorf("%s reads %d, %v; want %d", sp.Name, got.I, err, sp.Default.I)
		}
		if got, err := libzmq.s.Option(sp.Num); err != nil || got.I != sp.LibzmqDefault.I {
			t.Errorf("%s reads %d with libzmq's defaults, %v; want %d", sp.Name, got.I, err, sp.LibzmqDefault.I)
		}
	}
}

func TestOptionOutOfRange(t *testing.T) {
	for _, x := range []Setting{
		SendHWM.Of(-1), TCPKeepAlive.Of(2), MaxHandshakeBytes.Of(0), HeartbeatTimeout.Of(-1), RouterNotify.Of(4),
		RoutingID.Of(nil), RoutingID.Of(make([]byte, 256)), Metadata.Of("name:value"), Metadata.Of(""),
		TCPAcceptFilter.Of("localhost"), IPCFilterUID.Of(-1), Backlog.Of(-1), BindToDevice.Of("seventeen-octets!"),
		Linger.Of(1 << 62), TopicsCount.Of(1),
	} {
		t.Run(x.name(), func(t *testing.T) {
			if _, err := newTestContext(t).NewSocket(ROUTER, x); !errors.Is(err, ErrInvalid) {
				t.Errorf("%v, want ErrInvalid", err)
			}
		})
	}
}

// TestOptionOfAnotherType: an option of one type is an error on others, to set
// and, as far as Get can tell, to read.
func TestOptionOfAnotherType(t *testing.T) {
	push := newTestSocket(t, PUSH)
	for _, x := range []Setting{
		XPubVerbose.Of(true), XPubVerboser.Of(true), XPubManual.Of(true), XPubManualLastValue.Of(true), XPubNoDrop.Of(true),
		XPubWelcomeMessage.Of([]byte("hi")), OnlyFirstSubscribe.Of(true), XSubVerboseUnsubscribe.Of(true),
		RouterMandatory.Of(true), RouterHandover.Of(true), RouterRaw.Of(true), ReqRelaxed.Of(true), ReqCorrelate.Of(true),
		StreamNotify.Of(true), ProbeRouter.Of(true), ConnectRoutingID.Of([]byte("a")),
	} {
		if err := push.Set(x); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s on a PUSH: %v, want ErrInvalid", x.name(), err)
		}
		if err := push.Connect("inproc://nobody", x); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s for an endpoint of a PUSH: %v, want ErrInvalid", x.name(), err)
		}
	}
	if XPubVerbose.Get(push) || TopicsCount.Get(push) != 0 {
		t.Error("options of other types do not read as zero")
	}
	if _, err := push.s.Option(opt.TopicsCount); !errors.Is(err, ErrInvalid) {
		t.Errorf("TOPICS_COUNT of a PUSH: %v, want ErrInvalid", err)
	}
}

func TestSettingsOfAContextPassOverOtherTypes(t *testing.T) {
	c := newTestContext(t, SendHWM.Of(5), XPubVerbose.Of(true))
	if got := SendHWM.Get(socketIn(t, c, PUSH)); got != 5 {
		t.Errorf("SendHWM is %d, want the context's 5", got)
	}
	if _, err := NewContext(ContextConfig{Settings: []Setting{SendHWM.Of(-1)}}); !errors.Is(err, ErrInvalid) {
		t.Errorf("a context with a bad setting: %v, want ErrInvalid", err)
	}
}

// TestEndpointRefusesSettingsOfTheSocket: what one endpoint cannot have of its
// own would be ignored without an error otherwise.
func TestEndpointRefusesSettingsOfTheSocket(t *testing.T) {
	s := newTestSocket(t, ROUTER)
	for _, x := range []Setting{
		Linger.Of(0), SendTimeout.Of(0), RecvTimeout.Of(0), MaxPeers.Of(1), RouterMandatory.Of(false), RouterRaw.Of(true),
		RouterNotify.Of(3), DisconnectMessage.Of([]byte("bye")), InvertMatching.Of(true), WithLimits(Limits{}),
	} {
		if err := s.Bind("inproc://x", x); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s for an endpoint: %v, want ErrInvalid", x.name(), err)
		}
	}
	if n := len(s.Endpoints()); n != 0 {
		t.Errorf("%d endpoints after failures only", n)
	}
}

func TestParseSetting(t *testing.T) {
	s := newTestSocket(t, DEALER)
	for _, c := range [][2]string{
		{"ZMQ_SNDHWM", "12"}, {"linger", "250ms"}, {"RcvTimeo", "3s"}, {"Immediate", "true"}, {"IDENTITY", "0x414243"},
	} {
		x, err := ParseSetting(c[0], c[1])
		if err == nil {
			err = s.Set(x)
		}
		if err != nil {
			t.Errorf("%s=%s: %v", c[0], c[1], err)
		}
	}
	if SendHWM.Get(s) != 12 || Linger.Get(s) != 250*time.Millisecond || RecvTimeout.Get(s) != 3*time.Second ||
		!Immediate.Get(s) || string(RoutingID.Get(s)) != "ABC" {
		t.Error("a parsed setting did not arrive")
	}
	if _, err := ParseSetting("SNDHWN", "1"); !errors.Is(err, ErrUnknownOption) {
		t.Errorf("an unknown name: %v, want ErrUnknownOption", err)
	}
	if _, err := ParseSetting("SNDHWM", "many"); !errors.Is(err, ErrInvalid) {
		t.Errorf("no number: %v, want ErrInvalid", err)
	}
	if err := s.Set(Setting{}); err != nil {
		t.Errorf("the zero Setting: %v", err)
	}
}

func TestLookupOption(t *testing.T) {
	info, ok := LookupOption("sndhwm")
	if !ok || info.Number != 23 || info.GoName != "SendHWM" || info.Default != "1000" || SendHWM.Name() != info.Name {
		t.Errorf("%+v, %v", info, ok)
	}
	if !slices.Contains(Options(), info) {
		t.Error("Options does not list what LookupOption finds")
	}
	if _, ok := LookupOption("BLOCKY"); ok {
		t.Error("LookupOption finds an option of contexts")
	}
}
