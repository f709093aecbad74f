// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"container/heap"
	"io"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"github.com/gozmq/zmq/internal/zmqtest/namespace"
)

// weather is what a link does to the packets of one direction.
type weather struct {
	loss      float64       // of packets, 0 to 1
	duplicate float64       // of packets that arrive twice
	reorder   float64       // of packets that overtake those that are under way
	delay     time.Duration // of each packet
	jitter    time.Duration // added to it, at random up to this
	rate      int           // bytes a second, 0 for no limit
	cut       bool          // nothing passes
}

// backlog is how long a packet may wait for its turn at a line with a rate before it is
// dropped, as by a router with a large buffer.
const backlog = 500 * time.Millisecond

// link carries packets between two namespaces: a router whose weather the test makes.
type link struct {
	a, b *namespace.Namespace
	done chan struct{} // closed by close
	all  sync.WaitGroup

	mu     sync.Mutex
	random *rand.Rand
	flows  flows
	lines  [2]*line // from a, from b
}

// line is one direction of a link. Guarded by link.mu.
type line struct {
	to      *os.File
	weather weather
	free    time.Time // when the line has sent what it was given
	queue   packets
	wake    chan struct{} // has a value if the queue has a new head
}

// newLink joins two namespaces.
func newLink(a, b *namespace.Namespace, seed uint64) *link {
	l := &link{
		a: a, b: b, done: make(chan struct{}), random: rand.New(rand.NewPCG(seed, 0)), flows: make(flows),
		lines: [2]*line{{to: b.TUN(), wake: make(chan struct{}, 1)}, {to: a.TUN(), wake: make(chan struct{}, 1)}},
	}
	for i, from := range []*os.File{a.TUN(), b.TUN()} {
		l.all.Go(func() { l.read(from, l.lines[i]) })
		l.all.Go(func() { l.deliver(l.lines[i]) })
	}
	return l
}

// close ends the link and closes both namespaces.
func (l *link) close() {
	close(l.done)
	l.a.Close()
	l.b.Close()
	l.all.Wait()
}

// set changes the weather of both directions.
func (l *link) set(w weather) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.lines {
		line.weather = w
	}
}

// cut stops all packets, those under way included, or lets new ones pass again.
func (l *link) cut(is bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.lines {
		line.weather.cut = is
		if is {
			line.queue = nil
		}
	}
}

// reset breaks all TCP connections with a RST to both ends.
func (l *link) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, packet := range l.flows.resets() {
		l.lineTo(packet).add(packet, time.Now())
	}
	clear(l.flows)
}

// lineTo finds the direction of a packet by the address of namespace b's end, whose
// last byte is even.
func (l *link) lineTo(packet []byte) *line {
	if packet[19]%2 == 0 {
		return l.lines[0]
	}
	return l.lines[1]
}

func (l *link) read(from io.Reader, line *line) {
	b := make([]byte, 1<<16)
	for {
		n, err := from.Read(b)
		if err != nil {
			return
		}
		l.take(append([]byte(nil), b[:n]...), line)
	}
}

// take decides on the fate of a packet.
func (l *link) take(packet []byte, line *line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w, now := &line.weather, time.Now()
	l.flows.note(packet)
	if w.cut || l.random.Float64() < w.loss {
		return
	}
	at := now
	if w.rate > 0 {
		if line.free.Before(now) {
			line.free = now
		}
		if line.free.Sub(now) > backlog {
			return
		}
		line.free = line.free.Add(time.Duration(len(packet)) * time.Second / time.Duration(w.rate))
		at = line.free
	}
	at = at.Add(w.delay)
	if w.jitter > 0 {
		at = at.Add(time.Duration(l.random.Int64N(int64(w.jitter))))
	}
	if l.random.Float64() < w.reorder {
		at = now
	}
	line.add(packet, at)
	if l.random.Float64() < w.duplicate {
		line.add(packet, at.Add(time.Duration(l.random.Int64N(int64(10*time.Millisecond)))))
	}
}

func (x *line) add(packet []byte, at time.Time) {
	heap.Push(&x.queue, transit{packet, at})
	select {
	case x.wake <- struct{}{}:
	default:
	}
}

// deliver writes packets when their time has come.
func (l *link) deliver(x *line) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		due, wait := l.due(x)
		for _, packet := range due {
			_, _ = x.to.Write(packet) // a device that is down loses it
		}
		timer.Reset(wait)
		select {
		case <-timer.C:
		case <-x.wake:
		case <-l.done:
			return
		}
	}
}

func (l *link) due(x *line) (list [][]byte, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for now := time.Now(); len(x.queue) > 0; {
		if wait = x.queue[0].at.Sub(now); wait > 0 {
			return list, wait
		}
		list = append(list, heap.Pop(&x.queue).(transit).packet)
	}
	return list, time.Hour
}

// transit is a packet under way.
type transit struct {
	packet []byte
	at     time.Time // of its arrival
}

// packets is a heap by time of arrival.
type packets []transit

func (p packets) Len() int           { return len(p) }
func (p packets) Less(i, j int) bool { return p[i].at.Before(p[j].at) }
func (p packets) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }
func (p *packets) Push(x any)        { *p = append(*p, x.(transit)) }
func (p *packets) Pop() any {
	old := *p
	x := old[len(old)-1]
	*p = old[:len(old)-1]
	return x
}
