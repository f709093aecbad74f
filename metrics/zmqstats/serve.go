// SPDX-License-Identifier: Apache-2.0

package zmqstats

import (
	"context"
	_ "embed" // the page
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/gozmq/zmq"
)

//go:embed page.html
var page []byte

// Handler returns a handler for a path that ends with a slash. It serves a page that shows
// the sockets of a context and their rates, and stats.json beside it, a Snapshot.
func Handler(c *zmq.Context) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		switch {
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "only GET", http.StatusMethodNotAllowed)
		case strings.HasSuffix(r.URL.Path, "/stats.json"):
			h.Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(Read(c)) // the client has gone, if it fails
		case strings.HasSuffix(r.URL.Path, "/"):
			h.Set("Content-Type", "text/html; charset=utf-8")
			h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'")
			_, _ = w.Write(page)
		default:
			http.NotFound(w, r)
		}
	})
}

// waitingReplies is the most replies that wait for one peer. A REQ asks for one at a time;
// what a peer asks for beyond them is dropped.
const waitingReplies = 4

// Server replies with snapshots at an endpoint.
type Server struct {
	own    *zmq.Context // so that its socket is in no snapshot and keeps no Term waiting
	sock   *zmq.Socket
	cancel context.CancelFunc
	done   chan struct{}
}

// Listen binds a REP to an endpoint and replies to every request with a Snapshot of the
// sockets of a context, as JSON. The settings are those of the REP: with CURVE or an
// authorizer only those that may see it do.
func Listen(c *zmq.Context, endpoint string, settings ...zmq.Setting) (*Server, error) {
	own, err := zmq.NewContext(zmq.ContextConfig{})
	if err != nil {
		return nil, err
	}
	s := &Server{own: own, done: make(chan struct{})}
	// Few snapshots wait for a peer that does not read them, and a time without requests is
	// no error.
	all := slices.Concat([]zmq.Setting{zmq.Linger.Of(0), zmq.SendHWM.Of(waitingReplies)}, settings, []zmq.Setting{zmq.RecvTimeout.Of(-1)})
	if s.sock, err = own.NewSocket(zmq.REP, all...); err == nil {
		err = s.sock.Bind(endpoint)
	}
	if err != nil {
		_ = own.Close()
		return nil, err
	}
	var ctx context.Context
	ctx, s.cancel = context.WithCancel(context.Background())
	go s.serve(ctx, c)
	return s, nil
}

// Endpoint returns where the server listens.
func (s *Server) Endpoint() string { return s.sock.LastEndpoint() }

func (s *Server) serve(ctx context.Context, c *zmq.Context) {
	defer close(s.done)
	for _, err := range s.sock.Messages(ctx) {
		if err != nil {
			return
		}
		text, err := json.Marshal(Read(c))
		if err != nil {
			return // not for values of these types
		}
		// A REP drops the reply to a peer that has gone, and goes on.
		if err := s.sock.Send(ctx, text); err != nil {
			return
		}
	}
}

// Close ends the server.
func (s *Server) Close() error {
	s.cancel()
	<-s.done
	return s.own.Close()
}
