// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
)

// Passwords judges PLAIN peers, which send their passwords in clear text.
type Passwords interface {
	// CheckPassword returns the peer's user if the password is that of r.User. An error
	// that wraps ErrDenied or ErrTryLater refuses the peer. Any other error is an
	// internal one, and refuses it too. CheckPassword is called concurrently, should
	// return when its context ends, and must compare in constant time.
	CheckPassword(ctx context.Context, r Request, password string) (User, error)
}

// PasswordFunc is a function that judges PLAIN peers, for passwords that are kept
// elsewhere.
type PasswordFunc func(ctx context.Context, r Request, password string) (User, error)

// CheckPassword calls f.
func (f PasswordFunc) CheckPassword(ctx context.Context, r Request, password string) (User, error) {
	return f(ctx, r, password)
}

// PasswordMap holds passwords in clear text, by user. It is for tests, and for programs
// that keep passwords in memory anyway. To keep them in a file, use a PasswordFile. The
// map must not be changed while a handler uses it.
type PasswordMap map[string]string

// CheckPassword compares hashes, which have the same length whatever the passwords'.
func (m PasswordMap) CheckPassword(_ context.Context, r Request, password string) (User, error) {
	want, known := m[r.User]
	a, b := sha256.Sum256([]byte(want)), sha256.Sum256([]byte(password))
	if subtle.ConstantTimeCompare(a[:], b[:]) == 1 && known {
		return User{}, nil
	}
	return User{}, wrongPassword(known)
}

// wrongPassword is the reason for the log. The peer is not told whether the name or the
// password was wrong.
func wrongPassword(known bool) error {
	if known {
		return fmt.Errorf("the password is wrong: %w", ErrDenied)
	}
	return fmt.Errorf("there is no such user: %w", ErrDenied)
}
