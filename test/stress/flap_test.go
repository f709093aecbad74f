// SPDX-License-Identifier: Apache-2.0

package stress_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// Many goroutines send through one socket while its peer comes and goes. What
// arrives is whole: no frame is cut, missing, or of another message.

const (
	flapSenders = 8
	flaps       = 25
	tagSize     = 4 + 4 + 2 + 2 + 4 // sender, number, frame, frames, checksum
)

// taggedMessage makes a message whose frames say what they are: sender, number
// of the message, number and count of the frames, and a checksum over all.
func taggedMessage(rnd *rand.Rand, sender, number uint32) [][]byte {
	frames := make([][]byte, 1+rnd.IntN(5))
	for i := range frames {
		size := rnd.IntN(300)
		if rnd.IntN(8) == 0 {
			size = rnd.IntN(40_000) // more than a socket buffer takes at once
		}
		b := make([]byte, tagSize, tagSize+size+8)
		binary.BigEndian.PutUint32(b, sender)
		binary.BigEndian.PutUint32(b[4:], number)
		binary.BigEndian.PutUint16(b[8:], uint16(i))
		binary.BigEndian.PutUint16(b[10:], uint16(len(frames)))
		for len(b) < tagSize+size {
			b = binary.BigEndian.AppendUint64(b, rnd.Uint64())
		}
		binary.BigEndian.PutUint32(b[12:], crc32.ChecksumIEEE(b[tagSize:]))
		frames[i] = b
	}
	return frames
}

// readTag checks a message and tells whose it is.
func readTag(m zmq.Message) (sender, number uint32, err error) {
	for i, f := range m.All() {
		if len(f) < tagSize {
			return 0, 0, fmt.Errorf("frame %d has %d bytes", i, len(f))
		}
		s, n := binary.BigEndian.Uint32(f), binary.BigEndian.Uint32(f[4:])
		if i == 0 {
			sender, number = s, n
		}
		index, count := int(binary.BigEndian.Uint16(f[8:])), int(binary.BigEndian.Uint16(f[10:]))
		if s != sender || n != number || index != i || count != m.Len() {
			return 0, 0, fmt.Errorf("frame %d of %d is frame %d of %d of message %d of sender %d, behind one of message %d of sender %d",
				i, m.Len(), index, count, n, s, number, sender)
		}
		if binary.BigEndian.Uint32(f[12:]) != crc32.ChecksumIEEE(f[tagSize:]) {
			return 0, 0, fmt.Errorf("frame %d of message %d of sender %d is damaged", i, n, s)
		}
	}
	return sender, number, nil
}

func TestStressPeerComesAndGoes(t *testing.T) {
	for _, x := range []struct{ from, to zmq.SocketType }{{zmq.PUSH, zmq.PULL}, {zmq.DEALER, zmq.DEALER}} {
		rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
			had := descriptors()
			watched(r.T, func() { flap(r, x.from, x.to, endpoint) })
			r.Check(r.ZMQ.Term(r.Ctx))
			nothingLeft(r.T, had)
		})
	}
}

// flap sends while the peer is replaced again and again. Each sender goes on
// until the last peer is there, and then says so with its final message, which
// must arrive.
func flap(r *rig.Test, from, to zmq.SocketType, endpoint string) {
	seed := rand.Uint64()
	r.Logf("seed %d", seed)
	at := r.FreeEndpoint(endpoint)
	s := r.Socket(from, zmq.SendHWM.Of(10))
	r.Check(s.Connect(at))

	var settled atomic.Bool
	var all sync.WaitGroup
	finals := make([]atomic.Uint32, flapSenders) // number of the final message, 0 until it is sent
	for i := range uint32(flapSenders) {
		all.Go(func() {
			rnd := rand.New(rand.NewPCG(seed, uint64(i)))
			for n := uint32(1); ; n++ {
				last := settled.Load()
				if last {
					finals[i].Store(n)
				}
				if err := s.SendMessage(r.Ctx, zmq.NewMessage(taggedMessage(rnd, i, n)...)); err != nil {
					r.Error(err)
					return
				}
				if last {
					return
				}
			}
		})
	}
	sink := tagSink{Test: r, latest: make([]uint32, flapSenders)}
	rnd := rand.New(rand.NewPCG(seed, flapSenders))
	for i := range flaps {
		peer := r.BindAt(to, at, zmq.RecvHWM.Of(1+rnd.IntN(20)))
		for range 1 + rnd.IntN(200) {
			sink.take(peer)
		}
		if i < flaps-1 {
			r.Check(peer.Close())
			continue
		}
		settled.Store(true) // it has received something, so that it is connected
		for !sink.complete(finals) {
			sink.take(peer)
		}
	}
	all.Wait()
	r.Logf("%d of %d messages arrived", sink.count, s.Stats().Sent)
}

// tagSink checks what arrives.
type tagSink struct {
	*rig.Test
	latest []uint32 // number of the latest message of each sender
	count  int
}

func (k *tagSink) take(peer *zmq.Socket) {
	m, err := peer.Recv(k.Ctx)
	k.Check(err)
	sender, number, err := readTag(m)
	k.Check(err)
	if number <= k.latest[sender] {
		k.Fatalf("message %d of sender %d arrives after message %d", number, sender, k.latest[sender])
	}
	k.latest[sender] = number
	k.count++
}

func (k *tagSink) complete(finals []atomic.Uint32) bool {
	for i := range finals {
		if n := finals[i].Load(); n == 0 || n != k.latest[i] {
			return false
		}
	}
	return true
}

// Senders that wait for room and are called off in the meantime leave no part
// of their message.
func TestStressSendersAreCalledOff(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		b, c := r.Pair(zmq.PULL, zmq.PUSH, endpoint)
		r.Check(b.Set(zmq.RecvHWM.Of(2)))
		r.Check(c.Set(zmq.SendHWM.Of(2)))
		const rounds = 100
		var sent [flapSenders]uint32
		watched(r.T, func() {
			var all sync.WaitGroup
			for i := range uint32(flapSenders) {
				all.Go(func() {
					rnd := rand.New(rand.NewPCG(1, uint64(i)))
					for n := uint32(1); n <= rounds; n++ {
						err := c.TrySend(taggedMessage(rnd, i, n)...)
						if err == nil {
							sent[i]++
						} else if !errors.Is(err, zmq.ErrAgain) {
							r.Error(err)
						}
					}
					if err := c.Send(r.Ctx, taggedMessage(rnd, i, rounds+1)...); err != nil {
						r.Error(err)
					}
				})
			}
			sink := tagSink{Test: r, latest: make([]uint32, flapSenders)}
			for done := 0; done < flapSenders; {
				sink.take(b)
				done = 0
				for _, n := range sink.latest {
					if n == rounds+1 {
						done++
					}
				}
			}
			all.Wait()
			want := flapSenders
			for _, n := range sent {
				want += int(n)
			}
			if sink.count != want {
				r.Errorf("%d messages arrived, %d were taken", sink.count, want)
			}
		})
	})
}
