// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"fmt"

	"github.com/gozmq/zmq"
)

// Keys judges CURVE peers. The handshake has proved before that the peer has the secret
// key that belongs to its public one.
type Keys interface {
	// CheckKey returns the user that r.Key belongs to. An error that wraps ErrDenied or
	// ErrTryLater refuses the peer. Any other error is an internal one, and refuses it
	// too. CheckKey is called concurrently, and should return when its context ends.
	CheckKey(ctx context.Context, r Request) (User, error)
}

// KeyFunc is a function that judges CURVE peers.
type KeyFunc func(ctx context.Context, r Request) (User, error)

// CheckKey calls f.
func (f KeyFunc) CheckKey(ctx context.Context, r Request) (User, error) { return f(ctx, r) }

// KeySet maps the public keys of accepted peers to their users. It must not be changed
// while a handler uses it.
type KeySet map[zmq.PublicKey]User

// NewKeySet returns a set of keys in which each user's id is the key.
func NewKeySet(keys ...zmq.PublicKey) KeySet {
	s := make(KeySet, len(keys))
	for _, k := range keys {
		s[k] = User{}
	}
	return s
}

// CheckKey looks the key up. A map's hash is seeded, so the time that it takes reveals
// nothing about the keys in it.
func (s KeySet) CheckKey(_ context.Context, r Request) (User, error) {
	if u, ok := s[r.Key]; ok {
		return u, nil
	}
	return User{}, errUnknownKey
}

var errUnknownKey = fmt.Errorf("the key is not known: %w", ErrDenied)

// InsecureAllowAnyKey accepts every CURVE peer that knows the server's public key.
// Connections are encrypted and the server is authenticated, but the client is not. The
// user id is the client's key.
func InsecureAllowAnyKey() Keys {
	return KeyFunc(func(context.Context, Request) (User, error) { return User{}, nil })
}
