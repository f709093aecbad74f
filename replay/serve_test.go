// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"context"
	"encoding/binary"
	"errors"
	"iter"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gozmq/zmq"
)

// virtual runs a test whose time goes on when nothing else does. It has an hour.
func virtual(t *testing.T, test func(r *rig)) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		r.ctx = ctx
		test(r)
	})
}

// asker is a DEALER that asks a publisher made by publisher.
func (r *rig) asker(settings ...zmq.Setting) *zmq.Socket {
	r.Helper()
	d, err := r.zctx.NewSocket(zmq.DEALER, append(settings, zmq.Linger.Of(0))...)
	r.check(err)
	r.Cleanup(func() { _ = d.Close() })
	r.check(d.Connect(r.at + "replay-a"))
	return d
}

// gate is a store whose readers wait until it is open.
type gate struct {
	Store
	open    chan struct{}
	waiting atomic.Int64
}

func (g *gate) Read(ctx context.Context, from uint64) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		g.waiting.Add(1)
		select {
		case <-g.open:
		case <-ctx.Done():
		}
		g.waiting.Add(-1)
		if err := ctx.Err(); err != nil {
			yield(Record{}, err)
			return
		}
		g.Store.Read(ctx, from)(yield)
	}
}

// A subscriber that asks again ends its own answer, and not that of another one behind
// the same proxy.
func TestAnswerEndsWhenTheSameSubscriberAsksAgain(t *testing.T) {
	native := request{tag: []byte("1"), stream: "s", start: Beginning(), messages: 1, bytes: 1}
	for format, ask := range map[Format][][]byte{Native: native.frames(), KVEvents: {nil, binary.BigEndian.AppendUint64(nil, 0)}} {
		t.Run(format.String(), func(t *testing.T) {
			virtual(t, func(r *rig) {
				store := &gate{Store: NewMemory(Retention{}), open: make(chan struct{})}
				r.publisher("a", store, inKV(format))
				proxy := r.asker()
				for _, client := range []string{"one", "two", "one"} {
					r.check(proxy.Send(r.ctx, append([][]byte{[]byte(client)}, ask...)...))
					synctest.Wait()
				}
				if n := store.waiting.Load(); n != 2 {
					t.Errorf("%d answers are being given, not 2", n)
				}
				close(store.open)
				got := map[string]int{}
				for range 2 {
					m, err := proxy.Recv(r.ctx)
					r.check(err)
					got[m.String()]++
				}
				synctest.Wait()
				if m, err := proxy.TryRecv(); err == nil || got["one"] != 1 || got["two"] != 1 {
					t.Errorf("answers to %v, and %q", got, m.Frames())
				}
			})
		})
	}
}

// The settings of sockets cannot end what receives for a publisher and a subscriber.
func TestReceiveTimeoutOfTheProgramEndsNothing(t *testing.T) {
	virtual(t, func(r *rig) {
		brief := zmq.RecvTimeout.Of(10 * time.Millisecond)
		p := r.publisher("a", nil, func(c *PublisherConfig) { c.Settings = append(c.Settings, brief) })
		s := r.subscriber(r.source(Beginning(), "a"), func(c *SubscriberConfig) { c.LiveSettings = []zmq.Setting{brief} })
		<-time.After(time.Second)
		synctest.Wait()
		r.publish(p, 0, 1, 2)
		r.want(s, 0, 3)
		if c := s.Counts()[0]; c.Live != 3 {
			t.Errorf("%d messages came as they were published, not 3", c.Live)
		}
		r.want(r.subscriber(r.source(Beginning(), "a")), 0, 3)
	})
}

// A peer that reads a message now and then does not keep a place for ever.
func TestPageEndsAfterSomeSendTimeouts(t *testing.T) {
	virtual(t, func(r *rig) {
		p := r.publisher("a", nil, func(c *PublisherConfig) { c.Settings = append(c.Settings, zmq.SendHWM.Of(1)) })
		r.publish(p, upTo(1000)...)
		peer := r.asker(zmq.RecvHWM.Of(1))
		ask := request{tag: []byte("1"), stream: "s", start: Beginning(), messages: 1000, bytes: 1 << 20}
		r.check(peer.Send(r.ctx, ask.frames()...))
		answers := func() int {
			synctest.Wait()
			p.answersMu.Lock()
			defer p.answersMu.Unlock()
			return len(p.answers)
		}
		if answers() != 1 {
			t.Fatal("the request is not being answered")
		}
		for range pageTimeouts + 2 {
			<-time.After(p.cfg.SendTimeout - time.Second)
			_, _ = peer.TryRecv()
		}
		if answers() != 0 {
			t.Error("the answer has not ended")
		}
	})
}

// peerQueue makes the queue between a publisher and a peer short.
func peerQueue(c *PublisherConfig) { c.Settings = append(c.Settings, zmq.SendHWM.Of(1)) }

