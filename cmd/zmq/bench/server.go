// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gozmq/zmq"
)

// Server receives, counts and echoes for one client at a time.
type Server struct {
	Context  *zmq.Context  // of all sockets
	Settings []zmq.Setting // of the data sockets, and of the control socket
	Data     string        // where data sockets are bound; empty is a free port beside the control socket
	Log      io.Writer     // what clients ask for

	control *zmq.Socket
	session *session // nil: nothing is measured
	dataN   int      // data sockets that were bound in process
}

// idleEnd is how long a session without a word of its client goes on.
const idleEnd = 30 * time.Second

// quiet is for how many ticks messages that are missing at the end of a run are waited
// for. Ticks are counted rather than time, since no message can come while the whole
// process stands still.
const quiet, tick = 300, 5 * time.Millisecond

// Bind binds the control socket and returns its endpoint.
func (s *Server) Bind(endpoint string) (string, error) {
	var err error
	if s.control, err = s.Context.NewSocket(zmq.REP, append([]zmq.Setting{zmq.Linger.Of(time.Second)}, s.Settings...)...); err != nil {
		return "", err
	}
	if err := s.control.Bind(endpoint); err != nil {
		_ = s.control.Close()
		return "", err
	}
	return s.control.LastEndpoint(), nil
}

// Serve serves clients until the context ends.
func (s *Server) Serve(ctx context.Context) error {
	defer s.control.Close()
	defer s.end()
	for {
		idle, cancel := context.WithTimeout(ctx, idleEnd)
		m, err := s.control.Recv(idle)
		cancel()
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			s.end() // its client has gone
			continue
		}
		if err != nil {
			return err
		}
		a := s.obey(ctx, m.Bytes(), m.Peer().Remote)
		text, err := json.Marshal(a)
		if err != nil {
			return err
		}
		if err := s.control.Send(ctx, text); err != nil {
			return err
		}
	}
}

// obey does what the client at an address asks for.
func (s *Server) obey(ctx context.Context, text []byte, client string) answer {
	var o order
	if err := json.Unmarshal(text, &o); err != nil {
		return answer{Error: "the request is no JSON: is the other side 'zmq bench', too?"}
	}
	if x := s.session; x != nil && x.client != client {
		if time.Since(x.heard) < idleEnd {
			return answer{Error: "another client measures: try again later"}
		}
		s.end()
	}
	if s.session != nil {
		s.session.heard = time.Now()
	}
	switch o.Op {
	case "start":
		s.end()
		a, err := s.start(ctx, o, client)
		if err != nil {
			return answer{Error: err.Error()}
		}
		return a
	case "count":
		if s.session == nil {
			return answer{Error: "nothing is measured"}
		}
		return s.session.count()
	case "stop":
		if s.session == nil {
			return answer{Error: "nothing is measured"}
		}
		s.session.settle(ctx, o.Sent)
		a := s.session.count()
		s.end()
		return a
	}
	return answer{Error: fmt.Sprintf("there is no %q", o.Op)}
}

func (s *Server) start(ctx context.Context, o order, client string) (answer, error) {
	p, err := FindPattern(o.Pattern)
	if err != nil {
		return answer{}, err
	}
	if o.Size < 0 || o.Size > MaxSize {
		return answer{}, fmt.Errorf("messages have at most %d bytes", MaxSize)
	}
	sock, err := s.Context.NewSocket(p.Server, append([]zmq.Setting{zmq.Linger.Of(0), zmq.MaxMessageSize.Of(MaxSize + 1024)}, s.Settings...)...)
	if err != nil {
		return answer{}, err
	}
	switch p.Server {
	case zmq.SUB:
		err = sock.Subscribe("")
	case zmq.DISH:
		err = sock.Join("bench")
	}
	if err == nil {
		err = sock.Bind(s.dataEndpoint())
	}
	if err != nil {
		_ = sock.Close()
		return answer{}, err
	}
	fmt.Fprintf(s.Log, "measures %s, %d bytes\n", p.Name, o.Size)
	s.session = newSession(ctx, sock, p)
	s.session.client, s.session.heard = client, time.Now()
	return answer{Endpoint: sock.LastEndpoint()}, nil
}

