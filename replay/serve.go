// SPDX-License-Identifier: Apache-2.0

// The answers of a publisher:
//
//	serve: ROUTER ─► request ─► answer: Store.Find, Store.Read ─► ROUTER
//
// An answer is a page: messages, and an end that says how far they go and what is kept.

package replay

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/gozmq/zmq"
)

// answering is an answer that is being given to a peer.
type answering struct {
	cancel context.CancelFunc
	full   time.Time // since when the queue of the peer is full; zero if it is not; guarded by answersMu
}

// serve receives requests until Close.
func (p *Publisher) serve() {
	for {
		m, err := p.replay.Recv(p.ctx)
		if err != nil || !p.place() {
			return
		}
		p.counts.requests.Add(1)
		ctx, cancel := context.WithCancel(p.ctx)
		mine := &answering{cancel: cancel}
		key := envelopeKey(p.envelope(m.Frames()))
		p.replaceAnswer(key, mine)
		p.all.Go(func() {
			p.answer(ctx, mine, m)
			cancel()
			p.forgetAnswer(key, mine)
			<-p.busy
		})
	}
}

// fullPatience is how long an answer keeps a place that others need while its peer does
// not read. A peer that reads makes room much sooner, even far away.
const fullPatience = time.Second

// place waits for a place to answer in, and reports false after Close. Peers that ask and
// do not read cannot keep all of them (endFull).
func (p *Publisher) place() bool {
	select {
	case p.busy <- struct{}{}:
		return true
	default:
	}
	look := time.NewTimer(0)
	defer look.Stop()
	for {
		select {
		case p.busy <- struct{}{}:
			return true
		case <-look.C:
			look.Reset(p.endFull())
		case <-p.ctx.Done():
			return false
		}
	}
}

// endFull ends the answer that has waited longest for its peer to read, if that is
// fullPatience, and returns when to look again.
func (p *Publisher) endFull() time.Duration {
	p.answersMu.Lock()
	defer p.answersMu.Unlock()
	var longest *answering
	for _, a := range p.answers {
		if !a.full.IsZero() && (longest == nil || a.full.Before(longest.full)) {
			longest = a
		}
	}
	if longest == nil {
		return fullPatience
	}
	if left := fullPatience - time.Since(longest.full); left > 0 {
		return left
	}
	longest.full = time.Time{}
	longest.cancel()
	return fullPatience
}

// sendAnswer sends a part of an answer, and notes how long the peer keeps it waiting.
func (p *Publisher) sendAnswer(ctx context.Context, a *answering, frames [][]byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := p.replay.TrySend(frames...)
	if errors.Is(err, zmq.ErrAgain) {
		p.noteFull(a, time.Now())
		err = p.replay.Send(ctx, frames...)
		p.noteFull(a, time.Time{})
	}
	if err != nil {
		return &sendError{err}
	}
	return nil
}

func (p *Publisher) noteFull(a *answering, since time.Time) {
	p.answersMu.Lock()
	defer p.answersMu.Unlock()
	a.full = since
}

// envelope returns the frames before a request: the routing id, and the envelopes of
// proxies and of a REQ.
func (p *Publisher) envelope(frames [][]byte) [][]byte {
	request := requestFrames
	if p.cfg.Format != Native {
		request = kvRequestFrames
	}
	return frames[:max(1, len(frames)-request)]
}

// envelopeKey tells the subscribers behind a proxy apart, which share its routing id.
func envelopeKey(envelope [][]byte) string {
	var key []byte
	for _, f := range envelope {
		key = append(binary.AppendUvarint(key, uint64(len(f))), f...)
	}
	return string(key)
}

// replaceAnswer ends the answer that a peer is being given, because it has asked again.
func (p *Publisher) replaceAnswer(key string, mine *answering) {
	p.answersMu.Lock()
	defer p.answersMu.Unlock()
	if before := p.answers[key]; before != nil {
		before.cancel()
	}
	p.answers[key] = mine
}

func (p *Publisher) forgetAnswer(key string, mine *answering) {
	p.answersMu.Lock()
	defer p.answersMu.Unlock()
	if p.answers[key] == mine {
		delete(p.answers, key)
	}
}

// answer answers one request. Its envelope stands before each message of the answer.
func (p *Publisher) answer(ctx context.Context, mine *answering, m zmq.Message) {
	if p.cfg.Format != Native {
		if err := p.answerKV(ctx, mine, m); err != nil {
			p.notAnswered(ctx, m, err)
		}
		return
	}
	frames := m.Frames()
	envelope := p.envelope(frames)
	r, err := parseRequest(frames[len(envelope):])
	if err == nil && r.stream != p.cfg.Stream {
		err = &FormatError{fmt.Sprintf("the request is for stream %.40q, not %q", r.stream, p.cfg.Stream)}
	}
	to := &reply{p: p, ctx: ctx, answering: mine, envelope: envelope, tag: string(r.tag)}
	if err == nil {
		err = p.pageInTime(to, &r)
	}
	if err == nil {
		return
	}
	p.notAnswered(ctx, m, err)
	if ctx.Err() != nil {
		return
	}
	sent, format := (*sendError)(nil), (*FormatError)(nil)
	switch {
	case r.tag == nil || errors.As(err, &sent):
	case errors.As(err, &format):
		_ = to.refuse(format.Reason)
	default: // what the store says is nothing for peers
		_ = to.refuse("the publisher cannot read its store")
	}
}

