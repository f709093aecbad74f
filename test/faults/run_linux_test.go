// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gozmq/zmq/internal/zmqtest/namespace"
)

// The sender is in namespace a and the receiver in b. Addresses in a are odd.
var (
	senderAddress   = netip.MustParseAddr("10.77.0.1")
	receiverAddress = netip.MustParseAddr("10.77.0.2")
)

const port = "5555"

// scenario is what happens to one sender, one receiver and the link between them.
type scenario struct {
	name    string
	pairs   []pair
	weather weather // from the beginning
	steps   []step
	send    sending

	pattern     string // a key of patterns
	senderBinds bool
	byName      bool // the sender connects to a name, which it asks the run's name server for
	receiver    func(*job)
	bothSides   func(*job) // those of ours
	want        want
	when        tier
	// patience bounds the time from the last step until everything is sent, settle the
	// silence after which what has not arrived is lost.
	patience, settle time.Duration
}

// patterns are the types of both ends. Those that reply send each request back, and what
// has arrived is what came back.
var patterns = map[string]struct {
	from, to string
	replies  bool
}{
	"": {"PUSH", "PULL", false}, "pub": {"PUB", "SUB", false},
	"req": {"REQ", "REP", true}, "dealer": {"DEALER", "ROUTER", true},
}

// tier says when a scenario is tried.
type tier int

const (
	always tier = iota // by go test
	short              // by ZMQ_FAULTS=short too: TCP's clock and ours compressed
	long               // by ZMQ_FAULTS=all alone: in real time
)

// pair is a sender and its receiver.
type pair struct{ from, to kind }

func (p pair) String() string { return fmt.Sprintf("%s → %s", p.from, p.to) }

// sending is what the sender does.
type sending struct {
	count, size int
	interval    time.Duration
}

// step is something that happens at a time after the first message has arrived, or from
// the start if early.
type step struct {
	at   time.Duration
	what string
	do   func(*run) error
}

// want says which losses are right. Nothing may be doubled, and something must flow at
// the end, in any case.
type want struct {
	lost       int    // messages at most that do not arrive
	disordered int    // messages at most that arrive behind later ones
	because    string // why there may be any
}

// run is one scenario with one pair.
type run struct {
	*scenario
	pair             pair
	link             *link
	dir              string
	names            *names
	ports            []net.Listener // held by holdPorts
	sender, receiver *process
	sendJob, recvJob job
}

// account is what became of the messages.
type account struct {
	sent, delivered, lost, doubled, disordered int
	counted                                    int    // as lost, by our peers, or waiting in their queues
	disconnected                               uint64 // connections that peers of ours have seen end
	stuck                                      bool   // the last message has not arrived
	said                                       string // by the peers, if stuck
	took                                       time.Duration
}

// starting bounds the runs whose peers are being started: that is the work, all else is
// waiting.
var starting = make(chan struct{}, 2)

// try runs a scenario.
func (sc *scenario) try(p pair) (a account, err error) {
	r := &run{scenario: sc, pair: p}
	if r.dir, err = os.MkdirTemp("", "faults"); err != nil {
		return a, err
	}
	defer os.RemoveAll(r.dir)
	if err := r.network(); err != nil {
		return a, err
	}
	defer r.link.close()
	defer r.end()
	starting <- struct{}{}
	err = r.prepare()
	<-starting
	if err != nil {
		return a, err
	}
	began := time.Now()
	if err := r.play(); err != nil {
		return a, err
	}
	a, err = r.settleAccounts()
	a.took = time.Since(began)
	return a, err
}

// network makes the namespaces and the link.
func (r *run) network() error {
	a, err := namespace.New(senderAddress)
	if err != nil {
		return err
	}
	b, err := namespace.New(receiverAddress)
	if err != nil {
		a.Close()
		return err
	}
	r.link = newLink(a, b, 1)
	r.link.set(r.weather)
	return nil
}

// prepare describes the peers and starts what has no step that starts it.
func (r *run) prepare() error {
	types := patterns[r.pattern]
	r.sendJob = job{Socket: types.from, Count: r.send.count, Size: r.send.size, Interval: r.send.interval}
	r.recvJob = job{Socket: types.to}
	r.sendJob.Journal, r.recvJob.Journal = filepath.Join(r.dir, "sent"), filepath.Join(r.dir, "received")
	if types.replies {
		r.sendJob.Replies, r.recvJob.Journal = r.recvJob.Journal, filepath.Join(r.dir, "nothing")
	}
	if r.senderBinds {
		r.sendJob.Bind, r.recvJob.Connect = "tcp://*:"+port, "tcp://"+senderAddress.String()+":"+port
	} else {
		r.recvJob.Bind, r.sendJob.Connect = "tcp://*:"+port, "tcp://"+receiverAddress.String()+":"+port
	}
	if r.byName {
		var err error
		if r.names, err = serveNames(r.link.a, r.dir); err != nil {
			return err
		}
		r.sendJob.Connect = "tcp://" + peerName + ":" + port
	}
	if r.scenario.receiver != nil {
		r.scenario.receiver(&r.recvJob)
	}
	for k, j := range map[*job]kind{&r.sendJob: r.pair.from, &r.recvJob: r.pair.to} {
		if j == ours && r.bothSides != nil {
			r.bothSides(k)
		}
	}
	if err := r.startReceiver(); err != nil {
		return err
	}
	return r.startSender()
}

