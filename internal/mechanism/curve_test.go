// SPDX-License-Identifier: Apache-2.0

package mechanism

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"testing"

	"golang.org/x/crypto/nacl/secretbox"

	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
)

func goldenClient() *curveClient {
	return NewCurveClient(&CurveClient{
		Public: keyOf(goldenClientPublic), Secret: keyOf(goldenClientSecret), ServerKey: keyOf(goldenServerPublic),
		Metadata: dealerMetadata, Random: reader(goldenClientRandom),
	}).(*curveClient)
}

func pairOf(hex string) *CurvePair {
	secret := keyOf(hex)
	p, err := NewCurvePair(&secret)
	if err != nil {
		panic(err)
	}
	return p
}

func goldenServer() *curveServer {
	return NewCurveServer(&CurveServer{
		Key: pairOf(goldenServerSecret), Metadata: routerMetadata, Random: reader(goldenServerRandom),
	}).(*curveServer)
}

// next takes the machine's command, which must be there.
func next(t testing.TB, m Machine) []byte {
	t.Helper()
	b, err := m.Next()
	if err != nil || b == nil {
		t.Fatalf("no command to send: %v", err)
	}
	return b
}

// quiet checks that the machine has nothing to say.
func quiet(t testing.TB, m Machine) {
	t.Helper()
	if b, err := m.Next(); b != nil || err != nil {
		t.Fatalf("sends % X (%v), want nothing", b, err)
	}
}

func take(t testing.TB, m Machine, body []byte) {
	t.Helper()
	if err := m.Receive(body); err != nil {
		t.Fatalf("% X: %v", body[:min(len(body), 20)], err)
	}
}

func same(t testing.TB, what string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Fatalf("%s is\n%x, want\n%x", what, got, want)
	}
}

// refused checks the number of the protocol error.
func refused(t testing.TB, err error, code uint32) {
	t.Helper()
	var pe *zerr.ProtocolError
	if !errors.As(err, &pe) || pe.Code != code || !errors.Is(err, zerr.ErrProtocol) {
		t.Fatalf("error %v, want a protocol error %#x", err, code)
	}
}

// clone protects the golden commands from machines that keep a slice.
func clone(b []byte) []byte { return append([]byte{}, b...) }

// curveUpTo is upTo of curveExchange.
func curveUpTo(t testing.TB, command string) (*curveClient, *curveServer) {
	t.Helper()
	c, s := curveExchange.upTo(t, command)
	return c.(*curveClient), s.(*curveServer)
}

func TestCurveGoldenHandshake(t *testing.T) {
	c, s := goldenClient(), goldenServer()
	if c.Name() != "CURVE" || c.AsServer() || !s.AsServer() {
		t.Error("name or role")
	}
	quiet(t, s)
	same(t, "HELLO", next(t, c), goldenHello)
	quiet(t, c)
	take(t, s, clone(goldenHello))
	if s.Question() != nil {
		t.Error("the handler is asked before there is a key")
	}
	same(t, "WELCOME", next(t, s), goldenWelcome)
	same(t, "cookie", s.cookie[:], goldenCookie)
	quiet(t, s)
	take(t, c, clone(goldenWelcome))
	same(t, "INITIATE", next(t, c), goldenInitiate)
	quiet(t, c)
	take(t, s, clone(goldenInitiate))
	quiet(t, s)
	q := s.Question()
	if q == nil || q.Mechanism != "CURVE" || len(q.Credentials) != 1 || hex.EncodeToString(q.Credentials[0]) != goldenClientPublic {
		t.Fatalf("question %v", q)
	}
	s.Admit()
	same(t, "metadata of the client", s.Metadata(), dealerMetadata)
	same(t, "READY", next(t, s), goldenReady)
	quiet(t, s)
	take(t, c, clone(goldenReady))
	same(t, "metadata of the server", c.Metadata(), routerMetadata)
	quiet(t, c)
	if !c.Ready() || !s.Ready() || s.Question() != nil {
		t.Error("not ready")
	}
	n := nonceOf(nonceInitiate, goldenInitiate[initiateNonce:initiateBox])
	plain, ok := secretbox.Open(nil, goldenInitiate[initiateBox:], &n, &c.sessionKey)
	if !ok {
		t.Fatal("INITIATE does not open")
	}
	same(t, "vouch", plain[CurveKeySize:][:vouchSize], goldenVouch)
	same(t, "session key", c.sessionKey[:], unhex(goldenSession))
	same(t, "session key", s.sessionKey[:], unhex(goldenSession))
}