// Peers that ask and do not read hold no place that another peer needs.
func TestSilentPeersGiveTheirPlacesToOthers(t *testing.T) {
	native := request{tag: []byte("1"), stream: "s", start: Beginning(), messages: 100, bytes: 1 << 20}
	for format, ask := range map[Format][][]byte{Native: native.frames(), KVEvents: {nil, binary.BigEndian.AppendUint64(nil, 0)}} {
		t.Run(format.String(), func(t *testing.T) {
			virtual(t, func(r *rig) {
				p := r.publisher("a", nil, inKV(format), peerQueue, func(c *PublisherConfig) { c.MaxRequests = 4 })
				r.publish(p, upTo(100)...)
				for range 16 {
					silent := r.asker(zmq.RecvHWM.Of(1))
					r.check(silent.Send(r.ctx, ask...))
				}
				synctest.Wait()
				began := time.Now()
				reader := r.asker()
				r.check(reader.Send(r.ctx, ask...))
				for range 101 {
					_, err := reader.Recv(r.ctx)
					r.check(err)
				}
				// Four silent peers give way after each fullPatience.
				if took := time.Since(began); took > 16*fullPatience {
					t.Errorf("the peer that reads has waited %v", took)
				}
			})
		})
	}
}

// A page fits into the queue of a peer, so that its answer waits for nothing.
func TestPageFitsIntoTheQueueOfAPeer(t *testing.T) {
	virtual(t, func(r *rig) {
		p := r.publisher("a", nil)
		r.publish(p, upTo(3000)...)
		ask := request{tag: []byte("1"), stream: "s", start: Beginning(), messages: 3000, bytes: 1 << 20}
		silent := r.asker(zmq.RecvHWM.Of(1))
		r.check(silent.Send(r.ctx, ask.frames()...))
		synctest.Wait()
		p.answersMu.Lock()
		defer p.answersMu.Unlock()
		if len(p.answers) > 0 {
			t.Error("the answer waits for its peer")
		}
	})
}

// logged counts what is logged.
type logged struct {
	slog.Handler
	records []slog.Record
}

func (l *logged) Enabled(context.Context, slog.Level) bool { return true }
func (l *logged) Handle(_ context.Context, r slog.Record) error {
	l.records = append(l.records, r)
	return nil
}

func TestRequestsThatCannotBeAnsweredAreLoggedOnceASecond(t *testing.T) {
	virtual(t, func(r *rig) {
		log := &logged{}
		p := r.publisher("a", nil, func(c *PublisherConfig) { c.Logger = slog.New(log) })
		for range 100 {
			p.notAnswered(r.ctx, zmq.Message{}, errors.New("nonsense"))
		}
		<-time.After(warnPause)
		p.notAnswered(r.ctx, zmq.Message{}, errors.New("nonsense"))
		var requests []int64
		for _, x := range log.records {
			x.Attrs(func(a slog.Attr) bool {
				if a.Key == "requests" {
					requests = append(requests, a.Value.Int64())
				}
				return true
			})
		}
		if len(requests) != 2 || requests[0] != 1 || requests[1] != 100 {
			t.Errorf("warnings about %v requests, want 1 and 100", requests)
		}
	})
}

// A page that has more than was asked for waits as a snapshot does.
func TestQueueBytesBoundsAnAnswerThatIsTooLong(t *testing.T) {
	virtual(t, func(r *rig) {
		router, err := r.zctx.NewSocket(zmq.ROUTER, zmq.RouterMandatory.Of(true), zmq.WaitForPeer.Of(true), zmq.SendHWM.Of(10), zmq.Linger.Of(0))
		r.check(err)
		r.check(router.Bind(r.at + "replay-a"))
		s := r.subscriber(r.source(Beginning(), "a"), func(c *SubscriberConfig) {
			c.QueueBytes, c.PageMessages = 100*Overhead, 20
			c.Settings = []zmq.Setting{zmq.RecvHWM.Of(10)}
		})
		const messages = 5000
		sent := make(chan error, 1)
		go func() {
			m, err := router.Recv(r.ctx)
			if err != nil {
				sent <- err
				return
			}
			tag := m.Frame(1)
			for n := range uint64(messages) {
				body := []byte{0}
				record := Record{Number: n, Time: time.Now(), Frames: [][]byte{body}}
				if err := router.Send(r.ctx, m.Frame(0), appendMessage(nil, string(tag), 1, &record)); err != nil {
					sent <- err
					return
				}
			}
			sent <- nil
		}()
		synctest.Wait()
		s.queue.mu.Lock()
		waiting := len(s.queue.in)
		s.queue.mu.Unlock()
		if waiting == 0 || waiting > 200 {
			t.Errorf("%d messages wait", waiting)
		}
		for n := range uint64(messages) {
			m, err := s.Recv(r.ctx)
			r.check(err)
			if m.Number != n {
				t.Fatalf("received %d, not %d", m.Number, n)
			}
		}
		r.check(<-sent)
		r.check(router.Close())
	})
}
