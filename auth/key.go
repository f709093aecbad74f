// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"fmt"

	"github.com/gozmq/zmq"
)

// Keys judges CURVE peers. That a peer has the secret key that belongs to its
// public one has been proved before.
type Keys interface {
	// CheckKey returns who the peer with r.Key is. An error that wraps ErrDenied
	// or ErrTryLater refuses the peer, any other one is an internal error. It is
	// called concurrently and should return when its context ends.
	CheckKey(ctx context.Context, r Request) (User, error)
}

// KeyFunc is a function that judges CURVE peers.
type KeyFunc func(ctx context.Context, r Request) (User, error)

// CheckKey calls f.
func (f KeyFunc) CheckKey(ctx context.Context, r Request) (User, error) { return f(ctx, r) }

// KeySet holds the public keys of those who are let in, and who they are. It must
// not be changed while a handler uses it.
type KeySet map[zmq.PublicKey]User

// NewKeySet returns a set of keys whose users are known by their keys.
func NewKeySet(keys ...zmq.PublicKey) KeySet {
	s := make(KeySet, len(keys))
	for _, k := range keys {
		s[k] = User{}
	}
	return s
}

// CheckKey looks the key up. A map's hash is seeded, so that the time it takes
// tells nothing of the keys in it.
func (s KeySet) CheckKey(_ context.Context, r Request) (User, error) {
	if u, ok := s[r.Key]; ok {
		return u, nil
	}
	return User{}, errUnknownKey
}

var errUnknownKey = fmt.Errorf("the key is not known: %w", ErrDenied)

// InsecureAllowAnyKey lets every CURVE peer in that knows the server's public
// key. Connections are encrypted and the server is who it says, but a client may
// be anybody. Its key is its user id.
func InsecureAllowAnyKey() Keys {
	return KeyFunc(func(context.Context, Request) (User, error) { return User{}, nil })
}
