// SPDX-License-Identifier: Apache-2.0

package session

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// connects starts Dialers to one endpoint, each with an address by which the transport
// knows it, and returns the function that stops them.
func connects(n *network, count int) (stop func()) {
	first := new(FirstDials)
	var all []*Dialer
	for i := range count {
		cfg := configOf(n, newSocket())
		cfg.FirstDials, cfg.Address, cfg.ReconnectInterval = first, fmt.Sprint(i), -1
		d := NewDialer(cfg, newPipe())
		d.Start()
		all = append(all, d)
	}
	return func() {
		for _, d := range all {
			d.Stop(errors.New("stopped by the test"))
			<-d.Done()
		}
		if len(first.last) != 0 {
			panic("an endpoint is remembered that is not dialled any more")
		}
	}
}

// TestConnectsToAnEndpointBeginInOrder: each begins when the previous one has a peer or
// has ended.
func TestConnectsToAnEndpointBeginInOrder(t *testing.T) {
	for name, dial := range map[string]func(ctx context.Context, n int) (net.Conn, error){
		"fails":    func(context.Context, int) (net.Conn, error) { <-time.After(time.Millisecond); return nil, errDial },
		"succeeds": func(context.Context, int) (net.Conn, error) { return peerLeaves(greeting), nil },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const count = 40
				n := &network{dial: dial}
				began := time.Now()
				stop := connects(n, count)
				time.Sleep(count * time.Millisecond)
				synctest.Wait()
				var want []string
				for i := range count {
					want = append(want, fmt.Sprint(i))
				}
				if !slices.Equal(n.names, want) {
					t.Errorf("after %v: %q", time.Since(began), n.names)
				}
				stop()
			})
		})
	}
}

// TestConnectThatDoesNotBeginHoldsOthersUpBriefly: a name that does not resolve, for
// example.
func TestConnectThatDoesNotBeginHoldsOthersUpBriefly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &network{dial: func(ctx context.Context, _ int) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }}
		stop := connects(n, 10)
		time.Sleep(fairWait)
		synctest.Wait()
		if n.count() != 10 {
			t.Errorf("%d dials", n.count())
		}
		stop()
	})
}
