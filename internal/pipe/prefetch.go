// SPDX-License-Identifier: Apache-2.0

package pipe

// A binding to another language fetches several messages in one call and hands them out
// one by one. Neither peer may be able to tell. So the message that gives the peer
// credit is fetched only for a program that asks for it, and nothing is fetched ahead
// for which more would have to be taken from the queue.

// Quiet returns how many messages can be read before one gives the peer credit. The
// socket's lock is held.
func (p *Pipe) Quiet() int { return int(p.in.ackEvery) - int(p.in.toAck) - 1 }

// AtHand reports whether Read would find a message that has been taken from the queue
// already. The socket's lock is held.
func (p *Pipe) AtHand() bool { return p.in.run.count > 0 || p.in.pos < len(p.in.taken) }