func TestCurveGoldenMessages(t *testing.T) {
	c, s := curveUpTo(t, "")
	seal := func(tr Traffic, plain string, want []byte) {
		t.Helper()
		got, err := tr.Seal(nil, plain[0], []byte(plain[1:]))
		if err != nil {
			t.Fatal(err)
		}
		same(t, "MESSAGE", got, want)
	}
	open := func(tr Traffic, body []byte, want string) {
		t.Helper()
		got, flags, err := tr.Open([]byte("before"), body)
		if err != nil || flags != want[0] {
			t.Fatalf("flags %d, %v", flags, err)
		}
		same(t, "payload", got, []byte("before"+want[1:]))
	}
	seal(c.Traffic(), "\x00hi", goldenMessageC)
	open(s.Traffic(), goldenMessageC, "\x00hi")
	seal(s.Traffic(), "\x00yo", goldenMessageS)
	open(c.Traffic(), goldenMessageS, "\x00yo")
	seal(c.Traffic(), "\x02\x04PING\x00\x00", goldenMessagePing)
	open(s.Traffic(), goldenMessagePing, "\x02\x04PING\x00\x00")
	if n := c.Traffic().Overhead(); n != len(goldenMessageC)-2 {
		t.Errorf("overhead %d", n)
	}
}

// TestCurveNothingTrails: a command with a byte more does not pass.
func TestCurveNothingTrails(t *testing.T) {
	for name, body := range curveCommands {
		if err := curveExchange.waiting(t, name).Receive(append(clone(body), 0)); !errors.Is(err, zerr.ErrProtocol) {
			t.Errorf("%s with a byte more: %v", name, err)
		}
	}
}

// TestCurveEveryMutation: each byte of each command matters, but for the padding
// of HELLO, which libzmq does not look at either.
func TestCurveEveryMutation(t *testing.T) {
	for name, body := range curveCommands {
		for at := 0; at < len(body); at += stride() {
			b := clone(body)
			b[at] ^= 0x04
			err := curveExchange.waiting(t, name).Receive(b)
			if padding := name == "HELLO" && at >= 8 && at < helloKey; padding != (err == nil) {
				t.Errorf("%s with byte %d changed: %v", name, at, err)
			}
		}
	}
}

// mutated returns a copy with one byte changed.
func mutated(b []byte, at int) []byte {
	b = clone(b)
	b[at] ^= 1
	return b
}

// TestCurveErrorNumbers: libzmq, ZMQ_PROTOCOL_ERROR.
func TestCurveErrorNumbers(t *testing.T) {
	server := func(before string, body []byte, code uint32) {
		t.Helper()
		_, s := curveUpTo(t, before)
		refused(t, s.Receive(body), code)
	}
	client := func(before string, body []byte, code uint32) {
		t.Helper()
		c, _ := curveUpTo(t, before)
		refused(t, c.Receive(body), code)
	}
	server("HELLO", []byte{}, MalformedCommand)
	server("HELLO", []byte{5}, MalformedCommand)
	server("HELLO", []byte("\x05HELL"), MalformedCommand)
	server("HELLO", goldenHello[:199], MalformedHello)
	server("HELLO", mutated(goldenHello, 6), MalformedHello)  // version
	server("HELLO", mutated(goldenHello, 7), MalformedHello)  // version
	server("HELLO", mutated(goldenHello, 80), Cryptographic)  // C'
	server("HELLO", mutated(goldenHello, 119), Cryptographic) // nonce
	server("HELLO", mutated(goldenHello, 199), Cryptographic) // box
	client("WELCOME", goldenWelcome[:167], Cryptographic)
	client("WELCOME", mutated(goldenWelcome, 8), Cryptographic)
	client("WELCOME", mutated(goldenWelcome, 167), Cryptographic)
	client("WELCOME", []byte("\x05ERROR"), MalformedError)
	client("WELCOME", []byte("\x05ERROR\x04400"), MalformedError)
	server("INITIATE", goldenInitiate[:256], MalformedInitiate)
	server("INITIATE", mutated(goldenInitiate, 9), Cryptographic)   // cookie
	server("INITIATE", mutated(goldenInitiate, 104), Cryptographic) // cookie
	server("INITIATE", mutated(goldenInitiate, 112), Cryptographic) // nonce
	server("INITIATE", mutated(goldenInitiate, 113), Cryptographic) // box
	client("READY", goldenReady[:29], MalformedReady)
	client("READY", mutated(goldenReady, 13), Cryptographic)
	client("READY", mutated(goldenReady, 64), Cryptographic)
}

func TestCurveServerRefusesAnotherServersKey(t *testing.T) {
	other := goldenServer()
	other.key = pairOf(goldenClientSecret)
	refused(t, other.Receive(clone(goldenHello)), Cryptographic)
}

