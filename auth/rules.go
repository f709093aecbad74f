// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/gozmq/zmq"
)

// Errors with which Authorize or a source of users or keys refuses a peer. Wrap them to
// give the reason, which is logged and is the text of the answer. The peer learns only
// the number. Any other error is an internal one (500), and refuses the peer too.
var (
	// ErrDenied refuses a peer (400). libzmq's clients do not try again.
	ErrDenied = errors.New("denied")
	// ErrTryLater refuses a peer for now (300). The peer tries to connect again.
	ErrTryLater = errors.New("try again later")
)

// errNilContext answers calls whose context is nil. It is an internal error, which refuses
// the peer.
var errNilContext = fmt.Errorf("auth: the context.Context is nil, use context.Background(): %w", zmq.ErrInvalid)

// Rules decide which peers are accepted. The zero Rules refuse every peer.
type Rules struct {
	// Deny lists addresses that are refused, whatever the other rules say.
	Deny []netip.Prefix

	// Allow lists the only addresses that are accepted. If Allow and AllowUIDs are both
	// empty, every address is accepted that Deny does not list.
	Allow []netip.Prefix

	// AllowUIDs lists the users of this host that may connect by ipc, by number. If
	// Allow or AllowUIDs has an entry, ipc peers of all other users are refused. On
	// systems that do not report a peer's user, all ipc peers are refused then.
	AllowUIDs []int

	// Passwords judges PLAIN peers. Nil refuses them.
	Passwords Passwords

	// Keys judges CURVE peers. Nil refuses them.
	Keys Keys

	// Certificates judges peers by the certificate that they have shown over wss or tls,
	// and that TLS has verified. A peer without one is refused, over every transport. A
	// peer with PLAIN or CURVE has to pass Passwords or Keys as well, which tell its user.
	// One with NULL is accepted by the certificate alone. Nil asks for no certificate.
	Certificates Certificates

	// InsecureAllowNull accepts NULL peers by their address alone. NULL proves nothing,
	// and its messages can be read and altered on the way.
	InsecureAllowNull bool

	// Authorize has the last word on a peer that passed all other checks. It receives
	// the user that was found and returns the user to report. Nil accepts the peer.
	// Authorize may be called concurrently, and should return when its context ends.
	Authorize func(context.Context, Request, User) (User, error)
}

// verdict is a decision with its reason.
type verdict struct {
	status status
	text   string // for the answer, without internal details
	user   User   // where status is statusAllowed
	err    error  // the reason, where it is not
}

// judge decides about a peer. Callers recover from the panics of sources.
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
	var shown User
	if r.Certificates != nil {
		if x.request.Certificate == nil {
			return User{}, fmt.Errorf("a certificate is needed, and no verified one was shown: %w", ErrDenied)
		}
		var err error
		if shown, err = r.Certificates.CheckCertificate(ctx, x.request); err != nil {
			return User{}, err
		}
	}
	switch x.request.Mechanism {
	case null:
		if r.Certificates != nil {
			return shown, nil
		}
		if !r.InsecureAllowNull {
			return User{}, fmt.Errorf("NULL is not allowed here: %w", ErrDenied)
		}
		return User{}, nil
	case plain:
		if r.Passwords == nil {
			return User{}, fmt.Errorf("PLAIN is not allowed here: %w", ErrDenied)
		}
		if x.again != nil {
			if x.again.stale {
				return User{}, errStale
			}
			return User{ID: x.again.userID}, nil
		}
		return r.Passwords.CheckPassword(ctx, x.request, x.password)
	case curve:
		if r.Keys == nil {
			return User{}, fmt.Errorf("CURVE is not allowed here: %w", ErrDenied)
		}
		if x.request.Key.IsZero() { // the secret key of this one is public knowledge
			return User{}, errUnknownKey
		}
		return r.Keys.CheckKey(ctx, x.request)
	}
	return User{}, fmt.Errorf("mechanism %q is not known: %w", x.request.Mechanism, ErrDenied)
}

// userID returns the user id, or its substitute if it is empty.
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

// printable makes a text valid as the status text of RFC 27.
func printable(s string) string {
	b := []byte(s[:min(len(s), maxField)])
	for i, c := range b {
		if c < ' ' || c > '~' {
			b[i] = '?'
		}
	}
	return string(b)
}

// reload reads again the sources that can be read again.
func (r *Rules) reload() error {
	var errs []error
	for _, source := range []any{r.Passwords, r.Keys, r.Certificates} {
		if l, ok := source.(Reloader); ok {
			errs = append(errs, l.Reload())
		}
	}
	return errors.Join(errs...)
}

// Reloader is a source of users or keys that Handler.Reload can read again.
type Reloader interface {
	// Reload reads everything again. It keeps what it can read, and the error reports
	// what it cannot.
	Reload() error
}

func (r Rules) clone() *Rules {
	r.Deny, r.Allow, r.AllowUIDs = slices.Clone(r.Deny), slices.Clone(r.Allow), slices.Clone(r.AllowUIDs)
	return &r
}
