// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
)

// Errors with which a source of users or keys, or Authorize, says no. Wrap them
// to give the reason, which is logged and is the text of the answer; the peer
// itself learns the number alone. Any other error is an internal one (500), and
// refuses the peer too.
var (
	// ErrDenied refuses a peer (400). libzmq's clients do not try again.
	ErrDenied = errors.New("denied")
	// ErrTryLater sends a peer away for now (300): it will connect again.
	ErrTryLater = errors.New("try again later")
)

// Rules say who is let in. The zero Rules let nobody in.
type Rules struct {
	// Deny lists addresses that are refused, whatever else is said.
	Deny []netip.Prefix

	// Allow lists the only addresses that are not refused. Where Allow and
	// AllowUIDs are both empty, all addresses are fine that Deny does not list.
	Allow []netip.Prefix

	// AllowUIDs lists the users of this host that may connect by ipc, by number.
	// Where Allow or AllowUIDs lists anybody, ipc peers of other users are
	// refused, and so are all on systems that do not tell who they are.
	AllowUIDs []int

	// Passwords judges PLAIN peers. Nil refuses them.
	Passwords Passwords

	// Keys judges CURVE peers. Nil refuses them.
	Keys Keys

	// InsecureAllowNull lets NULL peers in by their address alone: they prove
	// nothing, and everybody on the way can read and change what they say.
	InsecureAllowNull bool

	// Authorize has the last word on a peer that passed all the rest. It gets the
	// user who it turned out to be, and returns the one to report. Nil agrees. It
	// may be called concurrently, and should return when its context ends.
	Authorize func(context.Context, Request, User) (User, error)
}

// verdict is a decision with its reason.
type verdict struct {
	status status
	text   string // for the answer: no detail of our insides
	user   User   // where status is statusAllowed
	err    error  // the reason, where it is not
}

// judge decides about a peer. Callers have recovered what a source may panic with.
func (r *Rules) judge(ctx context.Context, x *exchange) verdict {
	user, err := r.identify(ctx, x)
	if err == nil {
		user.ID = userID(user.ID, x.request)
		if r.Authorize != nil {
			user, err = r.Authorize(ctx, x.request, user)
		}
	}
	if err == nil {
		if wrong := user.check(); wrong != nil {
			err = fmt.Errorf("what is to be told of the user is not valid: %w", wrong)
		}
	}
	switch {
	case err == nil:
		return verdict{status: statusAllowed, text: "OK", user: user}
	case errors.Is(err, ErrTryLater):
		return verdict{status: statusLater, text: printable(err.Error()), err: err}
	case errors.Is(err, ErrDenied):
		return verdict{status: statusDenied, text: printable(err.Error()), err: err}
	case ctx.Err() != nil:
		return verdict{status: statusLater, text: "deciding took too long", err: err}
	}
	return verdict{status: statusInternal, text: "internal error of the authentication handler", err: err}
}

// identify is judge without Authorize.
func (r *Rules) identify(ctx context.Context, x *exchange) (User, error) {
	if err := r.checkAddress(x.request.Address); err != nil {
		return User{}, err
	}
	switch x.request.Mechanism {
	case null:
		if !r.InsecureAllowNull {
			return User{}, fmt.Errorf("NULL is not allowed here: %w", ErrDenied)
		}
		return User{}, nil
	case plain:
		if r.Passwords == nil {
			return User{}, fmt.Errorf("PLAIN is not allowed here: %w", ErrDenied)
		}
		return r.Passwords.CheckPassword(ctx, x.request, x.password)
	case curve:
		if r.Keys == nil {
			return User{}, fmt.Errorf("CURVE is not allowed here: %w", ErrDenied)
		}
		if x.request.Key.IsZero() { // everybody has the secret key of this one
			return User{}, errUnknownKey
		}
		return r.Keys.CheckKey(ctx, x.request)
	}
	return User{}, fmt.Errorf("mechanism %q is not known: %w", x.request.Mechanism, ErrDenied)
}

// userID is the user id, or what stands for it.
func userID(id string, r Request) string {
	switch {
	case id != "":
		return id
	case r.Mechanism == plain:
		return r.User
	case r.Mechanism == curve:
		return r.Key.String()
	}
	return ""
}

// printable makes a text fit for the status text of RFC 27.
func printable(s string) string {
	b := []byte(s[:min(len(s), maxField)])
	for i, c := range b {
		if c < ' ' || c > '~' {
			b[i] = '?'
		}
	}
	return string(b)
}

// reload reads sources anew that can be.
func (r *Rules) reload() error {
	var errs []error
	for _, source := range []any{r.Passwords, r.Keys} {
		if l, ok := source.(Reloader); ok {
			errs = append(errs, l.Reload())
		}
	}
	return errors.Join(errs...)
}

// Reloader is a source of users or keys that Handler.Reload can read anew.
type Reloader interface {
	// Reload reads everything anew. It keeps what it can read and tells what it
	// cannot.
	Reload() error
}

func (r Rules) clone() *Rules {
	r.Deny, r.Allow, r.AllowUIDs = slices.Clone(r.Deny), slices.Clone(r.Allow), slices.Clone(r.AllowUIDs)
	return &r
}
