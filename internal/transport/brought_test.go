// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"context"
	"net"
	"testing"
	"testing/synctest"
)

// untouched is a listener whose connections a bind is not to take.
type untouched struct {
	net.Listener
	t *testing.T
}

func (l untouched) Accept() (net.Conn, error) {
	l.t.Error("Accept is called")
	return nil, net.ErrClosed
}

func (untouched) Addr() net.Addr { return nil }
func (untouched) Close() error   { return nil }

// TestListenerIsLeftAloneUntilItServes: until then the program may get it back, without an
// Accept that waits.
func TestListenerIsLeftAloneUntilItServes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := &Config{Lent: true, Listen: func(context.Context, string, string) (net.Listener, error) { return untouched{t: t}, nil }}
		l, err := ListenWith(t.Context(), "tcp", "a-name", "tcp://a-name", cfg, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// TestListenerThatIsLentIsHandedOver: it is not lost when the bind ends meanwhile.
func TestListenerThatIsLentIsHandedOver(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	cfg := &Config{Lent: true, Listen: func(context.Context, string, string) (net.Listener, error) { return ln, nil }}
	for range 100 { // what is chosen by chance
		_, err := ListenWith(ended, "tcp", "a-name", "tcp://a-name", cfg, func(net.Addr) string { return "" }, nil)
		if err != nil {
			t.Fatal(err)
		}
	}
}
