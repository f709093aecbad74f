// SPDX-License-Identifier: Apache-2.0

package core

import (
	"bytes"
	"strconv"
	"time"

	"github.com/gozmq/zmq/internal/engine"
	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/session"
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
)

// SetOption changes an option of a live socket.
func (s *Socket) SetOption(n opt.Num, v opt.Value) error {
	if err := s.Err(); err != nil {
		return err
	}
	sp, ok := opt.Lookup(n)
	if !ok {
		return zerr.Errorf(zerr.ErrUnknownOption, "option %d", n)
	}
	if !sp.Accepts(s.typ.Name) {
		return sp.Refuses(s.typ.Name)
	}
	s.lockSettled()
	if err := s.opts.Put(n, v); err != nil {
		s.mu.Unlock()
		return err
	}
	var err error
	switch n {
	case opt.Subscribe, opt.Unsubscribe:
		err = s.subscribe(v.B, n == opt.Unsubscribe)
	case opt.SendHWM, opt.RecvHWM:
		s.setMarks(n, v)
	}
	s.applyOptions()
	s.flushAndUnlock()
	s.ctx.expel()
	s.mailbox.Watchers.Tell(CanRecv | CanSend) // RELAXED, MANDATORY, filters: any may matter
	return err
}

// setMarks gives a changed high-water mark to the peers that are there and to
// the endpoints, for those to come: it takes the place of one that an endpoint
// was given of its own. s.mu is held.
func (s *Socket) setMarks(n opt.Num, v opt.Value) {
	for _, e := range s.endpoints {
		_ = e.opts.Put(n, v) // the socket's own set has taken the value
	}
	for p, a := range s.pipes {
		o := s.opts
		if a.endpoint != nil {
			o = a.endpoint.opts
		}
		p.SetHWM(o.Int(opt.SendHWM), o.Int(opt.RecvHWM))
	}
}

// applyOptions refreshes what is kept outside the option set. s.mu is held, or
// the socket is being made.
func (s *Socket) applyOptions() {
	s.timeouts = timeouts{send: s.opts.Millis(opt.SendTimeout), recv: s.opts.Millis(opt.RecvTimeout)}
	if p, ok := s.pattern.(pattern.Configured); ok {
		p.Configure()
	}
}

func (s *Socket) subscribe(topic []byte, cancel bool) error {
	p, ok := s.pattern.(pattern.Subscriber)
	if !ok {
		return zerr.ErrNotSupported
	}
	if cancel {
		return p.Unsubscribe(topic)
	}
	return p.Subscribe(topic)
}

// SubscribePeer subscribes a peer of a publisher with XPUB_MANUAL to a topic, or with
// cancel takes that back. It is ErrHostUnreachable if the peer has gone.
func (s *Socket) SubscribePeer(peer *pipe.Peer, topic []byte, cancel bool) error {
	p, ok := s.pattern.(pattern.Granter)
	if !ok {
		return zerr.Errorf(zerr.ErrInvalid, "a %s does not subscribe its peers", s.typ.Name)
	}
	if err := s.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return p.SubscribePeer(peer, topic, cancel)
}

// Option reads an option.
func (s *Socket) Option(n opt.Num) (opt.Value, error) {
	sp, ok := opt.Lookup(n)
	if !ok {
		return opt.Value{}, zerr.Errorf(zerr.ErrUnknownOption, "option %d", n)
	}
	if sp.Access == opt.WriteOnly {
		return opt.Value{}, zerr.Errorf(zerr.ErrInvalid, "option %s can only be set", sp.Name)
	}
	s.lockSettled()
	defer s.mu.Unlock()
	switch n {
	case opt.LastEndpoint:
		return opt.Value{B: []byte(s.last)}, nil
	case opt.Type:
		return opt.Value{I: int64(s.typ.Number)}, nil
	case opt.ThreadSafe:
		v := opt.Value{}
		if s.typ.ThreadSafe {
			v.I = 1
		}
		return v, nil
	case opt.Events:
		return opt.Value{I: int64(s.eventsLocked())}, nil
	case opt.TopicsCount:
		if p, ok := s.pattern.(pattern.Topics); ok {
			return opt.Value{I: int64(p.TopicsCount())}, nil
		}
		return opt.Value{}, zerr.Errorf(zerr.ErrInvalid, "a %s has no topics", s.typ.Name)
	case opt.FD:
		return opt.Value{}, zerr.Errorf(zerr.ErrInvalid, "a socket has no descriptor here: receive with a context instead")
	case opt.RoutingID:
		if p, ok := s.pattern.(interface{ LastID() []byte }); ok && p.LastID() != nil {
			return opt.Value{B: bytes.Clone(p.LastID())}, nil
		}
	}
	return s.opts.Get(n), nil
}