// arrived is the journal of what has arrived, or has come back.
func (r *run) arrived() string {
	if r.sendJob.Replies != "" {
		return r.sendJob.Replies
	}
	return r.recvJob.Journal
}

func (r *run) startReceiver() (err error) {
	r.receiver, err = startPeer(r.link.b, r.pair.to, r.recvJob, "")
	return err
}

func (r *run) startSender() (err error) {
	resolver := ""
	if r.names != nil {
		resolver = r.names.file
	}
	r.sender, err = startPeer(r.link.a, r.pair.from, r.sendJob, resolver)
	return err
}

// play does the steps: those without a time at once, the others from the first message
// on.
func (r *run) play() error {
	began := time.Time{}
	for _, s := range r.steps {
		if s.at > 0 && began.IsZero() {
			if err := r.until(time.Minute, func() bool { return lines(r.arrived()) > 0 }); err != nil {
				return fmt.Errorf("before the step %q: no message arrives: %w", s.what, err)
			}
			began = time.Now()
		}
		if s.at > 0 {
			time.Sleep(time.Until(began.Add(s.at)))
		}
		if err := s.do(r); err != nil {
			return fmt.Errorf("step %q: %w", s.what, err)
		}
	}
	return nil
}

// until waits for a condition that nothing tells of.
func (r *run) until(patience time.Duration, cond func() bool) error {
	for end := time.Now().Add(patience); !cond(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			return fmt.Errorf("%v are over; the sender says %q, the receiver %q", patience, &r.sender.stderr, &r.receiver.stderr)
		}
	}
	return nil
}

// settleAccounts waits until everything is sent and has arrived, or nothing comes any
// more, and adds up.
func (r *run) settleAccounts() (a account, err error) {
	patience, settle := r.patience, r.settle
	if patience == 0 {
		patience = 30 * time.Second
	}
	if settle == 0 {
		settle = 30 * time.Second
	}
	latest, since := -1, time.Now()
	err = r.until(patience+settle, func() bool {
		sent, received := lines(r.sendJob.Journal), lines(r.arrived())
		if received != latest || received == 0 || sent < r.send.count {
			latest, since = received, time.Now()
		}
		quiet := time.Since(since)
		return sent >= r.send.count && (received >= sent || quiet > settle || quiet > calm && r.lastArrived())
	})
	stuck := err != nil
	sender, err := r.sender.order("report")
	if err != nil {
		return a, fmt.Errorf("the sender has ended: %w: %s", err, &r.sender.stderr)
	}
	receiver, err := r.receiver.order("report")
	if err != nil {
		return a, fmt.Errorf("the receiver has ended: %w: %s", err, &r.receiver.stderr)
	}
	a.counted = int(sender.Dropped+receiver.Dropped) + sender.Waiting
	a.disconnected = sender.Disconnected + receiver.Disconnected
	err = a.add(r.sendJob.Journal, r.arrived())
	if a.stuck = a.stuck || stuck; a.stuck {
		a.said = fmt.Sprintf("the sender says %q and reports %+v, the receiver %q and %+v", &r.sender.stderr, sender, &r.receiver.stderr, receiver)
	}
	return a, err
}

// calm is the silence after which nothing is on its way any more, once the last message
// has arrived.
const calm = 2 * time.Second

func (r *run) lastArrived() bool {
	list, err := readJournal(r.arrived())
	return err == nil && slices.Contains(list, uint64(r.send.count))
}

// add compares the journals.
func (a *account) add(sentFile, receivedFile string) error {
	sent, err := readJournal(sentFile)
	if err != nil {
		return err
	}
	received, err := readJournal(receivedFile)
	if err != nil {
		return err
	}
	seen := make(map[uint64]bool)
	highest := uint64(0)
	for _, n := range received {
		switch {
		case seen[n]:
			a.doubled++
		case n < highest:
			a.disordered++
		}
		seen[n] = true
		highest = max(highest, n)
	}
	a.sent = len(sent)
	for _, n := range sent {
		if seen[n] {
			a.delivered++
		}
	}
	a.stuck = a.sent > 0 && !seen[sent[a.sent-1]]
	a.lost = a.sent - a.delivered
	return nil
}

// check compares what happened with what should.
func (w want) check(a account) (faults []string) {
	if a.doubled > 0 {
		faults = append(faults, fmt.Sprintf("%d messages arrived twice", a.doubled))
	}
	if a.disordered > w.disordered {
		faults = append(faults, fmt.Sprintf("%d messages arrived behind later ones", a.disordered))
	}
	if a.stuck {
		faults = append(faults, "the last message did not arrive, nothing flows after the fault: "+a.said)
	}
	if a.lost > w.lost {
		faults = append(faults, fmt.Sprintf("%d messages were lost, want %d at most", a.lost, w.lost))
	}
	return faults
}

// end ends both peers.
func (r *run) end() {
	for _, p := range []*process{r.sender, r.receiver} {
		if p != nil {
			_ = p.kill()
		}
	}
	_ = releasePorts(r)
	if r.names != nil {
		r.names.close()
	}
}
