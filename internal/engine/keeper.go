// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"errors"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/gozmq/zmq/internal/zerr"
)

// A peer without heartbeats waits for ever if it never learns that we have ended the
// connection. When we close the descriptor, Linux retransmits the end for a minute or
// two, counted from the first byte that was not acknowledged (tcp_orphan_retries). The
// line on which a peer was silent for HeartbeatTimeout has used up most of that. While
// the descriptor is open the system goes on for a quarter of an hour (tcp_retries2).
//
//	Close, bytes not acknowledged → reader and writer end, their memory goes
//	→ keep: our direction is shut down → the peer's system answers, or keptFor is over,
//	or the Keeper has too many, or ends → what is not acknowledged now is counted as lost,
//	the descriptor is closed
//
// What a peer sends that has not seen the end yet is not read: closing the descriptor
// then tells the peer at once, by a reset.

const (
	// keptFor is how long an end is retransmitted: as long as Linux does by default.
	keptFor = 15 * time.Minute
	// mostKept is how many connections are kept at most, each with a descriptor and a
	// goroutine: a quarter of the descriptors that a process has mostly.
	mostKept = 256
)

// Keeper keeps connections that were ended until the peers' systems know. The zero
// value is ready.
type Keeper struct {
	mu    sync.Mutex // a leaf lock
	kept  []net.Conn // oldest first
	ended bool
	wait  sync.WaitGroup
}

// keep takes a connection over that nothing reads or writes any more, and calls over
// before it closes it, with whether the peer has reset it. It reports false if it does
// not.
func (k *Keeper) keep(nc net.Conn, over func(reset bool)) bool {
	half, ok := nc.(interface{ CloseWrite() error })
	if !ok || nc.SetDeadline(time.Now().Add(keptFor)) != nil || half.CloseWrite() != nil {
		return false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.ended {
		return false
	}
	if len(k.kept) == mostKept {
		_ = k.kept[0].SetReadDeadline(longAgo)
		k.kept[0] = nil
		k.kept = k.kept[1:]
	}
	k.kept = append(k.kept, nc)
	k.wait.Add(1)
	go k.attend(nc, over)
	return true
}

// attend closes a connection when anything comes, which is the peer's end mostly, or
// nothing can any more.
func (k *Keeper) attend(nc net.Conn, over func(reset bool)) {
	defer k.wait.Done()
	_, err := nc.Read(make([]byte, 1)) // less than a frame, so that others are left unread
	over(errors.Is(zerr.Portable(err), syscall.ECONNRESET))
	_ = nc.Close()
	k.mu.Lock()
	defer k.mu.Unlock()
	for i, x := range k.kept {
		if x == nc {
			k.kept = append(k.kept[:i], k.kept[i+1:]...)
			break
		}
	}
}

// End has what is kept closed. Connections that end later are closed at once.
func (k *Keeper) End() {
	k.mu.Lock()
	k.ended = true
	for _, nc := range k.kept {
		_ = nc.SetReadDeadline(longAgo)
	}
	k.mu.Unlock()
	k.wait.Wait()
}

// closeOrKeep ends the connection below, or has the reader and the writer end, after
// which Wait hands it to the keeper.
func (c *Conn) closeOrKeep() {
	if c.unacked == 0 || c.cfg.Keeper == nil || !c.running.Load() {
		_ = c.nc.Close() // nothing can be done about it, and the descriptor is gone either way
		return
	}
	c.keep.Store(true)
	c.readBy.end(c)
	_ = c.nc.SetWriteDeadline(longAgo)
}