// initiateOf makes an INITIATE as the client of a session could make it, with a
// vouch of the test's choice.
func initiateOf(t *testing.T, change func(c *curveClient)) (*curveServer, []byte) {
	t.Helper()
	c, s := goldenClient(), goldenServer()
	take(t, s, next(t, c))
	take(t, c, next(t, s))
	change(c)
	return s, next(t, c)
}

func TestCurveVouchIsForThisConnection(t *testing.T) {
	s, initiate := initiateOf(t, func(c *curveClient) { c.public[3] ^= 1 })
	refused(t, s.Receive(initiate), KeyExchange)
}

func TestCurveVouchIsForThisServer(t *testing.T) {
	s, initiate := initiateOf(t, func(c *curveClient) { c.cfg.ServerKey[3] ^= 1 })
	refused(t, s.Receive(initiate), KeyExchange)
}

func TestCurveClientProvesThatItHoldsItsKey(t *testing.T) {
	s, initiate := initiateOf(t, func(c *curveClient) { c.cfg.Public = keyOf(goldenServerPublic) })
	refused(t, s.Receive(initiate), Cryptographic)
}

func TestCurveNonceOfInitiateIsAboveThatOfHello(t *testing.T) {
	s, initiate := initiateOf(t, func(c *curveClient) { c.sent = 0 })
	refused(t, s.Receive(initiate), InvalidSequence)
}

// TestCurveCookieIsOfThisConnection: one of another connection of the same server
// does not do, even with the same keys everywhere else.
func TestCurveCookieIsOfThisConnection(t *testing.T) {
	_, s := curveUpTo(t, "INITIATE")
	s.cookie[0] ^= 1
	refused(t, s.Receive(clone(goldenInitiate)), Cryptographic)
}

// lowOrder are points for which the shared secret is public knowledge (RFC 7748,
// section 6.1).
var lowOrder = []string{
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
	"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
}

func TestCurveKeysOfLowOrderAreRefused(t *testing.T) {
	for _, point := range lowOrder {
		b := clone(goldenHello)
		copy(b[helloKey:], unhex(point))
		refused(t, goldenServer().Receive(b), Cryptographic)

		c := goldenClient()
		c.cfg.ServerKey = keyOf(point)
		_, err := c.Next()
		refused(t, err, Cryptographic)

		s, initiate := initiateOf(t, func(c *curveClient) { c.cfg.Public = keyOf(point) })
		refused(t, s.Receive(initiate), Cryptographic)
	}
}

func TestCurveErrorCommandEndsTheClient(t *testing.T) {
	for _, before := range []string{"WELCOME", "READY"} {
		for reason, status := range map[string]int{"400": 400, "500": 500, "300": 300, "": 0, "go away\n": 0} {
			c, _ := curveUpTo(t, before)
			err := c.Receive(errorCommand(reason))
			var r *RefusedError
			if !errors.As(err, &r) || r.Status != status || !errors.Is(err, zerr.ErrProtocol) {
				t.Errorf("%q: %v", reason, err)
			}
		}
	}
	c, _ := curveUpTo(t, "")
	refused(t, c.Receive(errorCommand("400")), UnexpectedCommand)
}

func TestCurveRefusal(t *testing.T) {
	_, s := curveUpTo(t, "INITIATE")
	if s.Refusal("400", wire.V30) != nil {
		t.Error("ERROR before the client has proved its identity")
	}
	take(t, s, clone(goldenInitiate))
	same(t, "ERROR", s.Refusal("400", wire.V30), []byte("\x05ERROR\x03400"))
	quiet(t, s)
	if s.Ready() || s.Refusal("400", wire.V30) != nil {
		t.Error("the handshake goes on")
	}
	refused(t, s.Receive(clone(goldenInitiate)), Unspecified)
	if c, s := curveUpTo(t, ""); c.Refusal("x", wire.V30) != nil || s.Refusal("x", wire.V30) != nil {
		t.Error("ERROR once READY is out, or from a client")
	}
}

// TestCurveNoncesFollowEachOther: never twice, backwards or with a gap, by which
// frames of two messages could be joined to one.
func TestCurveNoncesFollowEachOther(t *testing.T) {
	c, s := curveUpTo(t, "")
	var sealed [][]byte
	for i := range 5 {
		b, err := c.Traffic().Seal(nil, 0, []byte{byte(i)})
		if err != nil {
			t.Fatal(err)
		}
		sealed = append(sealed, b)
	}
	open := func(i int) error { _, _, err := s.Traffic().Open(nil, sealed[i]); return err }
	if open(0) != nil || open(1) != nil {
		t.Fatal("refused")
	}
	for _, i := range []int{3, 1, 0, 4} {
		refused(t, open(i), InvalidSequence)
	}
	if open(2) != nil {
		t.Fatal("refused")
	}
	// What the handshake used is used up for messages.
	for _, tr := range []*curveTraffic{c.traffic, s.traffic} {
		for n := range tr.opened + 1 {
			b := clone(goldenMessageC)
			b[15] = byte(n)
			_, _, err := tr.Open(nil, b)
			refused(t, err, InvalidSequence)
		}
	}
}

