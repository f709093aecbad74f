// SPDX-License-Identifier: Apache-2.0

package core

import (
	"crypto/rand"
	"slices"
	"strings"

	"github.com/gozmq/zmq/internal/mechanism"
	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/zerr"
)

// The values of MECHANISM.
const (
	mechanismNull = iota
	mechanismPlain
	mechanismCurve
)

// security returns what makes the handshake of each connection of an endpoint. With
// seek a CURVE server has no key of its own and asks for those of each client.
func security(o *opt.Set, metadata []byte, seek bool) func() mechanism.Machine {
	server := o.AsServer()
	switch m := o.Int(opt.Mechanism); {
	case m == mechanismPlain && server:
		return func() mechanism.Machine { return mechanism.NewPlainServer(metadata) }
	case m == mechanismPlain:
		user, password := o.Bytes(opt.PlainUsername), o.Bytes(opt.PlainPassword)
		return func() mechanism.Machine { return mechanism.NewPlainClient(user, password, metadata) }
	case m == mechanismCurve && server:
		cfg := &mechanism.CurveServer{Metadata: metadata, Random: rand.Reader}
		if !seek {
			secret := key(o, opt.CurveSecretKey)
			cfg.Key, _ = mechanism.NewCurvePair(&secret) // any 32 bytes are a secret key
		}
		return func() mechanism.Machine { return mechanism.NewCurveServer(cfg) }
	case m == mechanismCurve:
		cfg := &mechanism.CurveClient{
			Public: key(o, opt.CurvePublicKey), Secret: key(o, opt.CurveSecretKey), ServerKey: key(o, opt.CurveServerKey),
			Metadata: metadata, Random: rand.Reader,
		}
		return func() mechanism.Machine { return mechanism.NewCurveClient(cfg) }
	}
	return func() mechanism.Machine { return mechanism.NewNull(metadata) }
}

func key(o *opt.Set, n opt.Num) (k mechanism.CurveKey) {
	copy(k[:], o.Bytes(n))
	return k
}

// checkSecurity finds what cannot work, instead of talking in clear or to no peer.
// With libzmq's defaults only the former is an error, as there: the program gets
// what it would get from libzmq, connections that fail.
func (s *Socket) checkSecurity(o *opt.Set, hooks *Hooks) error {
	m := o.Int(opt.Mechanism)
	switch {
	case (s.typ.Plain || o.Raw()) && o.Bool(opt.ZAPEnforceDomain) && len(o.String(opt.ZAPDomain)) > 0:
		return zerr.Errorf(zerr.ErrInvalid, "a %s that talks plain TCP asks no authentication handler, and ZAP_ENFORCE_DOMAIN wants one asked", s.typ.Name)
	case m > mechanismCurve:
		return zerr.Errorf(zerr.ErrNotSupported, "security mechanism %d is not available in this version", m)
	case s.ctx.cfg.Libzmq || m == mechanismNull:
		return nil
	case s.typ.Plain || o.Raw():
		return zerr.Errorf(zerr.ErrInvalid, "a %s that talks plain TCP has no security mechanism, and one is set", s.typ.Name)
	case m == mechanismCurve && o.AsServer() && hooks.ServerKeys != nil:
		return nil
	case m == mechanismCurve:
		return checkCurveKeys(o)
	}
	return nil
}

// checkDetour refuses to connect past a proxy that the program has asked for: it may be
// there to hide the program's address, or the peer's. What stays in the machine goes
// directly. An address to connect from is one of a socket that the library connects to the
// peer itself.
func checkDetour(scheme, address string, o *opt.Set, hooks *Hooks) error {
	if scheme == "ipc" {
		return nil
	}
	proxy := len(o.Bytes(opt.SOCKSProxy)) > 0
	if proxy && !slices.Contains([]string{"tcp", "ws", "wss", "tls"}, scheme) {
		return zerr.Errorf(zerr.ErrNotSupported, "SOCKS_PROXY is set, and %s does not go through a proxy", scheme)
	}
	if (proxy || hooks.Dial != nil) && strings.Contains(address, ";") {
		return zerr.Errorf(zerr.ErrInvalid, "address %q has a source, and SOCKS_PROXY or WithDial connects from elsewhere", address)
	}
	return nil
}

// checkCurveKeys wants the keys that the role needs. A public key that was not
// given follows from the secret one.
func checkCurveKeys(o *opt.Set) error {
	var none, public mechanism.CurveKey
	secret, given := key(o, opt.CurveSecretKey), key(o, opt.CurvePublicKey)
	defer clear(secret[:])
	if secret == none {
		return zerr.Errorf(zerr.ErrInvalid, "CURVE needs CURVE_SECRETKEY, which is not set")
	}
	if err := mechanism.CurvePublic(&public, &secret); err != nil {
		return zerr.Errorf(zerr.ErrInvalid, "CURVE_SECRETKEY is no key")
	}
	if given != none && given != public {
		return zerr.Errorf(zerr.ErrInvalid, "CURVE_PUBLICKEY does not belong to CURVE_SECRETKEY")
	}
	if given == none {
		_ = o.Record(opt.CurvePublicKey, opt.Value{B: public[:]}) // 32 bytes are a key
	}
	if !o.AsServer() && key(o, opt.CurveServerKey) == none {
		return zerr.Errorf(zerr.ErrInvalid, "a client of CURVE needs CURVE_SERVERKEY, or CURVE_SERVER makes this socket the server")
	}
	return nil
}
