// SPDX-License-Identifier: Apache-2.0

package session

import (
	"errors"
	"net"
	"time"
)

// State is how far an endpoint has come.
type State uint8

const (
	Dialing     State = iota // an attempt to connect is under way
	ShakingHand              // there is a connection, and its handshake is under way
	Serving                  // a Dialer has its peer, or a Listener accepts peers
	Resting                  // an attempt has failed and the next one has not begun
	Ended                    // there is no further attempt
)

// Progress is the state of an endpoint, which explains why nothing arrives.
type Progress struct {
	State State
	// Attempts counts the attempts of a Dialer that have failed since its last peer. A
	// Listener counts the connections that have failed before they were ready.
	Attempts int
	// Err is why the latest attempt failed or the latest connection ended; nil if
	// neither has happened. A Listener notes only failures.
	Err   error
	Since time.Time // the beginning of State
	// Failing is when the first of these Attempts failed.
	Failing time.Time
	Next    time.Time // when a Dialer that rests tries again
}

// enter notes that a new state has begun.
func (p *Progress) enter(s State) {
	p.State, p.Since, p.Next = s, time.Now(), time.Time{}
}

// failed notes a connection that was not made or that has ended. An end that this
// socket asked for is none.
func (p *Progress) failed(err error) {
	if err != nil && !errors.Is(err, net.ErrClosed) {
		p.Err = err
	}
}
