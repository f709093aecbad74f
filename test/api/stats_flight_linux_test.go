// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"fmt"
	"net"
	"syscall"
	"testing"
	"unsafe"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// arrived returns how many bytes have come for a connection and not been read.
func arrived(t *testing.T, nc net.Conn) int {
	t.Helper()
	raw, err := nc.(*net.TCPConn).SyscallConn()
	rig.Must(t, err)
	var size int32
	var failed syscall.Errno
	rig.Must(t, raw.Control(func(fd uintptr) {
		_, _, failed = syscall.Syscall(syscall.SYS_IOCTL, fd, syscall.TIOCINQ, uintptr(unsafe.Pointer(&size)))
	}))
	if failed != 0 {
		t.Fatal(failed)
	}
	return int(size)
}

// lossBounds returns between which numbers the messages in flight are: the peer's system
// has taken so many bytes of those that ours took, and may not have acknowledged the
// last segment, which is 64 KiB at most.
func lossBounds(taken, size, bytes int) (least, most int) {
	least = taken - bytes/size
	return least, least + (64<<10)/size + 1
}

// TestMessagesInFlightAreLostWithAConnection: what the system had taken, and the peer's
// had not, is counted once, apart from what was still queued.
func TestMessagesInFlightAreLostWithAConnection(t *testing.T) {
	for size, buffer := range map[int]int{100: 16 << 10, 5000: 0, 100_000: 0} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			r := rig.New(t)
			push, at := r.Bind(zmq.PUSH, rig.AnyPort, zmq.SendHWM.Of(50), zmq.SendBuffer.Of(buffer))
			peer := rig.DialRaw(t, at)
			rig.Must(t, peer.Conn.(*net.TCPConn).SetReadBuffer(4<<10))
			peer.Handshake(1, "PULL")
			body := []byte(rig.Large(size))
			sent, quiet := 0, 0
			r.WaitUntil("the queue is full for good", func() bool {
				for quiet++; push.TrySend(body) == nil; sent++ {
					quiet = 0
				}
				return quiet > 50
			})
			queued := push.Stats().QueuedOut
			frame := size + 9
			if size < 256 {
				frame = size + 2
			}
			least, most := lossBounds(sent-queued, frame, arrived(t, peer.Conn))
			rig.Must(t, peer.Conn.(*net.TCPConn).SetLinger(0)) // a reset
			r.Check(peer.Conn.Close())
			r.WaitUntil("the connection has ended", func() bool { return push.Stats().Disconnected == 1 })
			var drops zmq.Drops
			r.WaitUntil("what was queued is counted", func() bool { drops = push.Stats().Drops; return drops.PeerGone > 0 })
			if n := int(drops.InFlight); n < least || n > most || least == 0 && size < 16<<10 {
				t.Errorf("%d messages were in flight, want %d to %d of %d", n, least, most, sent)
			}
			if int(drops.PeerGone) != queued {
				t.Errorf("%d messages were queued, and %d are counted", queued, drops.PeerGone)
			}
		})
	}
}

// TestOnlyMessagesInFlightAreLost: what the peer has read is not, nor what we end on our
// own wish, which the system still delivers.
func TestOnlyMessagesInFlightAreLost(t *testing.T) {
	r := rig.New(t)
	for name, end := range map[string]func(push, pull *zmq.Socket){
		"peer": func(_, pull *zmq.Socket) { r.Check(pull.Close()) },
		"own":  func(push, _ *zmq.Socket) { r.Check(push.Close()) },
	} {
		push, at := r.Bind(zmq.PUSH, rig.AnyPort, zmq.Linger.Of(-1))
		pull := r.Connect(zmq.PULL, at)
		for range 100 {
			r.Send(push, rig.Large(1000))
		}
		for range 100 {
			r.Recv(pull)
		}
		end(push, pull)
		r.WaitUntil("it has ended", func() bool { return push.Stats().Peers == 0 })
		if d := push.Stats().Drops; d.InFlight+d.PeerGone != 0 {
			t.Errorf("%s: %+v", name, d)
		}
		_, _ = push.Close(), pull.Close()
	}
}

// TestStreamCountsWhatWasNotHandedOver when its batch is cut: small messages lie together
// in memory, and those before the cut are in flight, not queued.
func TestStreamCountsWhatWasNotHandedOver(t *testing.T) {
	r := rig.New(t)
	stream, at := r.Bind(zmq.STREAM, rig.AnyPort, zmq.SendHWM.Of(0))
	nc := r.Dial(at)
	begin, err := stream.Recv(r.Ctx)
	r.Check(err)
	const size, sent = 1000, 10_000
	for range sent {
		r.Check(stream.Send(r.Ctx, begin.Frame(0), []byte(rig.Large(size))))
	}
	was, quiet := -1, 0
	r.WaitUntil("the system takes no more", func() bool {
		if n := stream.Stats().QueuedOut; n != was {
			was, quiet = n, 0
		}
		quiet++
		return quiet > 50
	})
	least, most := lossBounds(sent-was, size, arrived(t, nc))
	r.Check(nc.(*net.TCPConn).SetLinger(0))
	r.Check(nc.Close())
	r.WaitUntil("the connection has ended", func() bool { return stream.Stats().Disconnected == 1 })
	st := stream.Stats()
	d := st.Drops
	if handed := int(st.SentBytes / size); was == 0 || int(d.PeerGone) != sent-handed {
		t.Errorf("%d messages were handed over whole, and %d of %d are counted as queued", handed, d.PeerGone, sent)
	}
	if n := int(d.InFlight); n < least || n > most || least == 0 {
		t.Errorf("%d messages were in flight, want %d to %d", n, least, most)
	}
}
