// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// peer is a program with one socket, which it may lose and replace.
type peer struct {
	w       *world
	context *core.Context
	typ     int
	binds   bool
	host    host

	random *rand.Rand // of its own goroutine

	mu      sync.Mutex
	socket  *core.Socket
	number  uint32 // of the socket, unique in the world
	pause   time.Duration
	replies uint64        // that the sockets of this peer have sent; of its receiving goroutine
	changed chan struct{} // closed when the socket is replaced
}

// at is the endpoint of the peer that binds.
const at = "tcp://it:5555"

// open gives the peer a socket.
func (p *peer) open() error {
	s, err := p.context.NewSocket(p.typ)
	if err != nil {
		return err
	}
	s.SetHook(p.host.hook())
	for n, v := range map[opt.Num]int64{
		opt.SendHWM: p.w.hwm, opt.RecvHWM: p.w.hwm, opt.Linger: p.w.linger.Milliseconds(),
	} {
		if err := s.SetOption(n, opt.Value{I: v}); err != nil {
			return err
		}
	}
	if p.typ == pattern.Req {
		for _, n := range []opt.Num{opt.ReqRelaxed, opt.ReqCorrelate} {
			if err := s.SetOption(n, opt.Value{I: 1}); err != nil {
				return err
			}
		}
	}
	if err := p.secure(s); err != nil {
		return err
	}
	if p.typ == pattern.Sub {
		if err := s.SetOption(opt.Subscribe, opt.Value{B: []byte{}}); err != nil {
			return err
		}
	}
	if p.binds {
		err = s.Bind(at)
	} else {
		err = s.Connect(at)
	}
	if err != nil {
		return errors.Join(err, s.Close())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.socket, p.number = s, p.w.numbers.Add(1)
	if p.changed != nil {
		close(p.changed)
	}
	p.changed = make(chan struct{})
	return nil
}

// secure sets the keys, if the world has any.
func (p *peer) secure(s *core.Socket) error {
	if p.w.keys == nil {
		return nil
	}
	server, client := &p.w.keys[0], &p.w.keys[1]
	if p.binds {
		return errors.Join(s.SetOption(opt.CurveServer, opt.Value{I: 1}),
			s.SetOption(opt.CurveSecretKey, opt.Value{B: server.Secret.Bytes()}))
	}
	return errors.Join(s.SetOption(opt.CurveServerKey, opt.Value{B: server.Public[:]}),
		s.SetOption(opt.CurvePublicKey, opt.Value{B: client.Public[:]}),
		s.SetOption(opt.CurveSecretKey, opt.Value{B: client.Secret.Bytes()}))
}

func (p *peer) current() (s *core.Socket, number uint32, changed <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.socket, p.number, p.changed
}

// restart closes the socket, as a program does that ends in good order, and opens
// another.
func (p *peer) restart() error {
	s, _, _ := p.current()
	if err := s.Close(); err != nil && !errors.Is(err, zerr.ErrTimeout) {
		return err
	}
	p.w.retired(s)
	return p.open()
}

// stall has the peer receive nothing for a time.
func (p *peer) stall(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pause = d
}

func (p *peer) pausing() (d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	d, p.pause = p.pause, 0
	return d
}

// header is what each message begins with: the number of the sending socket and of the
// message.
const header = 4 + 8

// sendLoop delivers messages in bursts until ctx ends.
func (p *peer) sendLoop(ctx context.Context, deliver func(s *core.Socket, number uint32, n uint64) error) error {
	var n uint64
	for ctx.Err() == nil {
		if err := sleep(ctx, time.Duration(p.random.ExpFloat64()*float64(p.w.gap))); err != nil {
			return nil
		}
		for range 1 + p.random.IntN(2*p.w.burst) {
			s, number, changed := p.current()
			n++
			err := deliver(s, number, n)
			if errors.Is(err, zerr.ErrClosed) {
				<-changed
			} else if err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
			if ctx.Err() != nil {
				return nil
			}
		}
	}
	return nil
}

// send sends message n of a socket, and waits for as long as that takes.
func (p *peer) send(s *core.Socket, number uint32, n uint64) error {
	frames := p.message(number, n)
	p.w.begin(number, n, frames)
	err := s.Send(context.Background(), frames)
	p.w.end(number, n, err)
	return err
}

func (p *peer) message(number uint32, n uint64) [][]byte {
	size := p.random.IntN(p.w.size)
	head := headerOf(number, n)
	if p.random.IntN(3) == 0 {
		return [][]byte{head, make([]byte, size), {byte(size)}}
	}
	return [][]byte{append(head, make([]byte, size)...)}
}

// recvLoop receives until ctx ends.
func (p *peer) recvLoop(ctx context.Context) error {
	for {
		if err := sleep(ctx, p.pausing()); err != nil {
			return nil
		}
		s, number, changed := p.current()
		var m pipe.Message
		err := s.Recv(ctx, &m)
		switch {
		case err == nil && p.typ == pattern.Router:
			p.reply(s, number, &m)
		case err == nil:
			p.w.received(number, &m)
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, zerr.ErrClosed):
			select {
			case <-changed:
			case <-ctx.Done():
			}
		default:
			return fmt.Errorf("%s: %w", s, err)
		}
	}
}
