// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/interop/peer"
)

// device is a proxy of ours that runs.
type device struct {
	*zmq.Proxy
	back            *zmq.Socket
	frontAt, backAt string
}

// runDevice runs a proxy until the test is over.
func runDevice(t *testing.T, transport string, kind zmq.Device, opts peer.Opts, more ...zmq.ProxySetting) *device {
	t.Helper()
	frontType, backType := kind.Types()
	front, back := ours(t, frontType, opts), ours(t, backType, opts)
	d := &device{back: back, frontAt: bind(t, front, address(t, transport)), backAt: bind(t, back, address(t, transport))}
	p, err := zmq.NewDevice(kind, front, back, more...)
	if err != nil {
		t.Fatal(err)
	}
	d.Proxy = p
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("the proxy ended with %v", err)
		}
	})
	return d
}

// TestProxyStreamerBetweenLibzmq: nothing is lost and nothing overtakes.
func TestProxyStreamerBetweenLibzmq(t *testing.T) {
	libzmq := peer.Start(t)
	for _, transport := range []string{"tcp", "ipc"} {
		t.Run(transport, func(t *testing.T) {
			d := runDevice(t, transport, zmq.STREAMER, nil)
			push, pull := libzmq.Socket("PUSH", nil), libzmq.Socket("PULL", nil)
			push.Connect(d.frontAt)
			pull.Connect(d.backAt)
			b := peer.Batch{Count: many, Size: 16, Prefix: [][]byte{{}, []byte("frame")}, Skip: 2, Timeout: patience}
			stream{theirEnd{push}, theirEnd{pull}}.run(t, b)
			single := peer.Batch{Count: many, Size: 16, Timeout: patience}
			stream{theirEnd{push}, theirEnd{pull}}.run(t, single)
			if st := d.Statistics(); st.Frontend.FramesIn != 4*many || st.Backend.MessagesOut != 2*many {
				t.Errorf("statistics %+v", st)
			}
		})
	}
}

// TestProxyQueueBetweenLibzmq: requests of a libzmq client reach a libzmq server,
// and each reply comes back.
func TestProxyQueueBetweenLibzmq(t *testing.T) {
	libzmq := peer.Start(t)
	for _, transport := range []string{"tcp", "ipc"} {
		t.Run(transport, func(t *testing.T) {
			d := runDevice(t, transport, zmq.QUEUE, nil)
			// The client sends everything before it reads. The server is a DEALER
			// because libzmq's REP drops replies where its queue is full.
			client, server := libzmq.Socket("DEALER", peer.Opts{"RCVHWM": 0}), libzmq.Socket("DEALER", nil)
			client.Connect(d.frontAt)
			server.Connect(d.backAt)
			echoed := make(chan error, 1)
			go func() {
				_, err := server.Echo(many, patience)
				echoed <- err
			}()
			b := peer.Batch{Count: many, Size: 16, Prefix: [][]byte{{}}, Skip: 1, Timeout: patience}
			if r, err := client.SendMany(b); err != nil || r.Count != many {
				t.Fatalf("%d requests were sent, %v", r.Count, err)
			}
			if r, err := client.RecvMany(b); err != nil || r.Count != many || r.Wrong != "" {
				t.Errorf("%d replies, %v; %s", r.Count, err, r.Wrong)
			}
			if err := <-echoed; err != nil {
				t.Error(err)
			}
			// In lockstep: another client asks, and a REP answers.
			server.Close()
			noPeers(t, d.back) // it would get a request still
			req, rep := libzmq.Socket("REQ", nil), libzmq.Socket("REP", nil)
			req.Connect(d.frontAt)
			rep.Connect(d.backAt)
			go func() {
				_, err := rep.Echo(100, patience)
				echoed <- err
			}()
			for i := range 100 {
				sendTheirs(t, req, "request", fmt.Sprint(i))
				recvTheirs(t, req, "request", fmt.Sprint(i))
			}
			if err := <-echoed; err != nil {
				t.Error(err)
			}
		})
	}
}

