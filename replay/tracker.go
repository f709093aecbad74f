// SPDX-License-Identifier: Apache-2.0

package replay

import "slices"

// tracker decides what a subscriber delivers of one stream, and what it asks for. It has
// no I/O, no clock and no lock:
//
//	live, answer, end ──► tracker ──► emit: messages, losses and restarts in their order
//	                         └──────► want: what to ask for next
type tracker struct {
	stream    string
	start     Start
	replays   bool                  // there is an endpoint to ask
	holdLimit int64                 // bytes of messages held
	emit      func(*Message, error) // one of them; it copies the message
	note      func(Event)           // of a Kind, with From, To and Err

	epoch     uint64 // 0: not known yet
	past      []uint64
	placed    bool   // next is known
	next      uint64 // all below has been delivered or lost
	spoken    bool   // something of this epoch has been emitted
	seen      uint64 // some message below is known to exist in this epoch, if it is above next
	doubt     bool   // another epoch was seen
	asked     uint64 // epoch when the last request began
	confirmed bool   // an answer has said what there is
	behind    bool   // not live: not confirmed, or something is missing
	lived     bool   // has been live in this epoch

	held      map[uint64]Message // published messages above next, or all while next is not known
	heldBytes int64

	parts int // of a snapshot that have come with the present answer
	empty int // answers in a row that brought nothing although something is missing
	back  int // answers in a row that ended below what has been delivered

	counts Counts
}

// Counts are what a subscriber has done for one stream since it was made.
type Counts struct {
	Live       uint64 // messages that were received as they were published
	Replayed   uint64 // messages that answers brought
	Duplicates uint64 // of both, that had been delivered already
	Lost       uint64 // messages that could not be had
	Gaps       uint64 // times that messages were found to be missing
	Restarts   uint64 // of the stream
	Stale      uint64 // messages of an epoch that is over
	Malformed  uint64 // messages that the format does not have
	Unheld     uint64 // published messages that were dropped while others were missing, to be asked for later
	Requests   uint64 // for missing messages
	Failed     uint64 // requests that were not answered
}

// item is what a subscriber's queue holds: a message, an error, or the mark that the
// stream of a lane is live with what is before it.
type item struct {
	msg Message
	err error // or a liveMark
}

// liveMark is the mark of a lane. It is an error only to make items small.
type liveMark struct{ lane *lane }

func (liveMark) Error() string { return "replay: live" }

func (x *item) isMark() bool {
	if x.err == nil {
		return false
	}
	_, ok := x.err.(liveMark)
	return ok
}

// pastEpochs is how many epochs that are over a tracker remembers, so that messages of
// theirs that are still on their way do not count as another restart.
const pastEpochs = 16

// patience is how many answers in a row may bring nothing before what is missing is
// lost. The first may come from a publisher that has not stored it yet.
const patience = 5

func newTracker(stream string, start Start, replays bool, holdLimit int64, emit func(*Message, error)) *tracker {
	t := &tracker{
		stream: stream, start: start, replays: replays, holdLimit: holdLimit, emit: emit, note: func(Event) {},
		held: map[uint64]Message{}, behind: true, confirmed: !replays,
	}
	if start.kind == fromNumber {
		t.placed, t.next, t.epoch = true, start.value, start.epoch
	}
	return t
}

// live takes a message as it was published. It reports false if it cannot use it. The
// message stays the caller's, as that of answer does.
func (t *tracker) live(m *Message) bool {
	t.counts.Live++
	if !t.enter(m.Epoch) {
		return false
	}
	t.seen = max(t.seen, m.Number+1)
	switch {
	case t.placed && m.Number == t.next:
		t.deliver(m)
		t.release()
	case t.placed && m.Number < t.next:
		t.counts.Duplicates++
	case !t.replays:
		t.skipTo(m.Number, "there is no endpoint to ask for them")
		t.settle()
		t.deliver(m)
	default:
		t.hold(m)
	}
	return true
}

// answer takes a message of an answer, whose numbers rise.
func (t *tracker) answer(m *Message) {
	t.counts.Replayed++
	if !t.answered(m.Epoch) {
		return
	}
	t.seen = max(t.seen, m.Number+1)
	switch {
	case t.placed && m.Number < t.next:
		t.counts.Duplicates++
		return
	case t.placed:
		t.releaseBelow(m.Number)
		t.skipTo(m.Number, "the publisher does not keep them any more")
	default:
		t.place(m.Number)
	}
	t.empty, t.back = 0, 0
	t.miss() // more may follow, as the end will tell
	if held, ok := t.held[m.Number]; ok {
		t.counts.Duplicates++
		t.drop(held)
	}
	t.deliver(m)
	t.release()
}