// warnPause is the least time between two warnings, because a peer decides how many requests it
// makes that cannot be answered.
const warnPause = time.Second

// notAnswered counts a request, and warns of it unless the peer has asked again, or the
// publisher is closed.
func (p *Publisher) notAnswered(ctx context.Context, m zmq.Message, err error) {
	p.counts.unanswered.Add(1)
	if ctx.Err() != nil {
		return
	}
	p.answersMu.Lock()
	p.unanswered++
	n, now := p.unanswered, time.Now()
	quiet := !p.warned.IsZero() && now.Sub(p.warned) < warnPause
	if !quiet {
		p.unanswered, p.warned = 0, now
	}
	p.answersMu.Unlock()
	if quiet {
		return
	}
	p.cfg.Logger.Warn("replay: request was not answered", "stream", p.cfg.Stream, "peer", m.Peer().Remote, "error", err, "requests", n)
}

// pageTimeouts is how many times SendTimeout a page may take, so that a peer that reads
// hardly anything does not keep a place.
const pageTimeouts = 4

// pageInTime sends a page, or a snapshot, which is as large as it is.
func (p *Publisher) pageInTime(to *reply, r *request) error {
	if r.start.kind == fromSnapshot {
		return p.page(to, r)
	}
	timed := *to
	var cancel context.CancelFunc
	timed.ctx, cancel = context.WithTimeout(to.ctx, pageTimeouts*p.cfg.SendTimeout)
	defer cancel()
	return p.page(&timed, r)
}

// page sends what a request asks for, as far as limits allow.
func (p *Publisher) page(to *reply, r *request) error {
	state, err := p.cfg.Store.State(to.ctx)
	if err != nil {
		return err
	}
	if r.start.epoch != 0 && r.start.epoch != state.Epoch {
		return to.end(state, 0)
	}
	from := r.start.value
	switch r.start.kind {
	case fromBeginning:
		from = state.First
	case fromNewest:
		return to.end(state, state.Next)
	case fromTime:
		t := time.Unix(0, int64(min(r.start.value, math.MaxInt64)))
		if from, err = p.cfg.Store.Find(to.ctx, t); err != nil {
			return err
		}
	case fromSnapshot:
		return p.snapshot(to)
	}
	messages := min(uint64(max(r.messages, 1)), uint64(p.cfg.PageMessages))
	bytes := int64(min(max(r.bytes, 1), uint64(p.cfg.PageBytes)))
	resume := max(from, state.Next)
	for record, err := range p.cfg.Store.Read(to.ctx, from) {
		if err != nil {
			return err
		}
		if messages == 0 || bytes <= 0 {
			resume = record.Number
			break
		}
		if err := to.message(state.Epoch, &record); err != nil {
			return err
		}
		p.counts.replayed.Add(1)
		messages--
		bytes -= int64(record.Size())
		resume = max(resume, record.Number+1)
	}
	return to.end(state, resume)
}

// snapshot sends the state that the program makes, no faster than it is read.
func (p *Publisher) snapshot(to *reply) error {
	if p.cfg.Snapshot == nil {
		return &FormatError{"this publisher has no snapshots"}
	}
	next, parts, err := p.cfg.Snapshot(to.ctx)
	if err != nil {
		return err
	}
	for part := range parts {
		to.frame = append(append(to.frame[:0], to.tag...), 0)
		to.frame = appendHeader(to.frame, header{kindSnapshot, p.epoch, next, time.Now().UnixNano()})
		to.frame = append(to.frame, part...)
		if err := to.send(nil); err != nil {
			return err
		}
		p.counts.snapshots.Add(1)
	}
	state, err := p.cfg.Store.State(to.ctx)
	if err != nil {
		return err
	}
	return to.end(state, next)
}

// reply sends the parts of one answer.
type reply struct {
	p         *Publisher
	ctx       context.Context
	answering *answering
	envelope  [][]byte
	tag       string
	frame     []byte
	frames    [][]byte
}

// sendError is an error of the ROUTER: the peer has gone, or does not read.
type sendError struct{ err error }

func (e *sendError) Error() string { return e.err.Error() }
func (e *sendError) Unwrap() error { return e.err }

func (r *reply) message(epoch uint64, record *Record) error {
	r.frame = appendMessage(r.frame[:0], r.tag, epoch, record)
	return r.send(record.Frames[1:])
}

// end ends the answer. What was appended since state was read may be in it too.
func (r *reply) end(state State, resume uint64) error {
	r.frame = append(append(r.frame[:0], r.tag...), 0)
	r.frame = appendEnd(r.frame, state.Epoch, resume, time.Now().UnixNano(), span{state.First, state.Next})
	return r.send(nil)
}

func (r *reply) refuse(why string) error {
	r.frame = append(append(r.frame[:0], r.tag...), 0)
	r.frame = appendHeader(r.frame, header{kind: kindRefused, time: time.Now().UnixNano()})
	r.frame = append(r.frame, why...)
	return r.send(nil)
}

func (r *reply) send(more [][]byte) error {
	r.frames = append(append(append(r.frames[:0], r.envelope...), r.frame), more...)
	return r.p.sendAnswer(r.ctx, r.answering, r.frames)
}
