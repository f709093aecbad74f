// SPDX-License-Identifier: Apache-2.0

package mechanism

import "testing"

// seeker is a server of CURVE that has no key of its own and has got the golden HELLO.
func seeker(t testing.TB) *curveServer {
	t.Helper()
	s := goldenServer()
	s.cfg.Key, s.key = nil, nil
	if s.Seeks() != nil {
		t.Fatal("it wants keys before there is a client")
	}
	hello := clone(goldenHello)
	take(t, s, hello)
	clear(hello) // the caller's
	if k := s.Seeks(); k == nil || string(k[:]) != string(goldenHello[helloKey:helloNonce]) {
		t.Fatalf("it asks for the keys of client %x", k)
	}
	quiet(t, s)
	return s
}

func secretsOf(texts ...string) (list []*CurveKey) {
	for _, text := range texts {
		k := keyOf(text)
		list = append(list, &k)
	}
	return list
}

// TestCurveServerTakesTheKeyThatOpensHello, and goes on as a server with one key does,
// the vouch for its public key included.
func TestCurveServerTakesTheKeyThatOpensHello(t *testing.T) {
	for name, secrets := range map[string][]*CurveKey{
		"first": secretsOf(goldenServerSecret, goldenClientSecret),
		"last":  secretsOf(goldenClientSecret, goldenSession, goldenServerSecret),
	} {
		t.Run(name, func(t *testing.T) {
			c, s := goldenClient(), seeker(t)
			next(t, c)
			if err := s.Try(secrets); err != nil || s.Seeks() != nil {
				t.Fatalf("%v, asks again: %v", err, s.Seeks() != nil)
			}
			welcome := next(t, s)
			same(t, "WELCOME", welcome, goldenWelcome)
			take(t, c, welcome)
			take(t, s, next(t, c))
			s.Admit()
			take(t, c, next(t, s))
			if !c.Ready() || !s.Ready() {
				t.Error("the handshake is not over")
			}
		})
	}
}

// TestCurveServerWithoutTheKeyRefusesHello: the client cannot tell it from a server with
// one other key.
func TestCurveServerWithoutTheKeyRefusesHello(t *testing.T) {
	for name, secrets := range map[string][]*CurveKey{"no keys": nil, "others": secretsOf(goldenClientSecret, goldenSession)} {
		t.Run(name, func(t *testing.T) {
			s := seeker(t)
			refused(t, s.Try(secrets), Cryptographic)
			quiet(t, s)
		})
	}
}

// TestCurveClientWaitsForTheServersKey: what comes meanwhile is a violation.
func TestCurveClientWaitsForTheServersKey(t *testing.T) {
	s := seeker(t)
	refused(t, s.Receive(clone(goldenHello)), Unspecified)
	refused(t, s.Receive(clone(goldenInitiate)), Unspecified)
}

// TestCurveKeysOfAnEndpointAreNotCopied: the machines of its connections refer to one
// scalar, and do not wipe it.
func TestCurveKeysOfAnEndpointAreNotCopied(t *testing.T) {
	cfg := &CurveServer{Key: pairOf(goldenServerSecret), Metadata: routerMetadata, Random: reader(goldenServerRandom)}
	a, b := NewCurveServer(cfg).(*curveServer), NewCurveServer(cfg).(*curveServer)
	if a.key.secret != b.key.secret {
		t.Error("each connection has a copy")
	}
	a.Wipe()
	take(t, b, clone(goldenHello))
	same(t, "WELCOME", next(t, b), goldenWelcome)
}