// dataEndpoint is beside the control socket: the same transport and interface.
func (s *Server) dataEndpoint() string {
	if s.Data != "" {
		return s.Data
	}
	scheme, rest, _ := strings.Cut(s.control.LastEndpoint(), "://")
	switch scheme {
	case "ipc":
		return "ipc://*"
	case "inproc":
		s.dataN++
		return fmt.Sprintf("inproc://%s-data-%d", rest, s.dataN)
	}
	host, _ := splitHost(rest)
	return scheme + "://" + host + ":*"
}

// splitHost cuts an address in front of the colon of its port. A path of WebSocket stays
// with the port.
func splitHost(address string) (host, port string) {
	authority, _, _ := strings.Cut(address, "/")
	i := max(strings.LastIndexByte(authority, ':'), 0)
	return address[:i], address[i:]
}

// end ends the session.
func (s *Server) end() {
	if s.session != nil {
		s.session.close()
		s.session = nil
	}
}

// session is one run, as the server sees it.
type session struct {
	client  string    // that began it, by the address of its control connection
	heard   time.Time // when it last asked for anything; for Serve
	sock    *zmq.Socket
	pattern Pattern
	cancel  context.CancelFunc
	done    chan struct{}

	began    time.Time
	messages atomic.Uint64

	mu          sync.Mutex
	timed       uint64        // messages between first and last
	first, last time.Duration // when messages came, since began
}

func newSession(ctx context.Context, sock *zmq.Socket, p Pattern) *session {
	x := &session{sock: sock, pattern: p, done: make(chan struct{}), began: time.Now()}
	ctx, x.cancel = context.WithCancel(ctx)
	go x.receive(ctx)
	return x
}

// The clock is looked at for each of the first messages, and once a batch after that. It
// would take as long as the message otherwise.
const (
	exact = 1024
	batch = 64
)

func (x *session) receive(ctx context.Context) {
	defer close(x.done)
	var m zmq.Message
	for n := uint64(0); ; n++ {
		if err := x.sock.RecvInto(ctx, &m); err != nil {
			return
		}
		if n == 0 {
			x.mu.Lock()
			x.first = time.Since(x.began)
			x.mu.Unlock()
		}
		if x.pattern.Replies && x.reply(ctx, m) != nil {
			return
		}
		x.messages.Store(n + 1)
		if n < exact || n%batch == 0 {
			x.mu.Lock()
			x.timed, x.last = n, time.Since(x.began)
			x.mu.Unlock()
		}
	}
}

// reply sends a message back. Its memory is received into again.
func (x *session) reply(ctx context.Context, m zmq.Message) error {
	if x.pattern.Server == zmq.SERVER { // the message carries the number of its peer
		return x.sock.SendMessage(ctx, m.Clone())
	}
	return x.sock.Send(ctx, m.Frames()...)
}

func (x *session) count() answer {
	x.mu.Lock()
	defer x.mu.Unlock()
	return answer{Messages: x.messages.Load(), Timed: x.timed, Nanos: int64(x.last - x.first)}
}

// settle waits until all that was sent has come, or nothing more comes.
func (x *session) settle(ctx context.Context, sent uint64) {
	ticks := time.NewTicker(tick)
	defer ticks.Stop()
	before, idle := x.messages.Load(), 0
	for x.messages.Load() < sent && idle < quiet {
		select {
		case <-ticks.C:
			idle++
		case <-ctx.Done():
			return
		}
		if now := x.messages.Load(); now != before {
			before, idle = now, 0
		}
	}
}

func (x *session) close() {
	x.cancel()
	<-x.done
	_ = x.sock.Close()
}