// snapshot takes a part of the state to begin with.
func (t *tracker) snapshot(m *Message) {
	if t.placed || t.start.kind != fromSnapshot || !t.answered(m.Epoch) {
		return
	}
	m.Snapshot, m.Part = true, t.parts
	t.parts++
	t.counts.Replayed++
	t.emit(m, nil)
}

// end takes the end of an answer to a request that asked from a number on. All that is
// kept of the epoch below resume has come.
func (t *tracker) end(epoch, asked, resume uint64, s span) {
	if !t.answered(epoch) {
		return
	}
	if !t.placed {
		t.place(resume)
	} else if asked > s.next && (t.start.epoch != 0 || t.spoken) {
		t.goneBack(s.next)
		return
	}
	t.back = 0
	t.seen = max(t.seen, s.next)
	if resume > t.next && asked <= s.next {
		t.releaseBelow(resume)
		t.skipTo(resume, "the publisher does not keep them any more")
		t.empty = 0
	}
	t.release()
	if t.next < t.seen {
		t.miss()
	}
	t.confirmed = true
	if t.next < t.seen && t.next == asked {
		t.nothing()
	}
	t.settle()
}

// miss notes that messages are missing that no published one shows.
func (t *tracker) miss() {
	if !t.behind {
		t.gap(t.seen)
	}
	t.behind, t.confirmed = true, false
}

// gap notes that messages up to, and without, another are missing.
func (t *tracker) gap(to uint64) {
	t.counts.Gaps++
	t.note(Event{Kind: EventGap, From: t.next, To: max(to, t.next+1)})
}

// nothing counts an answer that did not bring what is missing, and gives it up after
// some.
func (t *tracker) nothing() {
	if t.empty++; t.empty < patience {
		return
	}
	t.empty = 0
	to := t.seen
	for n := range t.held {
		to = min(to, n)
	}
	t.skipTo(to, "the publisher does not have them")
	t.release()
}

// goneBack handles a store that ends below what has been delivered. It has lost what it
// had confirmed, and gives numbers again. One answer alone does not prove it.
func (t *tracker) goneBack(next uint64) {
	if t.back++; t.back < 2 {
		return
	}
	t.restart(t.epoch, next, "its numbers have gone back")
}

// answered checks the epoch of an answer. It reports false if the answer has another
// meaning now, because the numbers that the request named are of another epoch.
func (t *tracker) answered(epoch uint64) bool {
	if t.epoch == 0 {
		t.epoch = epoch
	}
	restarts := t.counts.Restarts
	switch {
	case epoch == t.epoch:
	case t.asked != t.epoch: // what was published since the request may be newer
		t.doubt = true
		return false
	default:
		t.become(epoch, "the publisher answers with another epoch")
	}
	return restarts == t.counts.Restarts
}

// enter checks the epoch of what was published, and reports whether it is the present
// one. If another epoch may have begun, an answer must say so, because messages of an
// older one can still be on their way.
func (t *tracker) enter(epoch uint64) bool {
	switch {
	case epoch == t.epoch:
		return true
	case slices.Contains(t.past, epoch):
		t.counts.Stale++
		return false
	case t.epoch == 0:
		t.epoch = epoch
		return true
	case t.replays:
		t.counts.Unheld++
		t.doubt, t.behind, t.confirmed = true, true, false
		return false
	}
	t.become(epoch, "its messages have another epoch")
	return true
}

// become changes to an epoch, silently if nothing of the one before was wanted. It is not
// known where to begin, or the number to begin with is of any epoch.
func (t *tracker) become(epoch uint64, why string) {
	anyEpoch := t.start.kind == fromNumber && t.start.epoch == 0
	if t.placed && (t.spoken || !anyEpoch) {
		t.restart(epoch, 0, why)
		return
	}
	t.over(epoch)
	t.epoch, t.seen = epoch, 0
}

// over forgets what belongs to the present epoch alone, which next follows.
func (t *tracker) over(next uint64) {
	t.past = slices.DeleteFunc(t.past, func(e uint64) bool { return e == next })
	if next != t.epoch && t.epoch != 0 {
		t.past = append(t.past, t.epoch)
	}
	if len(t.past) > pastEpochs {
		t.past = t.past[1:]
	}
	clear(t.held)
	t.heldBytes = 0
}

