// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/interop/peer"
)

// TestCallsWithoutPeersEndAsInLibzmq: the error numbers of sending, receiving and
// subscribing on a fresh socket of each type, and its LINGER.
func TestCallsWithoutPeersEndAsInLibzmq(t *testing.T) {
	libzmq := peer.Start(t)
	c := newContext(t, zmq.ContextConfig{LibzmqDefaults: true})
	for typ := zmq.PAIR; typ <= zmq.STREAM; typ++ {
		for name, call := range map[string]struct {
			ours   func(*zmq.Socket) error
			theirs func(*peer.Socket) error
		}{
			"receive": {
				func(s *zmq.Socket) error { _, err := s.TryRecv(); return err },
				func(s *peer.Socket) error { _, err := s.Recv(0); return err },
			},
			"send one frame":      trySend("x"),
			"send two frames":     trySend("x", "y"),
			"send an empty frame": trySend(""),
			"subscribe": {
				func(s *zmq.Socket) error { return s.Subscribe("x") },
				func(s *peer.Socket) error { return s.SetRaw(6, []byte("x")) },
			},
			"cancel": {
				func(s *zmq.Socket) error { return s.Unsubscribe("x") },
				func(s *peer.Socket) error { return s.SetRaw(7, []byte("x")) },
			},
			"unbind what is not bound": {
				func(s *zmq.Socket) error { return s.Unbind("tcp://127.0.0.1:1") },
				func(s *peer.Socket) error { return s.TryUnbind("tcp://127.0.0.1:1") },
			},
			"unbind nonsense": {
				func(s *zmq.Socket) error { return s.Unbind("nonsense") },
				func(s *peer.Socket) error { return s.TryUnbind("nonsense") },
			},
		} {
			s, err := c.NewSocket(typ)
			if err != nil {
				t.Fatal(err)
			}
			theirs := libzmq.Socket(typ.String(), nil)
			// -1 or 0, so that the unit does not matter.
			if got, want := zmq.Linger.Get(s), time.Duration(theirs.GetInt("LINGER")); got != want {
				t.Errorf("%v: LINGER is %d in libzmq, %d in ours", typ, want, got)
			}
			ourErr, theirErr := call.ours(s), call.theirs(theirs)
			if typ == zmq.STREAM && strings.HasPrefix(name, "send") && name != "send two frames" {
				ourErr = nil // says that the bytes are missing; libzmq ignores the message
			}
			if got, want := zmq.Errno(ourErr), number(theirErr); got != want {
				t.Errorf("%v: %s: libzmq says %d, ours %d (%v)", typ, name, want, got, ourErr)
			}
			zmq.Linger.Set(s, 0)
			s.Close()
			theirs.Close()
		}
	}
}

func trySend(frames ...string) (call struct {
	ours   func(*zmq.Socket) error
	theirs func(*peer.Socket) error
}) {
	b := make([][]byte, len(frames))
	for i, f := range frames {
		b[i] = []byte(f)
	}
	call.ours = func(s *zmq.Socket) error { return s.TrySend(b...) }
	call.theirs = func(s *peer.Socket) error { return s.Send(0, b...) }
	return call
}

// number returns libzmq's error number, 0 for none.
func number(err error) int {
	var refused *peer.Error
	if errors.As(err, &refused) {
		return refused.Errno
	}
	if err != nil {
		panic(fmt.Sprint("not an answer of libzmq: ", err))
	}
	return 0
}
