// SPDX-License-Identifier: Apache-2.0

// The servers of PLAIN: one handler judges the peers of all sockets, each of which
// has a domain of its own.

package zmq4

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"strconv"
	"sync"

	"github.com/gozmq/zmq/auth"
)

// authenticator runs while there are domains.
type authenticator struct {
	// lifeMu is held while the handler starts or ends, which waits for decisions;
	// these take mu alone.
	lifeMu  sync.Mutex
	handler *auth.Handler
	next    int

	mu      sync.Mutex
	domains map[string]credentials
}

// plainServers is one because the sockets share a context, which has one handler.
var plainServers = authenticator{domains: map[string]credentials{}}

// plainDomain returns the domain of a socket that listens with PLAIN.
func (s *socket) plainDomain(c credentials) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.domain != "" {
		return s.domain, nil
	}
	domain, err := plainServers.add(c)
	s.domain = domain
	return domain, err
}

// dropDomain ends what plainDomain began.
func (s *socket) dropDomain() {
	s.mu.Lock()
	domain := s.domain
	s.domain = ""
	s.mu.Unlock()
	if domain != "" {
		plainServers.remove(domain)
	}
}

func (a *authenticator) add(c credentials) (string, error) {
	a.lifeMu.Lock()
	defer a.lifeMu.Unlock()
	if a.handler == nil {
		ctx, err := shared()
		if err != nil {
			return "", err
		}
		rules := auth.Rules{Passwords: auth.PasswordFunc(a.check)}
		if a.handler, err = auth.Start(ctx, auth.Config{Default: rules}); err != nil {
			return "", err
		}
	}
	a.next++
	domain := "go-zeromq-" + strconv.Itoa(a.next)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.domains[domain] = c
	return domain, nil
}

func (a *authenticator) remove(domain string) {
	a.lifeMu.Lock()
	defer a.lifeMu.Unlock()
	a.mu.Lock()
	delete(a.domains, domain)
	idle := len(a.domains) == 0
	a.mu.Unlock()
	if idle {
		_ = a.handler.Close()
		a.handler = nil
	}
}

func (a *authenticator) lookup(domain string) (credentials, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	c, ok := a.domains[domain]
	return c, ok
}

// check admits clients that send the credentials of the socket, or all clients if
// these are empty. It compares hashes, so that the time it takes reveals neither
// lengths nor prefixes.
func (a *authenticator) check(_ context.Context, r auth.Request, password string) (auth.User, error) {
	c, ok := a.lookup(r.Domain)
	if !ok {
		return auth.User{}, auth.ErrDenied
	}
	user, pass := c.Credentials()
	if user == "" && pass == "" {
		return auth.User{ID: r.User}, nil
	}
	if !equal(r.User, user) || !equal(password, pass) {
		return auth.User{}, auth.ErrDenied
	}
	return auth.User{ID: r.User}, nil
}

func equal(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}
