// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gozmq/zmq"
)

// progress shows how far a long transfer has come, in a line on a terminal.
type progress struct {
	line *statusLine
	sock *zmq.Socket
	in   *counted // nil if its size is not known
	done chan struct{}
}

// counted counts what is read of a file.
type counted struct {
	io.Reader
	size int64
	read atomic.Int64
}

// Read implements io.Reader.
func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.read.Add(int64(n))
	return n, err
}

// measured counts what is read if r is a file whose size is known.
func measured(r io.Reader) io.Reader {
	f, ok := r.(*os.File)
	if !ok {
		return r
	}
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && info.Size() > 0 {
		return &counted{Reader: r, size: info.Size()}
	}
	return r
}

// wantsProgress reports whether a line of progress can be written without disturbing
// what a user types or reads on the same terminal.
func wantsProgress(s Streams, t zmq.SocketType, quiet bool) bool {
	typed := sends(t) && terminal(s.In) != nil
	read := receives(t) && terminal(s.Out) != nil
	return !quiet && !typed && !read
}

// startProgress shows the line every second until the context ends.
func startProgress(ctx context.Context, line *statusLine, sock *zmq.Socket, in io.Reader) *progress {
	p := &progress{line: line, sock: sock, done: make(chan struct{})}
	p.in, _ = in.(*counted)
	go p.run(ctx)
	return p
}

func (p *progress) run(ctx context.Context) {
	defer close(p.done)
	if p.line == nil {
		return
	}
	defer p.line.end()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	before, last := p.sock.Stats(), time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			st := p.sock.Stats()
			p.line.write(p.text(before, st, now.Sub(last)))
			before, last = st, now
		}
	}
}

// text says what two counts that are d apart mean.
func (p *progress) text(before, now zmq.SocketStats, d time.Duration) string {
	var parts []string
	for _, x := range []struct {
		word                string
		n, then, bytes, old uint64
	}{
		{"sent", now.Sent, before.Sent, now.SentBytes, before.SentBytes},
		{"received", now.Received, before.Received, now.ReceivedBytes, before.ReceivedBytes},
	} {
		if x.n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d (%s, %s)", x.word, x.n,
				amount(float64(x.n-x.then)/d.Seconds(), "msg/s"), amount(float64(x.bytes-x.old)/d.Seconds(), "B/s")))
		}
	}
	if p.in != nil {
		parts = append(parts, fmt.Sprintf("%d%% of the input read", 100*p.in.read.Load()/p.in.size))
	}
	if now.Peers == 0 {
		parts = append(parts, "no peer")
	}
	return strings.Join(parts, ", ")
}
