// SPDX-License-Identifier: Apache-2.0

package pipe

// Carried is what connections have taken.
type Carried struct {
	All     uint64 // bytes
	Words   uint64 // of these: messages and subscriptions, not PING and PONG
	Waiting bool   // a connection is taking more, or is to
}

// Carried returns what the connections have taken. A write counts when it is over.
func (o *Outbox) Carried() Carried {
	o.mu.Lock()
	defer o.mu.Unlock()
	return Carried{All: o.written, Words: o.written - o.commands, Waiting: o.token || o.anyLocked()}
}
