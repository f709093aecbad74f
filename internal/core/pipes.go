// SPDX-License-Identifier: Apache-2.0

package core

import (
	"time"

	"github.com/gozmq/zmq/internal/engine"
	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/transport"
)

// The pipes of a socket: how one is made, added and removed.

// attachment is what a socket keeps with a pipe. Guarded by the socket's lock.
type attachment struct {
	endpoint *endpoint
	conn     *engine.Conn // nil while there is none, and in process
	far      *Socket      // in process: whose socket the other end belongs to
	ready    bool
	linger   time.Duration // once the pipe was removed and lingers

	pipe         *pipe.Pipe
	source       string        // key in Socket.sources; empty: it is not counted there
	origin       string        // key in Socket.origins; empty: it is not there
	older, newer *attachment   // of the same origin
	ended        chan struct{} // closed when the pipe is removed; nil: no connection waits for that
}

// pipeConfig describes a new pipe by the options of its endpoint. s.mu is held.
func (s *Socket) pipeConfig(o *opt.Set, endpoint string, accepted bool) pipe.Config {
	topics, oldest := o.Bool(opt.ConflateTopics), o.Bool(opt.DropOldest)
	return pipe.Config{
		Mailbox: &s.mailbox, Buffers: &s.ctx.memory.queues,
		SendHWM: o.Int(opt.SendHWM), RecvHWM: o.Int(opt.RecvHWM),
		SendMax: o.Int64(opt.SendHWMBytes), RecvMax: o.Int64(opt.RecvHWMBytes),
		Conflate: s.typ.Conflates && o.Bool(opt.Conflate), TopicsIn: topics && s.typ.TopicsIn, TopicsOut: topics && s.typ.TopicsOut,
		OldestIn: oldest && s.typ.Receives, OldestOut: oldest && s.typ.Sends && !o.Bool(opt.XPubNoDrop),
		Raw:      s.typ.Plain || s.opts.Raw(),
		OneFrame: s.typ.OneFrame && !s.typ.Groups, Groups: s.typ.Groups,
		Accepted: accepted, Endpoint: endpoint, Sink: s.pattern.Sink(), Totals: &s.totals,
	}
}

// addPipe takes a new pipe in. s.mu is held.
func (s *Socket) addPipe(p *pipe.Pipe, e *endpoint) *attachment {
	a := &attachment{endpoint: e, pipe: p}
	s.recall()
	s.pipes[p] = a
	if p.Accepted {
		s.accepted++
		if peer := p.Peer(); peer != nil && peer.Address != "" {
			a.source = transport.SourceOf(peer.Address)
			if s.sources == nil {
				s.sources = make(map[string]int)
			}
			s.sources[a.source]++
		}
	}
	s.enlist(p, a)
	s.pattern.Attach(p)
	return a
}

// removePipe ends what goes out through a pipe. s.mu is held.
func (s *Socket) removePipe(p *pipe.Pipe) {
	a, ok := s.pipes[p]
	if !ok {
		return
	}
	s.recall()
	delete(s.pipes, p)
	s.noteLeft(p)
	p.PeerGone()
	s.noteParted(p)
	if p.Accepted {
		s.accepted--
		if a.source != "" {
			if s.sources[a.source]--; s.sources[a.source] == 0 {
				delete(s.sources, a.source)
			}
		}
	}
	s.pattern.Detach(p)
	s.strike(a)
}
