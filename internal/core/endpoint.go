// SPDX-License-Identifier: Apache-2.0

package core

import (
	"bytes"
	"errors"
	"slices"
	"time"

	"github.com/gozmq/zmq/internal/engine"
	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/session"
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/transport/multicast"
	"github.com/gozmq/zmq/internal/transport/udp"
	"github.com/gozmq/zmq/internal/zerr"
)

// endpoint is one bind or one connect in a socket's table. Immutable, but for
// the high-water marks in opts, which the socket's lock guards.
type endpoint struct {
	socket   *Socket
	key      string // what Unbind and Disconnect look for
	bound    bool
	opts     *opt.Set // as they were at the call, but for the marks: see setMarks
	listener *session.Listener
	dialer   *session.Dialer
	pipe     *pipe.Pipe // of a connect, unless IMMEDIATE
	id       []byte     // of CONNECT_ROUTING_ID with IMMEDIATE, for the pipe of each connection
	binding  *binding   // inproc bind
	parked   *parked    // inproc connect to a name that is not bound yet
	all      *addresses // of a connect to all addresses of a name, which has no dialer itself
	of       *addresses // of one of these addresses: to which connect it belongs
	group    *group     // over multicast: the present connection; guarded by the socket's lock
	spent    bool       // out of attempts; guarded by the socket's lock
	since    time.Time  // in process: of the bind, or when the connect got its peer or began to wait
}

// refuse ends a connection because the pattern has no use for it. One of ours that
// went beyond a limit is dialled again, after a wait that grows: the limit may have
// been one of the moment, and users are promised that Connect does not give up.
// Any other reason holds for the whole endpoint. No reason is the application's
// wish (an empty frame to a STREAM), and what is queued goes out first.
func (e *endpoint) refuse(c *engine.Conn, p *pipe.Pipe, reason error) {
	if e.dialer != nil && !errors.Is(reason, zerr.ErrLimit) {
		e.dialer.Quit()
	}
	if reason == nil {
		p.Out().OnParting(func() { c.Close(nil) })
		return
	}
	c.Close(reason)
}

// over reports whether nothing more comes of a connect. The socket's lock is held.
func (e *endpoint) over() bool {
	if e.spent || e.dialer == nil {
		return e.spent
	}
	select {
	case <-e.dialer.Done():
		return true
	default:
		return false
	}
}

// Setting changes an option of a socket or of one endpoint, or with a Hook what the
// program brings.
type Setting struct {
	Num   opt.Num
	Value opt.Value
	Hook  *Hook
}

// Bind listens on an endpoint. The settings apply to it alone.
func (s *Socket) Bind(address string, settings ...Setting) error {
	hooks := s.hooksOf(settings)
	t, addr, o, err := s.prepare("bind", address, settings, hooks)
	if err != nil {
		return err
	}
	if t == nil {
		return s.bindInproc(address, o)
	}
	switch t.Scheme() {
	case udp.Scheme:
		_, err := s.openDatagrams("bind", address, addr, o, settings)
		return err
	case multicast.Pgm, multicast.Epgm:
		_, err := s.openMulticast("bind", address, addr, o, settings)
		return err
	}
	s.mu.Lock()
	if err := s.Err(); err != nil {
		s.mu.Unlock()
		return err
	}
	s.lingering.Add(1) // a Close meanwhile waits until this is over
	s.mu.Unlock()
	defer s.lingering.Done()
	cfg := s.sessionConfig(t, address, addr, o, hooks)
	l := session.NewListener(cfg)
	if err := l.Listen(s.life); err != nil {
		if ended := s.Err(); ended != nil {
			err = ended
		}
		s.Event(session.Event{Kind: session.BindFailed, Endpoint: address, Unbound: true, FD: -1, Err: err})
		return err
	}
	s.mu.Lock()
	if err := s.Err(); err != nil {
		s.mu.Unlock()
		l.Stop()
		return err
	}
	s.last = l.Endpoint()
	s.endpoints = append(s.endpoints, &endpoint{socket: s, key: s.last, bound: true, opts: o, listener: l})
	if hooks.Bound != nil {
		hooks.Bound() // before an Unbind can close the listener
	}
	l.Start() // the endpoint is in the table before the first peer can be there
	s.mu.Unlock()
	return nil
}

// Connect begins to connect to an endpoint. The settings apply to it alone.
func (s *Socket) Connect(address string, settings ...Setting) error {
	_, err := s.connectPipe(address, settings)
	return err
}

