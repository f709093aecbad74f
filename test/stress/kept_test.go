// SPDX-License-Identifier: Apache-2.0

package stress_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/test/rig"
)

// A message that was received is its receiver's: nothing that is received later, in
// whatever way, changes it, and what goes through a socket that passes messages on is
// what was sent. RecvInto says when its message is gone.
func TestStressReceivedMessagesStayAsTheyAre(t *testing.T) {
	server, client := zmq.NewCurveKeypair(), zmq.NewCurveKeypair()
	for name, keys := range map[string][2][]zmq.Setting{
		"NULL":  {nil, nil},
		"CURVE": {{server.AsServer()}, {client.AsClient(server.Public)}},
	} {
		t.Run(name, func(t *testing.T) {
			rig.EachTransport(t, func(r *rig.Test, endpoint string) {
				if name == "CURVE" && rig.IsInproc(endpoint) {
					return // no mechanism there
				}
				zmqtest.Stress(r.T, func(t *testing.T, random *rand.Rand) {
					fresh := *r
					ctx, cancel := zmqtest.Patient(rig.Patience)
					defer cancel()
					fresh.Ctx = ctx
					k := &keeper{Test: &fresh, random: random, endpoint: endpoint, server: keys[0], client: keys[1]}
					for seed := range uint64(4) {
						k.run(4*random.Uint64() + seed)
					}
				})
			})
		})
	}
}

// keeper sends numbered messages to a receiver, which keeps a part of them.
type keeper struct {
	*rig.Test
	random         *rand.Rand
	endpoint       string
	server, client []zmq.Setting

	pull *zmq.Socket
	got  int
	into [2]zmq.Message // for RecvInto
	kept map[int]zmq.Message
}

const keptMessages = 8000

// framesOf returns the frames of message i, which its number and seed tell alone. With
// an even seed all messages are small and of one frame.
func framesOf(i int, seed uint64) [][]byte {
	random := rand.New(rand.NewPCG(seed, uint64(i)))
	if seed%2 == 0 {
		return [][]byte{fmt.Appendf(nil, "message %08d", i)}
	}
	frames := make([][]byte, 1+random.IntN(8)/6*random.IntN(4))
	for k := range frames {
		size := [...]int{0, 12, 30, 12, 200, 12, 1500, 5000, 12, 40000}[random.IntN(10)*random.IntN(11)/10]
		b := binary.BigEndian.AppendUint32(nil, uint32(i))
		for len(b) < size {
			b = append(b, byte(i), byte(k), byte(len(b)))
		}
		frames[k] = b
	}
	return frames
}

func (k *keeper) run(seed uint64) {
	hwm := func() int { return [...]int{1000, 3, 100, 17, 1}[k.random.IntN(5)] }
	pull, at := k.Bind(zmq.PULL, k.endpoint, append(k.server, zmq.RecvHWM.Of(hwm()))...)
	push := k.Connect(zmq.PUSH, at, append(k.client, zmq.SendHWM.Of(hwm()))...)
	k.pull, k.got, k.kept = pull, 0, make(map[int]zmq.Message)
	end := k.relayed(hwm)
	var all sync.WaitGroup
	all.Go(func() {
		for i := range keptMessages {
			var err error
			if frames := framesOf(i, seed); i%3 == 0 {
				err = push.SendMessage(k.Ctx, zmq.NewMessage(frames...))
			} else {
				err = push.Send(k.Ctx, frames...)
			}
			if err != nil {
				k.Errorf("send %d: %v", i, err)
				return
			}
		}
	})
	for k.got < keptMessages && !k.Failed() {
		k.receive(seed)
	}
	all.Wait()
	for i, m := range k.kept {
		k.same(i, m, seed, "has become")
	}
	end()
	k.Check(push.Close())
	k.Check(pull.Close())
}

// relayed puts a proxy in front of what receives, half of the time.
func (k *keeper) relayed(hwm func() int) (end func()) {
	if k.random.IntN(2) == 0 {
		return func() {}
	}
	back, at := k.Bind(zmq.PUSH, fmt.Sprintf("inproc://relay%d", k.random.Uint64()), zmq.SendHWM.Of(hwm()))
	sink := k.Connect(zmq.PULL, at, zmq.RecvHWM.Of(hwm()))
	p, err := zmq.NewProxy(k.pull, back)
	k.Check(err)
	ctx, cancel := context.WithCancel(k.Ctx)
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	k.pull = sink
	return func() {
		cancel()
		<-done
		k.Check(back.Close())
		k.Check(sink.Close())
	}
}

// receive takes some messages in one way.
func (k *keeper) receive(seed uint64) {
	ctx, cancel := context.WithCancel(k.Ctx)
	defer cancel()
	n := 1 + k.random.IntN(40)
	switch k.random.IntN(6) {
	case 0:
		for range n {
			m, err := k.pull.TryRecv()
			if err != nil {
				break
			}
			k.take(m, seed)
		}
	case 1:
		for m, err := range k.pull.Messages(ctx) {
			if err != nil {
				k.Error(err)
				return
			}
			if k.take(m, seed); n == 1 || k.got == keptMessages {
				break
			}
			n--
		}
	case 2:
		in := k.pull.Incoming(ctx)
		for ; n > 0 && k.got < keptMessages; n-- {
			m, ok := <-in
			if !ok {
				k.Error("the channel has ended")
				return
			}
			k.take(m, seed)
		}
		cancel() // what it holds comes again
		for m := range in {
			k.take(m, seed)
		}
	case 3:
		for ; n > 0 && k.got < keptMessages; n-- {
			m, err := k.pull.Recv(k.Ctx)
			if err != nil {
				k.Error(err)
				return
			}
			k.take(m, seed)
		}
	default:
		for n *= 1 + k.random.IntN(50); n > 0 && k.got < keptMessages; n-- {
			m := &k.into[k.random.IntN(2)]
			if err := k.pull.RecvInto(k.Ctx, m); err != nil {
				k.Error(err)
				return
			}
			k.same(k.got, *m, seed, "is")
			k.got++
		}
	}
}

// take looks at a message, and keeps it or not.
func (k *keeper) take(m zmq.Message, seed uint64) {
	k.same(k.got, m, seed, "is")
	if k.random.IntN(3) == 0 {
		k.kept[k.got] = m
	}
	k.got++
}

func (k *keeper) same(i int, m zmq.Message, seed uint64, what string) {
	want := framesOf(i, seed)
	if m.Len() != len(want) {
		k.Errorf("message %d %s one of %d frames, want %d", i, what, m.Len(), len(want))
		return
	}
	for j, f := range m.All() {
		if !bytes.Equal(f, want[j]) {
			k.Errorf("frame %d of message %d %s %.40q, want %.40q", j, i, what, f, want[j])
		}
	}
}
