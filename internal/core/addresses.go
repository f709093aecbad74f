// SPDX-License-Identifier: Apache-2.0

package core

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/session"
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// addresses is a connect to all addresses of a name (ALL_ADDRESSES):
//
//	follow → transport.Resolver → adopt: an endpoint for each address, which has a
//	dialer and a pipe as that of any connect, and the same key
//
// The program sees the one endpoint that it has connected. Disconnect finds all of them
// by their key.
type addresses struct {
	// Immutable.
	endpoint *endpoint // that the program has connected
	cfg      *session.Config
	resolver transport.Resolver
	most     int
	interval time.Duration
	ctx      context.Context // ends when the endpoint is taken away, or with the socket
	cancel   context.CancelFunc
	lost     chan struct{} // has room for one; filled when a connection has ended

	// Guarded by the socket's lock.
	at  map[string]*endpoint // by address
	now session.Progress     // of resolving the name
}

// resolvePause is the least time between two questions about a name, however many
// connections end: a server that ends makes one question, or two.
const resolvePause = time.Second

// removalLimit is how long what is queued for an address that has left its name may take
// to be sent if LINGER is longer, or infinite. Its peer may have gone for ever, and names
// of services lose addresses as long as they live.
const removalLimit = 30 * time.Second

// allOf returns the resolver for a connect to all addresses of a name, nil for one
// connection. Names that a proxy or a function of the program dials are theirs to resolve.
func allOf(t transport.Transport, o *opt.Set, hooks *Hooks) transport.Resolver {
	r, ok := t.(transport.Resolver)
	if !ok || o.Int(opt.AllAddresses) == 0 || hooks.Dial != nil || len(o.Bytes(opt.SOCKSProxy)) > 0 {
		return nil
	}
	return r
}

// connectAll begins to follow a name. s.mu is held.
func (s *Socket) connectAll(r transport.Resolver, cfg *session.Config, o *opt.Set) error {
	if len(o.Bytes(opt.ConnectRoutingID)) > 0 {
		return zerr.Errorf(zerr.ErrInvalid, "CONNECT_ROUTING_ID names one peer, and ALL_ADDRESSES connects to many")
	}
	if s.typ.OnePeer {
		return zerr.Errorf(zerr.ErrInvalid, "a %s has one peer, and ALL_ADDRESSES connects to many", s.typ.Name)
	}
	cfg.FirstDials = nil // an address that does not answer must not keep the others waiting
	e := &endpoint{socket: s, key: cfg.Endpoint, opts: o}
	e.all = &addresses{
		endpoint: e, cfg: cfg, resolver: r, most: o.Int(opt.AllAddresses), interval: o.Millis(opt.ResolveInterval),
		lost: make(chan struct{}, 1), at: make(map[string]*endpoint),
	}
	e.all.now = session.Progress{State: session.Dialing, Since: time.Now()}
	e.all.ctx, e.all.cancel = context.WithCancel(s.life)
	s.endpoints = append(s.endpoints, e)
	s.last = lastOf(cfg.Transport, e.key, cfg.Address)
	s.lingering.Add(1)
	go e.all.follow()
	return nil
}

// follow asks for the addresses until the endpoint is taken away. While the name has
// never resolved, it asks as often as a dialer would dial.
func (a *addresses) follow() {
	s := a.endpoint.socket
	defer s.lingering.Done()
	defer a.cancel()
	backOff := session.NewBackOff(a.cfg)
	for resolved := false; a.ctx.Err() == nil; {
		list, err := a.resolver.Resolve(a.ctx, a.cfg.Address, a.cfg.Dial)
		wait := a.interval
		switch {
		case a.ctx.Err() != nil:
			return
		case err == nil:
			resolved = true
			a.adopt(list)
		default:
			if !resolved && a.cfg.ReconnectInterval > 0 {
				wait = min(wait, backOff.Next())
			}
			a.failed(err, wait)
			s.Event(session.Event{
				Kind: session.ConnectRetried, Endpoint: a.cfg.Endpoint, Remote: a.cfg.Endpoint, Target: a.cfg.Endpoint, FD: -1, Retry: wait, Err: err,
			})
		}
		a.pause(wait)
	}
}