// ConnectPeer is Connect of a PEER, and returns the number of the peer to be. With
// IMMEDIATE there is none before the peer, and so none to return.
func (s *Socket) ConnectPeer(address string, settings ...Setting) (uint32, error) {
	if !s.typ.Numbers {
		return 0, zerr.Errorf(zerr.ErrNotSupported, "only a PEER numbers its peers, a %s connects with Connect", s.typ.Name)
	}
	s.mu.Lock()
	immediate := s.opts.Bool(opt.Immediate)
	s.mu.Unlock()
	for _, x := range settings {
		if x.Num == opt.Immediate && x.Hook == nil {
			immediate = x.Value.I != 0
		}
	}
	if immediate {
		return 0, zerr.Errorf(zerr.ErrFault, "with IMMEDIATE a peer has no routing id before it is connected")
	}
	one := Setting{Num: opt.AllAddresses} // the number is that of one peer
	p, err := s.connectPipe(address, append(slices.Clone(settings), one))
	if err != nil {
		return 0, err
	}
	return p.Route.Label.RoutingOf(), nil
}

// connectPipe returns the pipe of the endpoint, nil if there is none before the peer is.
func (s *Socket) connectPipe(address string, settings []Setting) (*pipe.Pipe, error) {
	hooks := s.hooksOf(settings)
	t, addr, o, err := s.prepare("connect", address, settings, hooks)
	if err != nil {
		return nil, err
	}
	if t == nil {
		return s.connectInproc(address, o, settings)
	}
	switch t.Scheme() {
	case udp.Scheme:
		return s.openDatagrams("connect", address, addr, o, settings)
	case multicast.Pgm, multicast.Epgm:
		return s.openMulticast("connect", address, addr, o, settings)
	}
	if err := t.CheckConnect(addr); err != nil {
		return nil, err
	}
	if err := checkDetour(t.Scheme(), addr, o, hooks); err != nil {
		return nil, err
	}
	if c, ok := t.(transport.ConfigChecker); ok {
		if err := c.CheckConfig(s.transportConfig(o, hooks)); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.Err(); err != nil {
		return nil, err
	}
	if i := s.find(address); i >= 0 && s.typ.ConnectsOnce {
		if e := s.endpoints[i]; !e.over() {
			return e.pipe, nil // libzmq ignores the repetition for these types
		}
		s.forget(s.endpoints[i]) // and does so even now, when the first has come to nothing
	}
	cfg := s.sessionConfig(t, address, addr, o, hooks)
	if r := allOf(t, o, hooks); r != nil {
		return nil, s.connectAll(r, cfg, o)
	}
	id, err := s.takeConnectID(o, settings)
	if err != nil {
		return nil, err
	}
	e := &endpoint{socket: s, key: address, opts: o}
	if t.Scheme() == "ipc" {
		cfg.StopIfDeparted = s.stopIfDeparted(o)
	}
	if cfg.Immediate {
		e.id = id
	} else {
		e.pipe = pipe.New(s.pipeConfig(o, address, false))
		e.pipe.Route.ID = id
	}
	s.last = lastOf(t, address, addr)
	s.startDialer(e, cfg)
	return e.pipe, nil
}

// lastOf returns the LAST_ENDPOINT of a connect.
func lastOf(t transport.Transport, endpoint, address string) string {
	if n, ok := t.(transport.Namer); ok {
		return n.LastEndpoint(address)
	}
	return endpoint
}

// startDialer puts a connect, which has its pipe already, into the table. s.mu is held.
func (s *Socket) startDialer(e *endpoint, cfg *session.Config) {
	e.dialer = session.NewDialer(cfg, e.pipe)
	s.endpoints = append(s.endpoints, e)
	if e.pipe != nil {
		s.addPipe(e.pipe, e)
		e.pipe.OnRefuse(func(reason error) { // before there is a connection
			if !errors.Is(reason, zerr.ErrLimit) {
				e.dialer.Quit()
			}
		})
	}
	e.dialer.Start()
}

// takeConnectID consumes CONNECT_ROUTING_ID, which names the peer of the next
// connect; one that was given with this connect leaves the socket's for another.
// s.mu is held.
func (s *Socket) takeConnectID(o *opt.Set, settings []Setting) ([]byte, error) {
	id := o.Bytes(opt.ConnectRoutingID)
	if len(id) == 0 {
		return nil, nil
	}
	r, ok := s.pattern.(pattern.RouteTable)
	if !ok {
		return nil, nil
	}
	promised := slices.ContainsFunc(s.endpoints, func(e *endpoint) bool { return bytes.Equal(e.id, id) })
	if promised || !r.CanRoute(id) {
		return nil, zerr.Errorf(zerr.ErrInvalid, "routing id %q is in use", id)
	}
	if !slices.ContainsFunc(settings, func(x Setting) bool { return x.Num == opt.ConnectRoutingID }) {
		s.opts.Reset(opt.ConnectRoutingID)
	}
	return append([]byte(nil), id...), nil
}

// prepare does what bind and connect have in common, in the order of
// docs/libzmq.md, Endpoints: state, syntax, scheme, policy, settings. t is nil for
// inproc.
func (s *Socket) prepare(op, address string, settings []Setting, hooks *Hooks) (t transport.Transport, addr string, o *opt.Set, err error) {
	if err := s.Err(); err != nil {
		return nil, "", nil, err
	}
	scheme, addr, t, err := s.locate(address, hooks)
	if err != nil {
		return nil, "", nil, err
	}
	if s.typ.Plain && scheme != "tcp" {
		return nil, "", nil, zerr.Errorf(zerr.ErrIncompatibleTransport, "a STREAM needs tcp, not %s", scheme)
	}
	if s.typ.Datagrams == pattern.ExchangesDatagrams && scheme != udp.Scheme {
		return nil, "", nil, zerr.Errorf(zerr.ErrIncompatibleTransport, "a DGRAM needs udp, not %s", scheme)
	}
	if err := s.ctx.allow(op, address); err != nil {
		return nil, "", nil, err
	}
	s.mu.Lock()
	o = s.opts.Clone()
	s.mu.Unlock()
	for _, x := range settings {
		if x.Hook != nil {
			continue
		}
		if err := o.Put(x.Num, x.Value); err != nil {
			return nil, "", nil, err
		}
	}
	return t, addr, o, s.checkSecurity(o, hooks)
}

// find returns the index of the endpoint with that key, -1 if there is none.
// s.mu is held.
func (s *Socket) find(key string) int {
	return slices.IndexFunc(s.endpoints, func(e *endpoint) bool { return e.key == key })
}

// endpointOf finds the endpoint of a session, nil if it was taken away. s.mu is
// held.
func (s *Socket) endpointOf(from any) *endpoint {
	for _, e := range s.endpoints {
		if e.listener != nil && from == any(e.listener) || e.dialer != nil && from == any(e.dialer) {
			return e
		}
	}
	return nil
}

func (s *Socket) forget(e *endpoint) {
	if i := slices.Index(s.endpoints, e); i >= 0 {
		s.endpoints = slices.Delete(s.endpoints, i, i+1)
	}
}

// names lists the endpoints of the socket.
func (s *Socket) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for _, e := range s.endpoints {
		if e.of == nil {
			list = append(list, e.key)
		}
	}
	return list
}

