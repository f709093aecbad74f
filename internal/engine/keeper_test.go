// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// halfPipe is a connection of which one direction can be shut down.
type halfPipe struct {
	net.Conn
	shut, closed atomic.Bool
}

func (h *halfPipe) CloseWrite() error {
	h.shut.Store(true)
	return nil
}

func (h *halfPipe) Close() error {
	h.closed.Store(true)
	return h.Conn.Close()
}

func newHalfPipe(t *testing.T) (h *halfPipe, peer net.Conn) {
	a, b := net.Pipe()
	t.Cleanup(func() { _, _ = a.Close(), b.Close() })
	return &halfPipe{Conn: a}, b
}

// TestKeeperWaitsForTheAnswer: our direction is shut down, and the descriptor is closed
// when the peer has ended its own or says anything, or after a quarter of an hour.
func TestKeeperWaitsForTheAnswer(t *testing.T) {
	for name, answer := range map[string]func(peer net.Conn){
		"end":   func(peer net.Conn) { _ = peer.Close() },
		"bytes": func(peer net.Conn) { _, _ = peer.Write([]byte("x")) },
		"none":  func(net.Conn) {},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var k Keeper
				nc, peer := newHalfPipe(t)
				if !k.keep(nc, func(bool) {}) {
					t.Fatal("it is not kept")
				}
				time.Sleep(keptFor - time.Second)
				synctest.Wait()
				if !nc.shut.Load() || nc.closed.Load() {
					t.Errorf("shut down %v, closed %v", nc.shut.Load(), nc.closed.Load())
				}
				answer(peer)
				if synctest.Wait(); name == "none" {
					time.Sleep(2 * time.Second)
					synctest.Wait()
				}
				if !nc.closed.Load() || len(k.kept) != 0 {
					t.Errorf("closed %v, %d are kept", nc.closed.Load(), len(k.kept))
				}
				k.End()
			})
		})
	}
}

// TestKeeperKeepsTheNewest: the oldest is closed when there are too many.
func TestKeeperKeepsTheNewest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var k Keeper
		var all []*halfPipe
		for range mostKept + 3 {
			nc, _ := newHalfPipe(t)
			if !k.keep(nc, func(bool) {}) {
				t.Fatal("it is not kept")
			}
			synctest.Wait()
			all = append(all, nc)
		}
		for i, nc := range all {
			if nc.closed.Load() != (i < 3) {
				t.Errorf("connection %d: closed %v", i, nc.closed.Load())
			}
		}
		k.End()
		for i, nc := range all {
			if !nc.closed.Load() {
				t.Errorf("connection %d is open after End", i)
			}
		}
		if nc, _ := newHalfPipe(t); k.keep(nc, func(bool) {}) {
			t.Error("it keeps connections after End")
		}
	})
}