// pause waits until it is time to ask again, which the end of a connection hastens.
func (a *addresses) pause(d time.Duration) {
	asked := time.Now()
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-a.ctx.Done():
	case <-a.lost:
		t.Reset(min(d, resolvePause) - time.Since(asked))
		select {
		case <-t.C:
		case <-a.ctx.Done():
		}
	}
}

// hasten makes follow ask soon.
func (a *addresses) hasten() {
	select {
	case a.lost <- struct{}{}:
	default:
	}
}

// failed notes that the name has not resolved.
func (a *addresses) failed(err error, wait time.Duration) {
	a.endpoint.socket.mu.Lock()
	defer a.endpoint.socket.mu.Unlock()
	now := time.Now()
	a.now = session.Progress{State: session.Resting, Attempts: a.now.Attempts + 1, Err: err, Since: now, Next: now.Add(wait)}
}

// furthest lists states, the one that is nearest to a peer first.
var furthest = [...]session.State{session.Serving, session.ShakingHand, session.Dialing, session.Resting, session.Ended}

// progress is that of the address which has come furthest, and of resolving the name
// where there is none. s.mu is held.
func (a *addresses) progress() session.Progress {
	best := a.now
	rank := len(furthest)
	for _, e := range a.at {
		p := e.dialer.Progress()
		if r := slices.Index(furthest[:], p.State); r < rank {
			best, rank = p, r
		}
	}
	return best
}

// adopt connects to the addresses that are new, as many as there may be, and disconnects
// from those that have gone.
func (a *addresses) adopt(list []string) {
	s := a.endpoint.socket
	s.mu.Lock()
	if s.Err() != nil || !slices.Contains(s.endpoints, a.endpoint) {
		s.mu.Unlock()
		return
	}
	a.now = session.Progress{State: session.Dialing, Since: time.Now()}
	linger := s.opts.Millis(opt.Linger)
	if linger < 0 || linger > removalLimit {
		linger = removalLimit
	}
	listed := make(map[string]bool, len(list))
	for _, address := range list {
		listed[address] = true
	}
	var gone []*removal
	var left, come []string
	for address, e := range a.at {
		if listed[address] {
			continue
		}
		delete(a.at, address)
		if slices.Contains(s.endpoints, e) {
			gone = append(gone, s.unlistWith(e, linger, false))
		}
		left = append(left, address)
	}
	more := 0
	for _, address := range list {
		switch {
		case a.at[address] != nil:
		case len(a.at) >= a.most:
			more++
		default:
			a.at[address] = a.dial(address)
			come = append(come, address)
		}
	}
	s.flushAndUnlock()
	for _, d := range gone {
		s.finishRemoval(d)
	}
	a.log(come, left, more)
}

// dial makes the endpoint of one address. s.mu is held.
func (a *addresses) dial(address string) *endpoint {
	s := a.endpoint.socket
	cfg := *a.cfg
	cfg.Address, cfg.Target = address, cfg.Transport.Scheme()+"://"+address
	cfg.Dial = cfg.Dial.Clone()
	cfg.Dial.Name = a.cfg.Address
	e := &endpoint{socket: s, key: a.endpoint.key, opts: a.endpoint.opts, of: a}
	if !cfg.Immediate {
		e.pipe = pipe.New(s.pipeConfig(e.opts, e.key, false))
	}
	s.startDialer(e, &cfg)
	return e
}

// log tells which addresses have come and which have left, where anything has changed.
func (a *addresses) log(come, left []string, more int) {
	if len(come) == 0 && len(left) == 0 {
		return
	}
	level := slog.LevelDebug
	if more > 0 {
		level = slog.LevelWarn
	}
	slices.Sort(left)
	s := a.endpoint.socket
	s.ctx.cfg.Logger.LogAttrs(a.ctx, level, "addresses of the name have changed",
		slog.String("socket", s.String()), slog.String("endpoint", a.cfg.Endpoint),
		slog.Any("new", shorten(come)), slog.Any("gone", shorten(left)), slog.Int("beyond_all_addresses", more))
}

// shorten keeps a log line short: a name server may know thousands.
func shorten(list []string) []string {
	const most = 10
	if len(list) <= most {
		return list
	}
	return append(slices.Clone(list[:most]), fmt.Sprintf("and %d more", len(list)-most))
}
