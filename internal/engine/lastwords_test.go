// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// fragile is a connection to a pipe with that high-water mark whose next write
// fails.
func fragile(t *testing.T, p *pipe.Pipe) *rig {
	ours, far := zmqtest.PipeOf(16 << 20)
	b := &breaking{Conn: ours}
	r := rigOn(t, configOf("DEALER", nil), p, b, far)
	r.handshake("ROUTER")
	b.mu.Lock()
	b.armed = true
	b.mu.Unlock()
	return r
}

func pipeOf(hwm int, bytes int64) *pipe.Pipe {
	return pipe.New(pipe.Config{Mailbox: new(pipe.Mailbox), Buffers: new(pipe.Buffers), RecvHWM: hwm, RecvMax: bytes})
}

// numbered is n messages of one frame from first on.
func numbered(first, n int) (wireBytes []byte, text []string) {
	for i := range n {
		text = append(text, fmt.Sprint(first+i))
		wireBytes = append(wireBytes, frameOf(0, text[i])...)
	}
	return wireBytes, text
}

// TestWriteFailureEndsAConnectionWhoseReaderIsHeldUp: an application that never
// receives does not keep a broken connection, and still gets all that the peer
// had sent: what the reader held, what the system held, and nothing in part.
func TestWriteFailureEndsAConnectionWhoseReaderIsHeldUp(t *testing.T) {
	for _, marks := range [][2]int{{3, 0}, {0, 10}, {1000, 0}} {
		synctest.Test(t, func(t *testing.T) {
			p := pipeOf(marks[0], int64(marks[1]))
			r := fragile(t, p)
			wireBytes, want := numbered(0, 100)
			r.write(wireBytes)
			synctest.Wait() // the reader holds some of them
			more, text := numbered(100, 50_000)
			r.write(more)
			r.write([]byte{0, 9, 'x'})
			_ = r.peer.(*zmqtest.Conn).CloseWrite()
			synctest.Wait()
			if marks[0] == 3 && r.hasEnded() {
				t.Fatalf("ended with %v", r.err)
			}
			start := time.Now()
			r.send("broken")
			if err := r.end(); err != io.EOF || time.Since(start) != 0 {
				t.Errorf("ended with %v after %v", err, time.Since(start))
			}
			if got := r.received(); !slices.Equal(got, append(want, text...)) {
				t.Errorf("%d messages received", len(got))
			}
			if n := p.Out().Count(); n != 1 {
				t.Errorf("%d messages are kept for the next connection", n)
			}
		})
	}
}

// TestWriteFailureWhilePeerStaysOpen: a peer that does not listen any more, and
// does not close either, is given up after lastWait, however much it says
// meanwhile; with it ends what it may say.
func TestWriteFailureWhilePeerStaysOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := fragile(t, pipeOf(3, 0))
		wireBytes, want := numbered(0, 10)
		r.write(wireBytes)
		start := time.Now()
		r.send("broken")
		synctest.Wait()
		for i := range 10 {
			time.Sleep(lastWait / 11)
			wireBytes, text := numbered(10+i, 1)
			r.write(wireBytes)
			want = append(want, text...)
		}
		if err := r.end(); !errors.Is(err, errBroken) || time.Since(start) != lastWait {
			t.Errorf("ended with %v after %v", err, time.Since(start))
		}
		if got := r.received(); !slices.Equal(got, want) {
			t.Errorf("received %q", got)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		r := fragile(t, pipeOf(3, 0))
		r.send("broken")
		synctest.Wait()
		start := time.Now()
		for range 1000 {
			if _, err := r.peer.Write(bytes.Repeat(frameOf(0, "m"), 10_000)); err != nil {
				break
			}
		}
		if err := r.end(); !errors.Is(err, errBroken) || time.Since(start) != 0 {
			t.Errorf("ended with %v after %v", err, time.Since(start))
		}
		if n := len(r.received()); n < 3 || n > lastBytes {
			t.Errorf("%d messages received", n)
		}
	})
}

// TestReaderThatIsHeldUpCountsWhatItHolds: messages that were read from a connection and
// found no room are not lost without a trace when the socket closes.
func TestReaderThatIsHeldUpCountsWhatItHolds(t *testing.T) {
	for _, n := range []int{5, batchSize + 5, 5_000} {
		synctest.Test(t, func(t *testing.T) {
			var totals pipe.Totals
			p := pipe.New(pipe.Config{Mailbox: new(pipe.Mailbox), Buffers: new(pipe.Buffers), RecvHWM: 3, Totals: &totals})
			r := fragile(t, p)
			wireBytes, _ := numbered(0, n)
			r.write(wireBytes)
			synctest.Wait()
			p.CloseIn(true)
			r.conn.Close(nil)
			if err := r.end(); !errors.Is(err, net.ErrClosed) {
				t.Errorf("ended with %v", err)
			}
			if got := totals.Unread.Load(); got != uint64(n) {
				t.Errorf("%d messages are counted, want %d", got, n)
			}
		})
	}
}

// TestLastWordsDoNotPileUp: what one connection left beyond the mark is worked
// off before another may leave more.
func TestLastWordsDoNotPileUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pipeOf(3, 0)
		for round := range 5 {
			r := fragile(t, p)
			wireBytes, _ := numbered(100*round, 100)
			r.write(wireBytes)
			_ = r.peer.(*zmqtest.Conn).CloseWrite()
			synctest.Wait()
			r.send("broken")
			if err := r.end(); err == nil {
				t.Error("ended without a reason")
			}
		}
		_, want := numbered(0, 100)
		var got []string
		for m := (pipe.Message{}); p.Read(&m); {
			got = append(got, text(&m))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d messages received, want those of the first connection", len(got))
		}
		r := fragile(t, p) // all is read: the next may again
		wireBytes, want := numbered(0, 100)
		r.write(wireBytes)
		synctest.Wait()
		r.send("broken")
		_ = r.end()
		if got := r.received(); !slices.Equal(got, want) {
			t.Errorf("%d messages received", len(got))
		}
	})
}

// TestPeerThatNeverReads: its close with unread bytes is a reset, and our writes
// fail. What had reached this side before is received all the same: a reset
// leaves the receive queue of a socket readable on Linux. What it had not sent
// yet dies with it, so that the messages here are few.
func TestPeerThatNeverReads(t *testing.T) {
	for name, pair := range map[string]func(*testing.T) (net.Conn, net.Conn){"tcp": tcpPair, "unix": unixPair} {
		t.Run(name, func(t *testing.T) {
			ours, far := pair(t)
			p := pipeOf(5, 0)
			r := rigOn(t, configOf("DEALER", nil), p, ours, far)
			r.handshake("ROUTER")
			wireBytes, want := numbered(0, 210)
			r.write(wireBytes)
			r.send("unread")
			drained := make(chan struct{})
			p.Out().OnDrained(sync.OnceFunc(func() { close(drained) }))
			<-drained
			_ = far.Close()
			for r.conn.writeErr.Load() == nil {
				r.send("into the void")
			}
			_ = r.end()
			if got := r.received(); !slices.Equal(got, want) {
				t.Errorf("%d messages received, want %d", len(got), len(want))
			}
		})
	}
}

func unixPair(t *testing.T) (a, b net.Conn) {
	t.Helper()
	l, err := net.Listen("unix", t.TempDir()+"/s")
	if err != nil {
		t.Skipf("SKIPPED: no sockets in the file system here: %v", err)
	}
	defer l.Close()
	if a, err = net.Dial("unix", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if b, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	return a, b
}
