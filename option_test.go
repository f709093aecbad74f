// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"errors"
	"testing"

	"github.com/gozmq/zmq/internal/opt"
)

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
		TCPAcceptFilter.Of("localhost"), IPCFilterUID.Of(-1), Backlog.Of(-1), BindToDevice.Of("seventeen-bytes!!"),
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
