// SPDX-License-Identifier: Apache-2.0

// Messages that leave the queues before the application has them: on a channel, in a
// proxy. What a pattern may do next depends on what the application has received, so
// taking a message and receiving it are two steps, and a message that is not received
// goes back as if it had never been taken.

package core

import (
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// Offer is the next message of a socket on its way to the application in another way
// than by the return of a call. Its owner either hands the message over and calls
// Received, or calls Withdraw. Until then a pattern that is Stateful makes no step;
// a call that has to know what the application has asks through Recalled, and waits
// for the answer. The zero Offer is ready for Socket.Offer, and can be used again.
type Offer struct {
	Message pipe.Message

	s      *Socket
	recall chan struct{} // of one word

	// Guarded by the socket's lock.
	decided chan struct{} // closed by the decision; nil while no call waits for it
}

// Offer takes the next message off the socket, or returns the error of TryRecv.
func (s *Socket) Offer(o *Offer) error {
	err := s.tryOffer(o)
	if err == zerr.ErrAgain && s.readHere() {
		err = s.tryOffer(o)
	}
	return err
}

func (s *Socket) tryOffer(o *Offer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.settling > 0 { // those calls come first, or they would wait for ever
		s.settled.Wait()
	}
	if e := s.stop.Load(); e != nil {
		return *e
	}
	o.Message = pipe.Message{}
	if err := s.pattern.Take(&o.Message); err != nil {
		return err
	}
	s.received++
	o.s = s
	if s.stateful == nil {
		return nil
	}
	if o.recall == nil {
		o.recall = make(chan struct{}, 1)
	}
	select {
	case <-o.recall: // it came when the last message had been decided on
	default:
	}
	s.offered = o
	return nil
}

// Recalled receives when a call waits for the decision. If the message cannot be
// handed over at this moment, it is to be withdrawn; Offer then takes it again.
func (o *Offer) Recalled() <-chan struct{} { return o.recall }

// Received tells that the application has the message.
func (o *Offer) Received() {
	if s := o.s; s.stateful != nil {
		s.mu.Lock()
		s.stateful.Received(&o.Message)
		o.decideLocked()
		s.mu.Unlock()
	}
	o.Message = pipe.Message{}
}

// Withdraw puts the message back: it is received again before all others. With again
// its owner offers it again at once, and no other receiver is woken for it. On a
// socket that has ended the message is dropped, as all is that was not received.
func (o *Offer) Withdraw(again bool) {
	s := o.s
	s.mu.Lock()
	err := s.putBackLocked(pipe.Items(o.Message), 1, again)
	o.decideLocked()
	s.mu.Unlock()
	o.Message = pipe.Message{}
	if err == nil && !again {
		s.mailbox.WakeReceiver()
	}
}

func (o *Offer) decideLocked() {
	if o.s.offered == o {
		o.s.offered = nil
	}
	if o.decided != nil {
		close(o.decided)
		o.decided = nil
	}
}

// settle waits until it is known whether the application has the message that is on
// offer. s.mu is held, and released meanwhile. No message is offered until the caller
// releases it.
func (s *Socket) settle() {
	for s.offered != nil {
		o := s.offered
		if o.decided == nil {
			o.decided = make(chan struct{})
			o.recall <- struct{}{} // there is room: one word for each decision
		}
		decided := o.decided
		s.settling++
		s.mu.Unlock()
		<-decided
		s.mu.Lock()
		if s.settling--; s.settling == 0 {
			s.settled.Broadcast()
		}
	}
}

// lockSettled takes s.mu for a call that depends on what the application has
// received.
func (s *Socket) lockSettled() {
	s.mu.Lock()
	if s.offered != nil {
		s.settle()
	}
}

// Received tells that the application has messages that Take returned.
func (s *Socket) Received(items []pipe.Item) {
	if s.stateful == nil || len(items) == 0 {
		return
	}
	s.mu.Lock()
	for i := range items {
		s.stateful.Received(&items[i].Message)
	}
	s.mu.Unlock()
}

// Return puts back what Take returned and the application has not received, in
// the order in which it came: it is received again before all others. It fails, and
// the messages are dropped, on a socket that has ended, as all that was not received
// is.
func (s *Socket) Return(items []pipe.Item) error {
	if len(items) == 0 {
		return nil
	}
	n := 0
	for i := range items {
		n += items[i].Messages()
	}
	s.mu.Lock()
	err := s.putBackLocked(items, n, false)
	s.mu.Unlock()
	for range n {
		s.mailbox.WakeReceiver()
	}
	return err
}

// putBackLocked returns n messages to the pattern. With again they are taken again at
// once.
func (s *Socket) putBackLocked(items []pipe.Item, n int, again bool) error {
	s.received -= uint64(n)
	if e := s.stop.Load(); e != nil {
		s.totals.Unread.Add(uint64(n - pipe.Injected(items)))
		return *e
	}
	if s.stateful != nil {
		s.stateful.Return(items, again)
	} else {
		s.host.Return(items)
	}
	return nil
}

// receiveLocked takes the next message for the application, which gets it at once.
func (s *Socket) receiveLocked(m *pipe.Message) error {
	if s.offered != nil {
		s.settle()
	}
	err := s.pattern.Take(m)
	if err == nil && s.stateful != nil {
		s.stateful.Received(m)
	}
	return err
}
