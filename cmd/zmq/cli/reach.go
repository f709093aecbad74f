// SPDX-License-Identifier: Apache-2.0

// What the command tells of its endpoints while it waits for them.

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gozmq/zmq"
)

// reach follows the endpoints of a socket. It tells at once, and once a cause, why an
// endpoint has no peer, and that it has one after all.
type reach struct {
	notes io.Writer
	left  atomic.Int64 // when a peer has left, in Unix nanoseconds; 0 if none has lately
	done  chan struct{}

	sock *zmq.Socket
	bind []string          // endpoints that are to be bound, whose failure the command ends with
	said map[string]string // what was said of each endpoint; owned by follow
}

const reachEvents = zmq.EventConnectRetried | zmq.EventHandshakeSucceeded | zmq.EventHandshakeFailed |
	zmq.EventDisconnected | zmq.EventClosed

// newReach starts to follow a socket, until the context or the socket ends. It is
// called before the socket binds and connects.
func newReach(ctx context.Context, sock *zmq.Socket, notes io.Writer, bind ...string) *reach {
	r := &reach{notes: notes, sock: sock, bind: bind, done: make(chan struct{}), said: make(map[string]string)}
	events := sock.Monitor(ctx, reachEvents)
	go r.follow(events)
	return r
}

func (r *reach) follow(events iter.Seq[zmq.Event]) {
	defer close(r.done)
	for e := range events {
		switch e.Kind {
		case zmq.EventHandshakeSucceeded:
			if r.said[e.Endpoint] != "" && !e.Peer.Accepted {
				fmt.Fprintf(r.notes, "%s: connected\n", e.Endpoint)
			}
			delete(r.said, e.Endpoint)
		case zmq.EventDisconnected:
			r.left.Store(e.Time.UnixNano())
			r.tell(e)
		default:
			r.tell(e)
		}
	}
}

// tell says why there is no peer, unless that is what was said last.
func (r *reach) tell(e zmq.Event) {
	if e.Err == nil || errors.Is(e.Err, zmq.ErrClosed) || r.binds(e.Endpoint) {
		return
	}
	why := unreached(e.Err)
	if e.Kind == zmq.EventHandshakeFailedProtocol || e.Kind == zmq.EventHandshakeFailedAuth || e.Kind == zmq.EventHandshakeFailedNoDetail {
		why = "the handshake failed: " + why
	}
	if r.said[e.Endpoint] == why || strings.HasSuffix(r.said[e.Endpoint], why) {
		return
	}
	r.said[e.Endpoint] = why
	fmt.Fprintf(r.notes, "%s: %s\n", e.Endpoint, why)
}

// binds reports whether an endpoint is a bound one, to which peers come and from which
// they go. The log tells of strangers there.
func (r *reach) binds(endpoint string) bool {
	return slices.Contains(r.bind, endpoint) || slices.ContainsFunc(r.sock.Endpoints(), func(e zmq.Endpoint) bool { return e.Bound && e.Address == endpoint })
}

// unsaid is a log without the warnings about endpoints that the command connects to: reach
// tells of those in its own words.
type unsaid struct {
	slog.Handler
	connect []string
}

// Handle implements slog.Handler.
func (u unsaid) Handle(ctx context.Context, r slog.Record) error {
	if r.Level == slog.LevelWarn && (strings.HasPrefix(r.Message, "handshake failed") || r.Message == "endpoint cannot be reached") {
		said := false
		r.Attrs(func(a slog.Attr) bool {
			said = a.Key == "endpoint" && slices.Contains(u.connect, a.Value.String())
			return !said
		})
		if said {
			return nil
		}
	}
	return u.Handler.Handle(ctx, r)
}

// wait waits until nothing more is said.
func (r *reach) wait() { <-r.done }

// settled is how long after the end of a connection the socket may still count its peer.
const settled = time.Second

// deserted reports whether the last peer of the socket has left.
func (r *reach) deserted() bool {
	left := r.left.Load()
	if left == 0 {
		return false
	}
	if r.sock.Stats().Peers == 0 {
		return true
	}
	if time.Since(time.Unix(0, left)) > settled {
		r.left.CompareAndSwap(left, 0)
	}
	return false
}

// unreached says in plain words why a connection did not come about.
func unreached(err error) string {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		return fmt.Sprintf("the name %s does not resolve", dns.Name)
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there (connection refused)"
	case errors.Is(err, os.ErrNotExist):
		return "nothing listens there (no such socket file)"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "there is no way to that host"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.Is(err, syscall.ETIMEDOUT):
		return "no answer, as from a host that is down or behind a firewall"
	case errors.Is(err, io.EOF):
		return "the connection ended"
	}
	return strings.TrimPrefix(err.Error(), "zmq: ")
}
