// SPDX-License-Identifier: Apache-2.0

// A gathering receives many publishers by one socket, and gives each stream a lane:
//
//	listen: SUB ─┬► lane of topic a, host 1
//	             └► lane of topic b, host 2

package replay

import (
	"errors"
	"strings"

	"github.com/gozmq/zmq"
)

// gathering is a source with Each.
type gathering struct {
	// Immutable after newGathering.
	sub    *Subscriber
	source *Source
	ear    ear

	// Written by listen with Subscriber.lanesMu held.
	lanes map[gathered]*lane // nil for a stream with a wrong endpoint
	full  bool               // a stream had no place: a warning was logged; owned by listen
}

// gathered is what tells a stream from others.
type gathered struct{ topic, host string }

func newGathering(s *Subscriber, source *Source) (*gathering, error) {
	g := &gathering{sub: s, source: source, lanes: map[gathered]*lane{}}
	if err := g.ear.open(s, source, source.Stream); err != nil {
		return nil, errors.Join(err, g.ear.close())
	}
	return g, nil
}

// listen receives what is published until Close.
func (g *gathering) listen() {
	for g.sub.queue.waitRoom() {
		m, err := g.ear.live.Recv(g.sub.ctx)
		if err != nil {
			return
		}
		if l := g.lane(m); l != nil {
			l.lock()
			l.published(m)
			l.unlock()
		}
	}
}

// lane returns the lane of a message, and makes it if there is none.
func (g *gathering) lane(m zmq.Message) *lane {
	key := gathered{string(m.Bytes()), hostOf(m.Peer())}
	if l := g.lanes[key]; l != nil || m.Len() != kvPublishedFrames {
		return l
	}
	l, err := g.sub.gather(g, key)
	if err == nil {
		return l
	}
	if !g.full && !errors.Is(err, zmq.ErrClosed) {
		g.full = true
		g.sub.cfg.Logger.Warn("replay: streams are not received", "stream", key.topic[:min(len(key.topic), MaxStreamName)], "host", key.host, "error", err)
	}
	return nil
}

// watch has all lanes ask after a connection was made: it is not known whose it is.
func (g *gathering) watch() {
	for range g.ear.events {
		g.sub.lanesMu.Lock()
		for _, l := range g.lanes {
			if l != nil {
				l.connected()
			}
		}
		g.sub.lanesMu.Unlock()
	}
}

// hostOf returns the address of a peer, or "localhost" for ipc: the number of its process
// changes when it restarts.
func hostOf(p zmq.Peer) string {
	if strings.HasPrefix(p.Address, "localhost:") {
		return "localhost"
	}
	return p.Address
}
