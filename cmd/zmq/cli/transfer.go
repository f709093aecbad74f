// SPDX-License-Identifier: Apache-2.0

// Messages in one direction, and in both at once.

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gozmq/zmq"
)

// send is the run of a type that only sends.
func (l *link) send(ctx context.Context) error {
	l.input.start(ctx)
	return l.sendAll(ctx, l.limit(), l.pace.timeout)
}

// limit is after how many messages sending ends; 0 is after the input. Arguments are an
// input that has its end.
func (l *link) limit() uint64 {
	if l.input.given != nil {
		return 0
	}
	return l.pace.count
}

// receive is the run of a type that only receives.
func (l *link) receive(ctx context.Context) error {
	for n := uint64(0); l.pace.count == 0 || n < l.pace.count; n++ {
		m, err := l.next(ctx, "no message came")
		if err != nil {
			return err
		}
		if err := l.output.write(m, l.unlabelled(m)); err != nil {
			return err
		}
	}
	return l.output.flush()
}

// exchange is the run of a type that sends and receives. It ends when receiving
// does, or with the first error of either.
func (l *link) exchange(ctx context.Context) error {
	outer := ctx
	ctx, fail := context.WithCancelCause(outer)
	defer fail(nil)
	sendCtx, stop := context.WithCancel(ctx)
	defer stop()
	l.input.start(sendCtx)
	sent := make(chan error, 1)
	go func() {
		err := l.sendAll(sendCtx, 0, 0)
		if err != nil && sendCtx.Err() == nil {
			fail(err)
		}
		sent <- err
	}()
	err := l.receive(ctx)
	if err == nil { // --count is reached
		l.input.finish()
		if d := zmq.Linger.Get(l.sock); d >= 0 {
			t := time.AfterFunc(d, stop)
			defer t.Stop()
		}
	} else {
		stop()
	}
	sendErr := <-sent
	switch {
	case outer.Err() != nil:
		return outer.Err()
	case errors.Is(err, context.Canceled):
		return context.Cause(ctx) // what sending failed with, if that is why
	case err == nil && !errors.Is(sendErr, context.Canceled):
		return sendErr
	}
	return err
}

// sendAll sends the input, or count messages of it. A positive timeout is how
// long a message may take to find room.
func (l *link) sendAll(ctx context.Context, count uint64, timeout time.Duration) error {
	for n := uint64(0); count == 0 || n < count; n++ {
		frames, err := l.input.next(ctx)
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return l.input.describe(err)
		}
		if n == 0 {
			err = l.await(ctx, frames)
		}
		if err == nil && (n > 0 || l.input.recorded != nil) {
			err = l.pause(ctx)
		}
		if err == nil && n > 0 && l.publishes() && !l.pace.drop && l.reach.deserted() {
			err = l.awaitPeer(ctx, "every subscriber has left")
			if err == nil {
				_, err = l.awaitInterest(ctx, frames, 1, pubGrace)
			}
		}
		if err != nil {
			return err
		}
		m, err := l.labelled(frames)
		if err != nil {
			return err
		}
		if err := l.sendOne(ctx, m, timeout); err != nil {
			return err
		}
		l.sent++
	}
	return nil
}

// publishes reports whether the socket sends to subscribers alone.
func (l *link) publishes() bool { return l.sock.Type() == zmq.PUB || l.sock.Type() == zmq.RADIO }

// awaitPeer waits until a peer is there, and says so if that takes long.
func (l *link) awaitPeer(ctx context.Context, why string) error {
	waitCtx, cancel := within(ctx, l.pace.timeout)
	defer cancel()
	long := time.AfterFunc(closeNote, func() { fmt.Fprintf(l.notes, "%s; waiting for one (--drop does not)\n", why) })
	defer long.Stop()
	return l.explain(ctx, l.sock.WaitPeers(waitCtx, 1), "no subscriber came", l.pace.timeout)
}

// unheard tells what a publisher has sent without a subscriber for it. It is an error if
// that is all.
func (l *link) unheard() error {
	if !l.publishes() || l.sent == 0 {
		return nil
	}
	drops := l.sock.Stats().Drops
	if drops.Mute > 0 {
		fmt.Fprintf(l.notes, "%d messages were dropped for subscribers that had no room\n", drops.Mute)
	}
	switch forgiven := l.pace.drop || l.pace.patient && l.pace.waitSubscribers == 0; {
	case drops.NoSubscriber >= l.sent && !forgiven:
		return unheardError{l.sent}
	case drops.NoSubscriber > 0 && !(l.pace.patient && l.pace.waitSubscribers == 0):
		fmt.Fprintf(l.notes, "%d of %d messages had no subscriber\n", drops.NoSubscriber, l.sent)
	}
	return nil
}

