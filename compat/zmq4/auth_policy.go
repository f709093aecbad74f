// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"crypto/subtle"
	"log"
	"net/netip"
	"strings"
	"sync"
)

// everywhere is the domain that stands for all domains.
const everywhere = "*"

// policies are what the Auth functions have set. They hold whether authentication
// runs or not, from one run to the next.
type policies struct {
	mu       sync.Mutex // guards all below
	verbose  bool
	allow    map[string]map[netip.Prefix]bool // by domain
	deny     map[string]map[netip.Prefix]bool
	users    map[string]map[string]string // passwords by domain and name
	keys     map[string]map[string]bool   // Z85, by domain
	metadata func(version, request_id, domain, address, identity, mechanism string, credentials ...string) map[string]string
}

var rules = &policies{
	allow: make(map[string]map[netip.Prefix]bool), deny: make(map[string]map[netip.Prefix]bool),
	users: make(map[string]map[string]string), keys: make(map[string]map[string]bool),
}

// AuthSetVerbose has the standard logger told what authentication does.
func AuthSetVerbose(verbose bool) {
	rules.mu.Lock()
	defer rules.mu.Unlock()
	rules.verbose = verbose
}

func (p *policies) logf(format string, args ...any) {
	p.mu.Lock()
	verbose := p.verbose
	p.mu.Unlock()
	if verbose {
		log.Printf("AUTH: "+format, args...)
	}
}

// AuthAllow lets only certain addresses connect to the servers of a domain: each an
// IP address, or a range of them such as "192.168.0.0/16". "*" is all domains. NULL
// clients from these addresses are let in, the others still have to authenticate. Once
// a domain has addresses that are allowed, those that AuthDeny names do not matter. If
// domain is itself an address, it and the others are allowed in all domains.
func AuthAllow(domain string, addresses ...string) {
	rules.list("Allow", rules.allow, domain, addresses)
}

// AuthDeny keeps certain addresses from the servers of a domain; see AuthAllow.
func AuthDeny(domain string, addresses ...string) { rules.list("Deny", rules.deny, domain, addresses) }

func (p *policies) list(what string, lists map[string]map[netip.Prefix]bool, domain string, addresses []string) {
	if _, ok := parseAddress(domain); ok {
		domain, addresses = everywhere, append([]string{domain}, addresses...)
	}
	for _, a := range addresses {
		prefix, ok := parseAddress(a)
		if !ok {
			p.logf("%s for domain %q: %q is not a valid address or network", what, domain, a)
			continue
		}
		p.mu.Lock()
		put(lists, domain, prefix, true)
		p.mu.Unlock()
	}
}

// parseAddress reads an address or a range of addresses.
func parseAddress(text string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(text); err == nil {
		return p.Masked(), true
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, false
	}
	a = a.Unmap().WithZone("")
	return netip.PrefixFrom(a, a.BitLen()), true
}

// AuthPlainAdd lets a PLAIN client with that name and password in, in a domain; "*" is
// all domains.
func AuthPlainAdd(domain, username, password string) {
	rules.mu.Lock()
	defer rules.mu.Unlock()
	put(rules.users, domain, username, password)
}

// AuthPlainRemove takes names back that AuthPlainAdd has let in, in the same domain.
func AuthPlainRemove(domain string, usernames ...string) {
	rules.mu.Lock()
	defer rules.mu.Unlock()
	for _, u := range usernames {
		delete(rules.users[domain], u)
	}
}

// AuthPlainRemoveAll takes all names of a domain back.
func AuthPlainRemoveAll(domain string) {
	rules.mu.Lock()
	defer rules.mu.Unlock()
	delete(rules.users, domain)
}

// AuthCurveAdd lets CURVE clients with these public keys in, in a domain; "*" is all
// domains. Keys are 40 characters of Z85, or CURVE_ALLOW_ANY for every key.
func AuthCurveAdd(domain string, pubkeys ...string) {
	rules.mu.Lock()
	defer rules.mu.Unlock()
	for _, k := range pubkeys {
		put(rules.keys, domain, k, true)
	}
}