// Subscribers returns how many peers would get a message of that topic;
// ok is false for types that do not publish.
func (s *Socket) Subscribers(topic []byte) (n int, ok bool) {
	p, ok := s.pattern.(pattern.Publisher)
	if !ok {
		return 0, false
	}
	return p.Subscribers(topic), true
}

// sessionConfig is the snapshot of the options that an endpoint lives by.
func (s *Socket) sessionConfig(t transport.Transport, endpoint, address string, o *opt.Set, hooks *Hooks) *session.Config {
	stop := o.Int(opt.ReconnectStop)
	return &session.Config{
		Endpoint: endpoint, Address: address, Transport: t, Host: s, FirstDials: &s.ctx.firstDials,
		Dial:                 s.transportConfig(o, hooks),
		Engine:               s.engineConfig(o, t.Scheme(), hooks),
		ReconnectInterval:    o.Millis(opt.ReconnectInterval),
		ReconnectIntervalMax: o.Millis(opt.ReconnectIntervalMax),
		StopOnRefused:        stop&1 != 0,
		StopOnHandshake:      stop&2 != 0,
		RetryProtocolError:   o.Bool(opt.ReconnectAfterProtocolError),
		ConnectedIsUseful:    s.ctx.cfg.Libzmq,
		Immediate:            o.Bool(opt.Immediate),
		MaxHandshakes:        o.Int(opt.MaxHandshakes),

		MaxHandshakesPerAddress: o.Int(opt.MaxHandshakesPerAddress),
		MaxFailureDelay:         o.Millis(opt.MaxFailureDelay),
	}
}

// afterDisconnect is a bit of RECONNECT_STOP.
const afterDisconnect = 4

// stopIfDeparted tells an ipc connect whether being refused is the end of it:
// libzmq minds that bit for ipc alone, and reads it when it happens, unless it was
// given with the connect. s.mu is held.
func (s *Socket) stopIfDeparted(o *opt.Set) func() bool {
	always := o.Int(opt.ReconnectStop)&^s.opts.Int(opt.ReconnectStop)&afterDisconnect != 0
	return func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.departed && (always || s.opts.Int(opt.ReconnectStop)&afterDisconnect != 0)
	}
}

func (s *Socket) transportConfig(o *opt.Set, hooks *Hooks) *transport.Config {
	libzmq := s.ctx.cfg.Libzmq
	return &transport.Config{
		IPv6: o.Bool(opt.IPv6), PlainIPv4: !libzmq,
		SendBuffer: o.Int(opt.SendBuffer), RecvBuffer: o.Int(opt.RecvBuffer),
		KeepAlive: o.Int(opt.TCPKeepAlive), KeepAliveCount: o.Int(opt.TCPKeepAliveCount),
		KeepAliveIdle: o.Int(opt.TCPKeepAliveIdle), KeepAliveInterval: o.Int(opt.TCPKeepAliveInterval),
		KeepAliveAsked: o.IsSet(opt.TCPKeepAliveCount) || o.IsSet(opt.TCPKeepAliveIdle) || o.IsSet(opt.TCPKeepAliveInterval),
		TOS:            o.Int(opt.TOS), Priority: o.Int(opt.Priority), BusyPoll: o.Int(opt.BusyPoll),
		Device: o.String(opt.BindToDevice), ReusePort: o.Bool(opt.ReusePort), Backlog: o.Int(opt.Backlog),
		MaxRetransmit: o.Millis(opt.TCPMaxRetransmit), ConnectTimeout: o.Millis(opt.ConnectTimeout),
		AcceptFilters: o.AcceptFilters(),
		FilterPIDs:    o.IDs(opt.IPCFilterPID), FilterUIDs: o.IDs(opt.IPCFilterUID), FilterGIDs: o.IDs(opt.IPCFilterGID),
		TLS: transport.TLSOptions{
			KeyPEM: o.String(opt.WSSKeyPEM), CertPEM: o.String(opt.WSSCertPEM), TrustPEM: o.String(opt.WSSTrustPEM),
			TrustSystem: o.Bool(opt.WSSTrustSystem), Hostname: o.String(opt.WSSHostname), Strict: libzmq,
		},
		TakePath: libzmq, UseFD: o.Int(opt.UseFD),
		VMCI: transport.VMCI{
			Buffer: uint64(o.Int64(opt.VMCIBufferSize)), BufferMin: uint64(o.Int64(opt.VMCIBufferMinSize)),
			BufferMax: uint64(o.Int64(opt.VMCIBufferMaxSize)), ConnectTimeout: o.Millis(opt.VMCIConnectTimeout),
		},
		SOCKS: transport.SOCKS{
			Address: o.String(opt.SOCKSProxy), Username: o.String(opt.SOCKSUsername), Password: o.String(opt.SOCKSPassword),
		},
		Dial: s.dialFunc(hooks), Listen: s.listenFunc(hooks), Lent: hooks.Bound != nil,
	}
}

