// SPDX-License-Identifier: Apache-2.0

package pattern

import "github.com/gozmq/zmq/internal/pipe"

// A sender that connects again, or one that takes its place, has a new pipe with us,
// while what came before may still wait in the old one. Taking turns would mix the two,
// as libzmq does. So a pipe gives its turns to those of the same origin that had departed
// when it came, until they are empty. It waits for nothing else: what is read in its place
// is there already, and peers that depart later do not come before it. Only the socket
// knows of a peer that has gone while its connection is not read, and has the new one
// wait (Route.Heirs).

// The origin of a pipe is what a receiver knows of a sender beyond one connection: the
// routing id that it announced, or without one the endpoint at which it arrived and its
// host. Several senders of one host cannot be told apart.

// Origin returns the key of a pipe's origin, empty while its peer is not known.
func Origin(p *pipe.Pipe) string {
	peer := p.Peer()
	switch {
	case peer == nil:
		return ""
	case len(peer.Identity) > 0:
		return "id " + string(peer.Identity)
	case p.InProcess():
		return peer.Remote
	}
	return p.Endpoint + " " + peer.Address
}

// follow notes which pipes a new one comes after.
func (q *fairQueue) follow(p *pipe.Pipe) {
	if len(q.origins) > 0 {
		p.Route.After, p.Route.Came = q.origins[Origin(p)], q.departures
	}
}

// depart notes that nothing but what it holds comes from a pipe any more.
func (q *fairQueue) depart(p *pipe.Pipe) {
	key := Origin(p)
	if key == "" || p.Route.Left != nil || p.Peek() == nil || q.skip != nil && q.skip(p) {
		return
	}
	o := q.origins[key]
	if o == nil {
		if q.origins == nil {
			q.origins = make(map[string]*pipe.Origin)
		}
		o = &pipe.Origin{Key: key}
		q.origins[key] = o
	}
	q.departures++
	o.Left = append(o.Left, p)
	p.Route.Left, p.Route.Departed = o, q.departures
	for _, heir := range p.Route.Heirs { // which have not been read so far
		heir.Route.After, heir.Route.Came = o, q.departures
	}
	p.Route.Heirs = nil
}

// first returns the pipe that is read in the turn of p.
func (q *fairQueue) first(p *pipe.Pipe) *pipe.Pipe {
	o := p.Route.After
	if o == nil {
		return p
	}
	q.trim(o)
	if len(o.Left) > 0 && o.Left[0].Route.Departed <= p.Route.Came {
		return o.Left[0]
	}
	p.Route.After = nil
	return p
}

// trim forgets departed pipes that have been read, and the origin when there is none.
func (q *fairQueue) trim(o *pipe.Origin) {
	for len(o.Left) > 0 && o.Left[0].Peek() == nil {
		o.Left[0] = nil
		o.Left = o.Left[1:]
	}
	if len(o.Left) == 0 && q.origins[o.Key] == o {
		delete(q.origins, o.Key)
	}
}