// EndpointInfo describes one endpoint.
type EndpointInfo struct {
	Address  string
	Bound    bool
	Peers    int
	Progress session.Progress
}

// Endpoints lists what the socket is bound and connected to.
func (s *Socket) Endpoints() []EndpointInfo {
	s.mu.Lock()
	defer s.mu.Unlock()
	peers := make(map[*endpoint]int, len(s.endpoints))
	for _, a := range s.pipes {
		switch e := a.endpoint; {
		case !a.ready:
		case e.of != nil:
			peers[e.of.endpoint]++
		default:
			peers[e]++
		}
	}
	list := make([]EndpointInfo, 0, len(s.endpoints))
	for _, e := range s.endpoints {
		if e.of == nil {
			list = append(list, EndpointInfo{Address: e.key, Bound: e.bound, Peers: peers[e], Progress: e.progress(peers[e])})
		}
	}
	return list
}

// progress returns how far the endpoint has come, with so many peers. In process there
// is no attempt to connect: the peer is there, or the name is not bound yet. The
// socket's lock is held.
func (e *endpoint) progress(peers int) session.Progress {
	switch {
	case e.dialer != nil:
		p := e.dialer.Progress()
		if p.State == session.ShakingHand && peers > 0 { // the Dialer is about to note it
			p.State, p.Attempts = session.Serving, 0
		}
		return p
	case e.listener != nil:
		return e.listener.Progress()
	case e.all != nil:
		return e.all.progress()
	case e.binding != nil, peers > 0:
		return session.Progress{State: session.Serving, Since: e.since}
	}
	return session.Progress{State: session.Dialing, Since: e.since, Err: errUnbound}
}

var errUnbound = errors.New("no socket of this context has bound the name")

// LastEndpoint returns the endpoint of the last successful bind or connect.
func (s *Socket) LastEndpoint() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}
