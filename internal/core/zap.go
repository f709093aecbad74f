// SPDX-License-Identifier: Apache-2.0

package core

import (
	"context"
	"errors"

	"github.com/gozmq/zmq/internal/mechanism"
	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zap"
	"github.com/gozmq/zmq/internal/zerr"
)

// The asking of the authentication handler: a REP or ROUTER that a program has
// bound to zap.Endpoint in the same context (RFC 27).
//
//	handshake → authenticator → handler → a DEALER that nobody sees, joined to
//	the handler's socket → its reply, or its end, or the end of the handshake

// authenticator answers the questions of an endpoint's handshakes.
type authenticator struct {
	ctx      *Context
	domain   string
	enforce  bool
	identity []byte
}

// authenticate returns the Authenticate of an engine.Config.
func (s *Socket) authenticate(o *opt.Set) func(context.Context, *pipe.Peer, *mechanism.Question) (*mechanism.Verdict, error) {
	if o.Int(opt.Mechanism) == mechanismNull && len(o.Bytes(opt.ZAPDomain)) == 0 {
		return nil
	}
	a := &authenticator{
		ctx: s.ctx, domain: o.String(opt.ZAPDomain), enforce: o.Bool(opt.ZAPEnforceDomain), identity: o.Bytes(opt.RoutingID),
	}
	return a.decide
}

// decide answers a question. A nil verdict without an error admits the peer without
// having asked (RFC 27).
func (a *authenticator) decide(ctx context.Context, peer *pipe.Peer, q *mechanism.Question) (*mechanism.Verdict, error) {
	required := a.enforce
	switch q.Mechanism {
	case mechanism.Null: // with a domain only
	case mechanism.Plain:
		required = true
		if a.enforce && a.domain == "" { // libzmq aborts the process
			return nil, zerr.Errorf(zerr.ErrFault, "PLAIN needs a ZAP_DOMAIN where ZAP_ENFORCE_DOMAIN is set")
		}
	default:
		if a.domain == "" && a.enforce {
			return nil, nil
		}
	}
	a.ctx.deciding(peer)
	v, err := a.ask(ctx, peer, &zap.Request{
		Domain: a.domain, Address: peer.Address, Identity: a.identity, Mechanism: q.Mechanism, Credentials: q.Credentials,
	})
	if errors.Is(err, errNoHandler) {
		if !required {
			return nil, nil
		}
		return nil, zerr.Errorf(zerr.ErrFault, "%s: no authentication handler is bound to %s", q.Mechanism, zap.Endpoint)
	}
	return v, err
}

var errNoHandler = zerr.Errorf(zerr.ErrNoEndpoint, "no socket has bound %s", zap.Endpoint)

// ask sends a request and waits for the reply. Whatever the handler does but
// answer, the peer is not admitted.
func (a *authenticator) ask(ctx context.Context, peer *pipe.Peer, r *zap.Request) (*mechanism.Verdict, error) {
	s, err := a.ctx.joinHandler(peer)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if err := s.TrySend(r.Frames(), false); err != nil {
		return nil, zerr.Errorf(zerr.ErrFault, "the authentication handler has gone")
	}
	var m pipe.Message
	if err := s.recvWhilePeer(ctx, &m); err != nil {
		return nil, err
	}
	reply, err := zap.ParseReply(append([][]byte{m.Head}, m.Tail...))
	if err != nil {
		return nil, err
	}
	return &mechanism.Verdict{Status: reply.Status, Text: reply.Text, UserID: reply.UserID, Metadata: reply.Metadata, Domain: r.Domain}, nil
}

// joinHandler returns a DEALER that is connected to the handler, and is in no
// list of the context: only the handshake that made it knows it. To the handler it has the
// certificate of the peer that it asks about, for which a request (RFC 27) has no place.
func (c *Context) joinHandler(about *pipe.Peer) (*Socket, error) {
	c.mu.Lock()
	b := c.inproc[zap.Endpoint]
	c.nextID++
	id := c.nextID
	c.mu.Unlock()
	if b == nil {
		return nil, errNoHandler
	}
	if !b.socket.typ.TakesPeer("REQ") { // RFC 27, and libzmq aborts the process
		return nil, zerr.Errorf(zerr.ErrFault, "%s is bound by a %s, and an authentication handler is a REP or ROUTER", zap.Endpoint, b.socket.typ.Name)
	}
	s, err := c.makeSocket(pattern.Dealer)
	if err != nil {
		return nil, err
	}
	// A question whose peer has left is not put: peers that come and go
	// quickly could make more work for the handler than it can do.
	s.id, s.recants = id, true
	for _, n := range []opt.Num{opt.SendHWM, opt.RecvHWM, opt.Linger} {
		_ = s.opts.Put(n, opt.Value{}) // no limit, and nothing is worth waiting for
	}
	s.mu.Lock()
	p, far := pipe.NewPair(s.pipeConfig(s.opts, zap.Endpoint, false))
	far.SetPeer(&pipe.Peer{Version: "inproc", Remote: zap.Endpoint, Accepted: true, Certificate: about.Certificate}) // among the peers of the handler's socket
	e := &endpoint{socket: s, key: zap.Endpoint, opts: s.opts}
	k := &parked{name: zap.Endpoint, socket: s, pipe: p}
	s.endpoints = append(s.endpoints, e)
	s.addPipe(p, e)
	s.flushAndUnlock()
	join(b, k)
	return s, nil
}

// recvWhilePeer receives a message, and gives up once there is no peer that could
// send one.
func (s *Socket) recvWhilePeer(ctx context.Context, m *pipe.Message) error {
	come, gone := s.mailbox.Receivers.Join(), s.changes.Join()
	defer s.mailbox.Receivers.Leave(come, false)
	defer s.changes.Leave(gone, false)
	for {
		alone := s.PeerCount() == 0 // before the look: what a peer left behind is there then
		if err := s.TryRecv(m); err != zerr.ErrAgain {
			return err
		}
		if alone {
			return zerr.Errorf(zerr.ErrFault, "the authentication handler has gone")
		}
		select {
		case <-come.C:
		case <-gone.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