func TestCurveNoncesAreNeverUsedTwice(t *testing.T) {
	c, _ := curveUpTo(t, "")
	c.traffic.sealed = math.MaxUint64 - 1
	if _, err := c.Traffic().Seal(nil, 0, nil); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		b, err := c.Traffic().Seal(nil, 0, nil)
		refused(t, err, InvalidSequence)
		if len(b) != 0 {
			t.Error("something was sealed")
		}
	}
}

func TestCurveMessageErrorNumbers(t *testing.T) {
	for _, x := range []struct {
		body []byte
		code uint32
	}{
		{nil, MalformedCommand}, {[]byte{7}, MalformedCommand}, {[]byte("\x07MESSAG"), MalformedCommand},
		{[]byte("\x04PING\x00\x00"), UnexpectedCommand}, {goldenReady, UnexpectedCommand}, {[]byte("\x07MESSAGE"), MalformedMessage},
		{goldenMessageC[:32], MalformedMessage}, {goldenMessageC[:9], MalformedMessage},
		{mutated(goldenMessageC, 16), Cryptographic}, {mutated(goldenMessageC, 34), Cryptographic},
		{goldenMessageS, InvalidSequence}, // reflected to its sender's peer: a lower nonce, and another prefix
	} {
		_, s := curveUpTo(t, "")
		_, _, err := s.Traffic().Open(nil, x.body)
		refused(t, err, x.code)
	}
	for n := range len(goldenMessageC) {
		_, s := curveUpTo(t, "")
		if _, _, err := s.Traffic().Open(nil, goldenMessageC[:n]); !errors.Is(err, zerr.ErrProtocol) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

// TestCurveMessagesAreNotReflected: what a side has sent does not open there.
func TestCurveMessagesAreNotReflected(t *testing.T) {
	c, _ := curveUpTo(t, "")
	b, _ := c.Traffic().Seal(nil, 0, []byte{'x'})
	_, _, err := c.Traffic().Open(nil, b)
	refused(t, err, InvalidSequence)
	c.traffic.opened = c.traffic.out.nonce - 1 // as if it were the next
	_, _, err = c.Traffic().Open(nil, b)
	refused(t, err, Cryptographic)
}

func TestCurveSecretsAreWiped(t *testing.T) {
	c, s := curveUpTo(t, "")
	c.Wipe()
	s.Wipe()
	for i, k := range []curveKey{c.secret, c.helloKey, c.sessionKey, s.secret, s.helloKey, s.sessionKey} {
		if k != (curveKey{}) {
			t.Errorf("secret %d is still there", i)
		}
	}
	b, err := c.Traffic().Seal(nil, 0, []byte("hi")) // the traffic goes on
	if err != nil {
		t.Fatal(err)
	}
	same(t, "MESSAGE", b, goldenMessageC)
	for _, tr := range []*curveTraffic{c.traffic, s.traffic} {
		tr.Wipe()
		_, sealErr := tr.Seal(nil, 0, nil)
		_, _, openErr := tr.Open(nil, goldenMessageC)
		if tr.in.key != (curveKey{}) || tr.out.key != (curveKey{}) || sealErr == nil || openErr == nil {
			t.Error("the traffic goes on with a key of zeros")
		}
	}
}

func TestCurveRandomThatFails(t *testing.T) {
	for n := range 48 {
		c := goldenClient()
		c.cfg.Random = reader(goldenClientRandom[:n])
		_, err := c.Next()
		if err == nil {
			take(t, c, clone(goldenWelcome))
			_, err = c.Next()
		}
		if err == nil {
			t.Errorf("a client with %d random bytes", n)
		}
	}
	for n := range 96 {
		s := goldenServer()
		s.cfg.Random = reader(goldenServerRandom[:n])
		take(t, s, clone(goldenHello))
		if _, err := s.Next(); err == nil {
			t.Errorf("a server with %d random bytes", n)
		}
	}
}

func TestCurveTrafficAllocatesNothing(t *testing.T) {
	c, s := curveUpTo(t, "")
	plain := make([]byte, 100)
	sealed, opened := make([]byte, 0, 200), make([]byte, 0, 200)
	n := testing.AllocsPerRun(100, func() {
		b, err := c.traffic.Seal(sealed, 0, plain)
		if err == nil {
			_, _, err = s.traffic.Open(opened, b)
		}
		if err != nil {
			t.Fatal(err)
		}
	})
	if n != 0 {
		t.Errorf("%v allocations a message", n)
	}
}