// AuthCurveRemove takes keys back that AuthCurveAdd has let in, in the same domain.
func AuthCurveRemove(domain string, pubkeys ...string) {
	rules.mu.Lock()
	defer rules.mu.Unlock()
	for _, k := range pubkeys {
		delete(rules.keys[domain], k)
	}
}

// AuthCurveRemoveAll takes all keys of a domain back.
func AuthCurveRemoveAll(domain string) {
	rules.mu.Lock()
	defer rules.mu.Unlock()
	delete(rules.keys, domain)
}

// AuthSetMetadataHandler sets the function that is called for the properties of every
// admitted client. "User-Id" is the name of its user. The others go with its messages,
// and Socket.RecvWithMetadata returns them. It is called for one client at a time. Nil
// is no function.
// The arguments are those of a request of RFC 27; the credentials are name and password
// of PLAIN, the public key of CURVE in 32 bytes.
func AuthSetMetadataHandler(
	handler func(
		version, request_id, domain, address, identity, mechanism string, credentials ...string) (metadata map[string]string)) {
	rules.mu.Lock()
	defer rules.mu.Unlock()
	rules.metadata = handler
}

func put[K comparable, V any](m map[string]map[K]V, domain string, k K, v V) {
	if m[domain] == nil {
		m[domain] = make(map[K]V)
	}
	m[domain][k] = v
}

// admits tells whether clients from an address may go on.
func (p *policies) admits(domain, address string) bool {
	a, err := netip.ParseAddr(address)
	if err != nil { // of ipc, which no list can name
		a = netip.Addr{}
	}
	a = a.Unmap().WithZone("")
	p.mu.Lock()
	allowed := len(p.allow[domain])+len(p.allow[everywhere]) > 0
	inAllow := holds(p.allow[domain], a) || holds(p.allow[everywhere], a)
	inDeny := holds(p.deny[domain], a) || holds(p.deny[everywhere], a)
	p.mu.Unlock()
	switch {
	case allowed && inAllow:
		p.logf("PASSED (whitelist) domain=%q address=%q", domain, address)
	case allowed:
		p.logf("DENIED (not in whitelist) domain=%q address=%q", domain, address)
		return false
	case inDeny:
		p.logf("DENIED (blacklist) domain=%q address=%q", domain, address)
		return false
	}
	return true
}

func holds(list map[netip.Prefix]bool, a netip.Addr) bool {
	for prefix := range list {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}

// knowsUser tells whether a name has that password.
func (p *policies) knowsUser(domain, name, password string) bool {
	for _, d := range [...]string{domain, everywhere} {
		p.mu.Lock()
		want, ok := p.users[d][name]
		p.mu.Unlock()
		if ok && subtle.ConstantTimeCompare([]byte(want), []byte(password)) == 1 {
			p.logf("ALLOWED (PLAIN) domain=%q username=%q", d, name)
			return true
		}
	}
	p.logf("DENIED (PLAIN) domain=%q username=%q", domain, name)
	return false
}

// knowsKey tells whether a public key, in Z85, may come in.
func (p *policies) knowsKey(domain, key string) bool {
	for _, d := range [...]string{domain, everywhere} {
		p.mu.Lock()
		anybody, known := p.keys[d][CURVE_ALLOW_ANY], p.keys[d][key]
		p.mu.Unlock()
		switch {
		case anybody:
			p.logf("ALLOWED (CURVE any client) domain=%q", d)
			return true
		case known:
			p.logf("ALLOWED (CURVE) domain=%q client_key=%q", d, key)
			return true
		}
	}
	p.logf("DENIED (CURVE) domain=%q client_key=%q", domain, key)
	return false
}

// describe asks for the properties of a client that has been let in.
func (p *policies) describe(r *request) map[string]string {
	p.mu.Lock()
	f := p.metadata
	p.mu.Unlock()
	if f == nil {
		return nil
	}
	// A copy: the function may keep what it is given.
	c := make([]string, len(r.credentials))
	for i := range c {
		c[i] = strings.Clone(r.credentials[i])
	}
	return f(r.version, r.id, r.domain, r.address, r.identity, r.mechanism, c...)
}