func (s *Socket) engineConfig(o *opt.Set, scheme string, hooks *Hooks) *engine.Config {
	identity := o.Bytes(opt.RoutingID)
	metadata := s.metadata(o, identity)
	c := &engine.Config{
		SocketType: s.typ.Name, SocketNumber: byte(s.typ.Number), TakesPeer: s.typ.TakesPeer, Identity: identity,
		Mechanism:         security(o, metadata, hooks.ServerKeys != nil),
		Authenticate:      s.authenticate(o),
		Authorize:         s.authorizer(hooks),
		ServerKeys:        s.serverKeys(hooks),
		Raw:               s.typ.Plain || o.Raw(),
		Groups:            s.typ.Groups && s.typ.Receives,
		TakesTopics:       s.typ.TakesTopics,
		TakesGroups:       s.typ.TakesGroups,
		Chunk:             o.Int(opt.InBatchSize),
		HandshakeTimeout:  o.Millis(opt.HandshakeInterval),
		HandshakeBytes:    min(o.Int(opt.MaxHandshakeBytes), 256<<20),
		MaxFrame:          o.Int64(opt.MaxMessageSize),
		MaxMessage:        o.Int64(opt.MaxMessageBytes),
		MaxFrames:         o.Int(opt.MaxFrames),
		RefuseOld:         o.Bool(opt.RefuseOldPeers) || len(o.Bytes(opt.ZAPDomain)) > 0 || s.typ.Groups, // which are joined by commands
		NeedsCommands:     s.typ.Groups,
		HeartbeatInterval: o.Millis(opt.HeartbeatInterval),
		HeartbeatTimeout:  heartbeatTimeout(o, scheme),
		HeartbeatTTL:      max(o.Millis(opt.HeartbeatTTL), 0),
		HeartbeatOld:      o.Bool(opt.HeartbeatOldPeers),
		HeartbeatStrict:   s.ctx.cfg.Libzmq,
		StallLimit:        o.Millis(opt.DisconnectSlow),
		Buffers:           &s.ctx.memory.reads,
		Lend:              s.lend,
		Loans:             &s.ctx.loans,
		Keeper:            &s.keeper,
		Budget:            s.ctx.budget,
	}
	if s.typ.Hello {
		c.Hello = o.Bytes(opt.HelloMessage)
	}
	return c
}

// heartbeatTimeout is none over ipc unless the program wants one: the system, which
// both ends share, tells that a peer has gone.
func heartbeatTimeout(o *opt.Set, scheme string) time.Duration {
	if scheme == "ipc" && !o.IsSet(opt.HeartbeatTimeout) && o.Millis(opt.HeartbeatTimeout) >= 0 {
		return 0
	}
	limit := o.Millis(opt.HeartbeatTimeout)
	if limit < 0 {
		limit = o.Millis(opt.HeartbeatInterval)
	}
	return max(limit, 0)
}

// metadata is what our READY carries, in libzmq's order.
func (s *Socket) metadata(o *opt.Set, identity []byte) []byte {
	b := wire.AppendProperty(nil, wire.PropertySocketType, []byte(s.typ.Name))
	if s.typ.Announces {
		b = wire.AppendProperty(b, wire.PropertyIdentity, identity)
	}
	if !s.ctx.cfg.Libzmq {
		if n := o.Int64(opt.MaxMessageSize); n >= 0 {
			b = wire.AppendProperty(b, wire.PropertyMaxFrame, strconv.AppendInt(nil, n, 10))
		}
		if n := o.Int64(opt.MaxMessageBytes); n > 0 {
			b = wire.AppendProperty(b, wire.PropertyMaxMessage, strconv.AppendInt(nil, n, 10))
		}
		if n := o.Int64(opt.MaxFrames); n > 0 {
			b = wire.AppendProperty(b, wire.PropertyMaxFrames, strconv.AppendInt(nil, n, 10))
		}
	}
	for _, p := range o.Properties() {
		b = wire.AppendProperty(b, p.Name, p.Value)
	}
	return b
}