// TestProxyForwarderBetweenLibzmq: a subscription travels to the publisher, and
// everything that it asks for back.
func TestProxyForwarderBetweenLibzmq(t *testing.T) {
	libzmq := peer.Start(t)
	unlimited := peer.Opts{"SNDHWM": 0, "RCVHWM": 0}
	for _, transport := range []string{"tcp", "ipc"} {
		t.Run(transport, func(t *testing.T) {
			d := runDevice(t, transport, zmq.FORWARDER, unlimited)
			pub, sub := libzmq.Socket("XPUB", unlimited), libzmq.Socket("SUB", unlimited)
			pub.Connect(d.frontAt)
			sub.Connect(d.backAt)
			sub.Subscribe("top")
			recvTheirs(t, pub, "\x01top")
			b := peer.Batch{Count: many, Size: 16, Prefix: [][]byte{[]byte("topic")}, Skip: 1, Timeout: patience}
			stream{theirEnd{pub}, theirEnd{sub}}.run(t, b)
		})
	}
}

// TestProxySharesBetweenLibzmqWorkers: a streamer deals out in turn.
func TestProxySharesBetweenLibzmqWorkers(t *testing.T) {
	libzmq := peer.Start(t)
	d := runDevice(t, "tcp", zmq.STREAMER, nil)
	d.Pause()
	push := libzmq.Socket("PUSH", nil)
	push.Connect(d.frontAt)
	var workers []*peer.Socket
	for range 4 {
		w := libzmq.Socket("PULL", nil)
		w.Connect(d.backAt)
		workers = append(workers, w)
	}
	const each = 200
	sent := make(chan error, 1)
	go func() {
		_, err := push.SendMany(peer.Batch{Count: 4 * each, Size: 8})
		sent <- err
	}()
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	waitPeers(t, d.back, 4)
	d.Resume()
	for _, w := range workers {
		if r, err := w.RecvMany(peer.Batch{Count: each, Size: 8}); err != nil {
			t.Errorf("a worker got %d of %d: %v", r.Count, each, err)
		}
	}
}

// TestProxyIsSteeredByLibzmq: the commands of zmq_proxy_steerable from a libzmq
// REQ.
func TestProxyIsSteeredByLibzmq(t *testing.T) {
	libzmq := peer.Start(t)
	control := ours(t, zmq.REP, nil)
	at := bind(t, control, "tcp://127.0.0.1:*")
	d := runDevice(t, "tcp", zmq.STREAMER, nil, zmq.WithControl(control))
	steer, push, pull := libzmq.Socket("REQ", nil), libzmq.Socket("PUSH", nil), libzmq.Socket("PULL", nil)
	steer.Connect(at)
	push.Connect(d.frontAt)
	pull.Connect(d.backAt)
	command := func(text string) [][]byte {
		t.Helper()
		sendTheirs(t, steer, text)
		frames, err := steer.Recv(patience)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		return frames
	}
	empty := func(frames [][]byte) bool { return len(frames) == 1 && len(frames[0]) == 0 }
	for _, text := range []string{"PAUSE", "what?", "RESUME"} {
		if frames := command(text); !empty(frames) {
			t.Errorf("%s: %q", text, frames)
		}
	}
	sendTheirs(t, push, "one", "three")
	recvTheirs(t, pull, "one", "three")
	want := []uint64{1, 8, 0, 0, 0, 0, 1, 8} // libzmq 4.3.4 counts messages, not frames
	frames := command("STATISTICS")
	if len(frames) != len(want) {
		t.Fatalf("STATISTICS: %d frames", len(frames))
	}
	for i, f := range frames {
		if len(f) != 8 || binary.NativeEndian.Uint64(f) != want[i] {
			t.Errorf("STATISTICS: frame %d is %x, want %d", i, f, want[i])
		}
	}
	if frames := command("TERMINATE"); !empty(frames) {
		t.Errorf("TERMINATE: %q", frames)
	}
}