// sendOne tries without waiting first, because a context with a deadline is not needed
// while there is room.
func (l *link) sendOne(ctx context.Context, m zmq.Message, timeout time.Duration) error {
	err := l.sock.TrySendMessage(m)
	if !errors.Is(err, zmq.ErrAgain) {
		return err
	}
	waitCtx, cancel := within(ctx, timeout)
	defer cancel()
	if l.publishes() && !l.slow {
		long := time.AfterFunc(closeNote, func() {
			fmt.Fprintln(l.notes, "a subscriber has no room; waiting for it (--drop goes on without it)")
		})
		defer func() { l.slow = !long.Stop() }()
	}
	err = l.sock.SendMessage(waitCtx, m)
	return l.explain(ctx, err, "a message could not be queued", timeout)
}

// next receives a message. Before it waits it shows what it has.
func (l *link) next(ctx context.Context, missing string) (zmq.Message, error) {
	if err := ctx.Err(); err != nil {
		return zmq.Message{}, err
	}
	m, err := l.sock.TryRecv()
	if !errors.Is(err, zmq.ErrAgain) {
		return m, err
	}
	if err := l.output.flush(); err != nil {
		return zmq.Message{}, err
	}
	waitCtx, cancel := within(ctx, l.pace.timeout)
	defer cancel()
	m, err = l.sock.Recv(waitCtx)
	return m, l.explain(ctx, err, missing, l.pace.timeout)
}

// await waits for the peers and subscribers that are to get the first message.
func (l *link) await(ctx context.Context, frames [][]byte) error {
	if n := l.pace.wait; n > 0 {
		waitCtx, cancel := within(ctx, l.pace.timeout)
		defer cancel()
		err := l.sock.WaitPeers(waitCtx, n)
		if err != nil {
			return l.explain(ctx, err, fmt.Sprintf("fewer than %d peers connected", n), l.pace.timeout)
		}
	}
	n, patience := l.pace.waitSubscribers, l.pace.timeout
	if l.publishes() && !l.pace.patient {
		n, patience = 1, pubGrace
		if !l.pace.drop {
			if err := l.awaitPeer(ctx, "there is no subscriber"); err != nil {
				return err
			}
		}
	}
	if n == 0 {
		return nil
	}
	there, err := l.awaitInterest(ctx, frames, n, patience)
	switch {
	case there || err != nil:
		return err
	case !l.pace.patient:
		fmt.Fprintln(l.notes, "there is no subscriber for the first message; sending all the same (--wait-subscribers N waits)")
		return nil
	}
	return l.explain(ctx, context.DeadlineExceeded, fmt.Sprintf("fewer than %d peers subscribed to the first message", n), patience)
}

// awaitInterest waits until n peers would get a message, and reports whether they came
// within a time.
func (l *link) awaitInterest(ctx context.Context, frames [][]byte, n int, patience time.Duration) (bool, error) {
	waitCtx, cancel := within(ctx, patience)
	defer cancel()
	err := l.sock.WaitSubscribers(waitCtx, l.topic(frames), n)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return false, nil
	}
	return err == nil, l.explain(ctx, err, "", 0)
}

// explain turns the end of a wait into what did not happen.
func (l *link) explain(ctx context.Context, err error, what string, timeout time.Duration) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
	case errors.Is(err, zmq.ErrTimeout), errors.Is(err, zmq.ErrAgain):
		timeout = 0 // of SNDTIMEO or RCVTIMEO
	default:
		return err
	}
	if len(l.sock.Peers()) == 0 {
		what = fmt.Sprintf("no peer is connected to %s; %s", l.places(), what)
	}
	return timeoutError{what, timeout}
}

// places names the endpoints of the socket, and says why each has no peer.
func (l *link) places() string {
	list := l.sock.Endpoints()
	if len(list) != 1 {
		return fmt.Sprintf("any of %d endpoints", len(list))
	}
	e := list[0]
	switch {
	case e.LastError != nil:
		return e.Address + ": " + unreached(e.LastError)
	case e.State == zmq.EndpointHandshaking:
		return e.Address + ": what listens there does not shake hands ('zmq ping' says what it is)"
	}
	return e.Address
}

// within is context.WithTimeout, and no limit where the time-out is none.
func within(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	if timeout <= 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, timeout)
}

// pause waits until the next message may be sent. A rate is kept over all messages. One
// that was late makes the pause before the next one shorter.
func (l *link) pause(ctx context.Context) error {
	if r := l.input.recorded; r != nil && l.pace.rate == 0 && l.pace.interval == 0 {
		return pause(ctx, r.wait(l.input.at, time.Now()))
	}
	if l.pace.rate == 0 {
		return pause(ctx, l.pace.interval)
	}
	l.sendAt = l.sendAt.Add(time.Duration(float64(time.Second) / l.pace.rate))
	if now := time.Now(); now.Sub(l.sendAt) > time.Second {
		l.sendAt = now // no burst after a long wait
	}
	return pause(ctx, time.Until(l.sendAt))
}

func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
