// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/gozmq/zmq/internal/core"
)

// Endpoint is one bind or one connect of a socket, as it was when it was asked for.
type Endpoint struct {
	Address string // by which Unbind or Disconnect finds it
	Bound   bool   // by Bind, not Connect
	Peers   int    // that are connected through it now

	State EndpointState // how far it has come
	// Attempts counts how often connecting has failed since the last peer. Of a bind it
	// counts the connections of strangers and peers that failed before they were ready.
	Attempts int
	// LastError is why the latest attempt failed, or why the latest connection ended if
	// that was later. It is nil if neither has happened. Of a bind it is why the latest
	// connection that was not let in failed.
	LastError error
	Since     time.Time // when State began
	Next      time.Time // when the next attempt begins, with EndpointRetrying
}

// EndpointState is how far an endpoint has come.
type EndpointState uint8

// The states of endpoints.
const (
	// EndpointConnecting is the state of a connect whose peer has not been reached yet.
	// A connect in process has it until another socket binds the name.
	EndpointConnecting EndpointState = 0
	// EndpointHandshaking is the state of a connect that has reached something, which
	// has not yet proved to be a peer that fits.
	EndpointHandshaking EndpointState = 1
	// EndpointReady is the state of a connect that has its peer, and of a bind that
	// accepts peers.
	EndpointReady EndpointState = 2
	// EndpointRetrying is the state of a connect between two attempts.
	EndpointRetrying EndpointState = 3
	// EndpointEnded is the state of a connect that is not tried again, for which only
	// the options ReconnectInterval and ReconnectStop are a reason, and of a bind that
	// does not listen any more.
	EndpointEnded EndpointState = 4
)

// String returns the state in a word, such as "retrying".
func (s EndpointState) String() string {
	names := [...]string{"connecting", "handshaking", "ready", "retrying", "ended"}
	if int(s) < len(names) {
		return names[s]
	}
	return fmt.Sprintf("EndpointState(%d)", uint8(s))
}

// String says in a line what is known of the endpoint, such as
// "tcp://10.0.0.7:5555: connection refused, 14 attempts, next in 3.2s".
func (e Endpoint) String() string {
	parts := []string{e.describe()}
	if e.Attempts > 1 && !e.Bound {
		parts = append(parts, fmt.Sprintf("%d attempts", e.Attempts))
	}
	if e.State == EndpointRetrying {
		wait := max(time.Until(e.Next), 0)
		parts = append(parts, "next in "+max(wait.Round(100*time.Millisecond), 100*time.Millisecond).String())
	}
	return e.Address + ": " + strings.Join(parts, ", ")
}

// describe says what the state means.
func (e Endpoint) describe() string {
	why := "no reason is known"
	if e.LastError != nil {
		// An address that the endpoint has anyway is not said twice.
		scheme, address, _ := strings.Cut(e.Address, "://")
		why = strings.TrimPrefix(reason(e.LastError), "dial "+strings.Replace(scheme, "ipc", "unix", 1)+" "+address+": connect: ")
	}
	switch {
	case e.Bound && e.State == EndpointEnded:
		return "not bound any more"
	case e.Bound && e.Peers == 0 && e.Attempts > 0:
		return fmt.Sprintf("bound, no peer; of %s that failed the last one: %s", count(e.Attempts, "connection"), why)
	case e.Bound && e.Peers == 0:
		return "bound, no peer has connected"
	case e.Bound:
		return "bound, " + count(e.Peers, "peer")
	case e.State == EndpointReady:
		return "connected"
	case e.State == EndpointHandshaking:
		text := "connected, but what listens there has not finished the handshake (is it a ZeroMQ socket?)"
		if e.LastError != nil {
			text += ", before that: " + why
		}
		return text
	case e.State == EndpointConnecting && e.LastError == nil:
		return "connecting, no answer yet"
	case e.State == EndpointEnded:
		return "given up: " + why
	}
	return why
}

// count is a number with its noun.
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprint(n, " ", noun)
}

// reason is the text of an error without the prefix that the text around it has.
func reason(err error) string { return strings.TrimPrefix(err.Error(), "zmq: ") }

// LogValue returns the endpoint as the package log/slog logs it: the address, the state
// and what goes with it.
func (e Endpoint) LogValue() slog.Value {
	attrs := []slog.Attr{slog.String("address", e.Address), slog.Bool("bound", e.Bound),
		slog.String("state", e.State.String()), slog.Int("peers", e.Peers)}
	if e.Attempts > 0 {
		attrs = append(attrs, slog.Int("attempts", e.Attempts))
	}
	if e.LastError != nil {
		attrs = append(attrs, slog.String("error", e.LastError.Error()))
	}
	return slog.GroupValue(attrs...)
}

// Endpoints lists the endpoints that the socket is bound and connected to, in the order
// of the calls.
func (s *Socket) Endpoints() []Endpoint { return newEndpoints(s.s) }

func newEndpoints(s *core.Socket) []Endpoint {
	var list []Endpoint
	for _, e := range s.Endpoints() {
		list = append(list, Endpoint{
			Address: e.Address, Bound: e.Bound, Peers: e.Peers, State: EndpointState(e.Progress.State),
			Attempts: e.Progress.Attempts, LastError: public(e.Progress.Err), Since: e.Progress.Since, Next: e.Progress.Next,
		})
	}
	return list
}