func (t *tracker) restart(epoch, next uint64, why string) {
	e := &RestartError{Stream: t.stream, Epoch: epoch, Reason: why}
	if t.next > 0 {
		e.Last, e.Any = Position{t.epoch, t.next - 1}, true
	}
	t.over(epoch)
	t.counts.Restarts++
	t.placed, t.epoch, t.next, t.seen, t.spoken = true, epoch, next, next, true
	t.empty, t.back, t.behind, t.confirmed = 0, 0, true, !t.replays
	t.lived = false
	t.emit(nil, e)
	t.note(Event{Kind: EventRestart, Err: e})
}

// place begins with a number, which was not known before.
func (t *tracker) place(number uint64) {
	t.placed, t.next = true, number
	for n, m := range t.held {
		if n < number {
			t.drop(m)
		}
	}
}

func (t *tracker) drop(m Message) {
	delete(t.held, m.Number)
	t.heldBytes -= m.size()
}

// hold keeps a message until those before it have come.
func (t *tracker) hold(m *Message) {
	if _, ok := t.held[m.Number]; ok {
		t.counts.Duplicates++
		return
	}
	if !t.behind {
		t.gap(m.Number)
		t.behind = true
	}
	if t.heldBytes+m.size() > t.holdLimit {
		t.counts.Unheld++
		return
	}
	t.held[m.Number] = *m
	t.heldBytes += m.size()
}

func (t *tracker) deliver(m *Message) {
	t.next, t.spoken = m.Number+1, true
	m.Live = !t.behind
	t.emit(m, nil)
}

// release delivers held messages as far as none is missing.
func (t *tracker) release() {
	for len(t.held) > 0 {
		m, ok := t.held[t.next]
		if !ok {
			break
		}
		t.drop(m)
		t.deliver(&m)
	}
	t.settle()
}

// settle makes the stream live if nothing is missing.
func (t *tracker) settle() {
	if t.behind && t.confirmed && t.next >= t.seen {
		t.behind = false
		t.emit(nil, liveMark{})
		kind := EventLive
		if t.lived {
			kind = EventCaughtUp
		}
		t.lived = true
		t.note(Event{Kind: kind})
	}
}

// releaseBelow delivers held messages below a number up to which nothing else can be had.
func (t *tracker) releaseBelow(number uint64) {
	for _, n := range t.heldBelow(number) {
		m := t.held[n]
		t.drop(m)
		t.skipTo(n, "the publisher does not keep them any more")
		t.deliver(&m)
	}
}

// heldBelow returns the numbers below another of the messages held, in order. None is
// below next. It looks at the numbers in between, or at what is held, whichever is less.
func (t *tracker) heldBelow(number uint64) (below []uint64) {
	if number <= t.next {
		return nil
	}
	if number-t.next < uint64(len(t.held)) {
		for n := t.next; n < number; n++ {
			if _, ok := t.held[n]; ok {
				below = append(below, n)
			}
		}
		return below
	}
	for n := range t.held {
		if n < number {
			below = append(below, n)
		}
	}
	slices.Sort(below)
	return below
}

// skipTo gives up what is missing below a number.
func (t *tracker) skipTo(number uint64, why string) {
	if !t.placed {
		t.place(number)
		return
	}
	if number <= t.next {
		return
	}
	t.counts.Lost += number - t.next
	t.spoken = true
	e := &LostError{t.stream, t.epoch, t.next, number, why}
	t.emit(nil, e)
	t.next = number
	t.note(Event{Kind: EventLost, From: e.From, To: e.To, Err: e})
}

// want returns what to ask for, and whether it is known that something is missing.
func (t *tracker) want() (from Start, missing bool) {
	if !t.placed {
		return t.start, true
	}
	return Start{fromNumber, t.next, t.epoch}, t.behind || t.back > 0 || t.doubt
}

// progress is what a request can change. A request that changes none of it is not
// repeated at once.
type progress struct {
	epoch, next uint64
	placed      bool
}

func (t *tracker) mark() progress { return progress{t.epoch, t.next, t.placed} }

// asking begins a request. The tracker can use its answer while it returns the same.
func (t *tracker) asking() (restarts uint64) {
	t.doubt, t.asked, t.parts = false, t.epoch, 0
	return t.counts.Restarts
}
