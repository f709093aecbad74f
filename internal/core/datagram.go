// SPDX-License-Identifier: Apache-2.0

package core

import (
	"context"
	"net"
	"strings"
	"sync"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/session"
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/transport/udp"
	"github.com/gozmq/zmq/internal/zerr"
)

// datagramRoles says what use of udp is which role, and by which call.
var datagramRoles = map[pattern.Datagrams]struct {
	role udp.Role
	op   string
}{
	pattern.SendsDatagrams: {udp.Radio, "connect"}, pattern.ReceivesDatagrams: {udp.Dish, "bind"},
	pattern.ExchangesDatagrams: {udp.Dgram, "bind"},
}

// openDatagrams binds or connects over udp. A socket of the system is to a session what
// a connection is, which is there at once and lasts.
func (s *Socket) openDatagrams(op, whole, address string, o *opt.Set, settings []Setting) (*pipe.Pipe, error) {
	use := datagramRoles[s.typ.Datagrams]
	if use.op != op {
		return nil, zerr.Errorf(zerr.ErrIncompatibleTransport, "over udp a %s does not %s", s.typ.Name, op)
	}
	if err := s.checkDatagrams(udp.Scheme, o, settings); err != nil {
		return nil, err
	}
	dial := &udp.Config{
		Config: *s.transportConfig(o, &Hooks{}), Role: use.role,
		Hops: o.Int(opt.MulticastHops), Loop: o.Bool(opt.MulticastLoop), Terminate: s.ctx.cfg.Libzmq,
		Malformed: func() { s.totals.Malformed.Add(1) }, Lost: func() { s.totals.PeerGone.Add(1) },
	}
	conn, err := udp.Open(s.life, address, dial)
	if err != nil {
		if ended := s.Err(); ended != nil {
			err = ended
		}
		return nil, err
	}
	e := &endpoint{socket: s, key: whole, bound: op == "bind", opts: o}
	if e.bound { // at the port that the system has chosen
		e.key = conn.Endpoint()
		address = strings.TrimPrefix(e.key, udp.Scheme+"://")
	}
	first := &opened{Transport: udp.New(), conn: conn, again: func(ctx context.Context) (net.Conn, error) {
		return udp.Open(ctx, address, dial)
	}}
	cfg := s.datagramConfig(first, whole, address, o)
	cfg.Host = silent{lasting{s, first}}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.Err(); err != nil {
		_ = conn.Close()
		return nil, err
	}
	if s.typ.Datagrams == pattern.ExchangesDatagrams && len(s.endpoints) > 0 {
		_ = conn.Close()
		return nil, zerr.Errorf(zerr.ErrInvalid, "a DGRAM is bound to one endpoint, and this one has its endpoint")
	}
	e.pipe = pipe.New(s.pipeConfig(o, e.key, false))
	e.pipe.Route.Datagram = udp.MaxDatagram
	s.startDatagrams(e, cfg)
	return e.pipe, nil
}

// datagramConfig is what the session of a socket of the system lives by, which carries
// frames without a handshake.
func (s *Socket) datagramConfig(first *opened, whole, address string, o *opt.Set) *session.Config {
	cfg := s.sessionConfig(first, whole, address, o, &Hooks{})
	cfg.FirstDials, cfg.Immediate = nil, false
	c := cfg.Engine
	c.Datagrams, c.Mechanism, c.Authenticate, c.Lend = first.Scheme(), nil, nil, nil
	c.MaxFrame, c.MaxMessage, c.MaxFrames = -1, 0, 0 // what is read keeps the limits already
	return cfg
}

// startDatagrams puts an endpoint, which has its pipe already, into the table. s.mu is
// held.
func (s *Socket) startDatagrams(e *endpoint, cfg *session.Config) {
	e.dialer = session.NewDialer(cfg, e.pipe)
	s.endpoints = append(s.endpoints, e)
	s.addPipe(e.pipe, e)
	s.last = e.key
	e.dialer.Start()
}

// checkDatagrams refuses a setting about which peers may talk to the socket or hear it:
// without connections there are none that could be asked. libzmq ignores it.
func (s *Socket) checkDatagrams(scheme string, o *opt.Set, settings []Setting) error {
	switch {
	case s.ctx.cfg.Libzmq:
		return nil
	case o.Int(opt.Mechanism) != mechanismNull:
		return zerr.Errorf(zerr.ErrInvalid, "%s has no security mechanism, and one is set", scheme)
	case len(o.Bytes(opt.ZAPDomain)) > 0:
		return zerr.Errorf(zerr.ErrInvalid, "over %s no authentication handler is asked, and ZAP_DOMAIN wants one asked", scheme)
	case s.hooksOf(settings).Authorizer != nil:
		return zerr.Errorf(zerr.ErrInvalid, "over %s no peer can be refused, and an authorizer is set", scheme)
	}
	return nil
}

// opened is the transport of a session whose first connection is there.
type opened struct {
	transport.Transport
	again func(context.Context) (net.Conn, error) // makes another

	mu   sync.Mutex
	conn net.Conn // nil once it was used
}

// Dial returns that connection, and after its end another.
func (t *opened) Dial(ctx context.Context, _ string, _ *transport.Config) (net.Conn, error) {
	if c := t.take(); c != nil {
		return c, nil
	}
	return t.again(ctx)
}

// take returns the connection that is there, if it was not used.
func (t *opened) take() net.Conn {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.conn
	t.conn = nil
	return c
}

// lasting is the host of such a session.
type lasting struct {
	*Socket
	first *opened
}

// GaveUp implements session.Host.
func (l lasting) GaveUp(p *pipe.Pipe) {
	if c := l.first.take(); c != nil { // taken away at once
		_ = c.Close()
	}
	l.Socket.GaveUp(p)
}

// silent is a lasting socket whose monitor is not told: libzmq has no events of udp.
type silent struct{ lasting }

// Event logs what happens and does nothing else.
func (s silent) Event(e session.Event) { s.log(&e) }
