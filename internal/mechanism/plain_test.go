// SPDX-License-Identifier: Apache-2.0

package mechanism

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/gozmq/zmq/internal/wire"
)

// The exchange of RFC 24.
var (
	plainHello    = unhex("05 48 45 4C 4C 4F 05 61 64 6D 69 6E 06 73 65 63 72 65 74")
	plainWelcome  = unhex("07 57 45 4C 43 4F 4D 45")
	plainInitiate = unhex("08 49 4E 49 54 49 41 54 45 0B 53 6F 63 6B 65 74 2D 54 79 70 65 00 00 00 04 50 55 53 48")
	plainReady    = unhex("05 52 45 41 44 59 0B 53 6F 63 6B 65 74 2D 54 79 70 65 00 00 00 04 50 55 4C 4C")

	pushMetadata = plainInitiate[9:]
	pullMetadata = plainReady[6:]
)

// plainUpTo is upTo of plainExchange.
func plainUpTo(t testing.TB, command string) (*plainClient, *plainServer) {
	t.Helper()
	c, s := plainExchange.upTo(t, command)
	return c.(*plainClient), s.(*plainServer)
}

func TestPlainGoldenHandshake(t *testing.T) {
	c := NewPlainClient([]byte("admin"), []byte("secret"), pushMetadata)
	s := NewPlainServer(pullMetadata)
	if c.Name() != "PLAIN" || s.Name() != "PLAIN" || c.AsServer() || !s.AsServer() {
		t.Error("name or role")
	}
	quiet(t, s)
	same(t, "HELLO", next(t, c), plainHello)
	quiet(t, c)
	take(t, s, clone(plainHello))
	quiet(t, s)
	q := s.Question()
	if q == nil || q.Mechanism != "PLAIN" || len(q.Credentials) != 2 || string(bytes.Join(q.Credentials, []byte("|"))) != "admin|secret" {
		t.Fatalf("question %v", q)
	}
	password := q.Credentials[1]
	s.Admit()
	if s.Question() != nil || !bytes.Equal(password, make([]byte, 6)) {
		t.Error("the password is kept")
	}
	same(t, "WELCOME", next(t, s), plainWelcome)
	quiet(t, s)
	take(t, c, clone(plainWelcome))
	same(t, "INITIATE", next(t, c), plainInitiate)
	quiet(t, c)
	take(t, s, clone(plainInitiate))
	same(t, "metadata of the client", s.Metadata(), pushMetadata)
	same(t, "READY", next(t, s), plainReady)
	take(t, c, clone(plainReady))
	same(t, "metadata of the server", c.Metadata(), pullMetadata)
	quiet(t, c)
	quiet(t, s)
	if !c.Ready() || !s.Ready() || c.Traffic() != nil || s.Traffic() != nil {
		t.Error("not ready, or encrypted")
	}
}

// TestPlainCredentials: any bytes, none to 255 of each.
func TestPlainCredentials(t *testing.T) {
	for _, x := range [][2]string{{"", ""}, {"a", ""}, {"", "b"}, {"\x00\xFF", "\n"}, {strings.Repeat("n", 255), strings.Repeat("p", 255)}} {
		c := NewPlainClient([]byte(x[0]), []byte(x[1]), nil)
		s := NewPlainServer(nil)
		take(t, s, next(t, c))
		if q := s.Question(); string(q.Credentials[0]) != x[0] || string(q.Credentials[1]) != x[1] {
			t.Errorf("%q arrives as %q", x, q.Credentials)
		}
	}
}

// TestPlainErrorNumbers: libzmq, ZMQ_PROTOCOL_ERROR.
func TestPlainErrorNumbers(t *testing.T) {
	server := func(body string, code uint32) {
		t.Helper()
		_, s := plainUpTo(t, "HELLO")
		refused(t, s.Receive([]byte(body)), code)
	}
	client := func(before, body string, code uint32) {
		t.Helper()
		c, _ := plainUpTo(t, before)
		refused(t, c.Receive([]byte(body)), code)
	}
	server("", MalformedCommand)
	server("\x05", MalformedCommand)
	server("\x05HELL", MalformedCommand)
	server("\x05HELLO", MalformedHello)
	server("\x05HELLO\x05admin", MalformedHello)
	server("\x05HELLO\x05admin\x06secre", MalformedHello)
	server("\x05HELLO\x05admin\x06secret\x00", MalformedHello)
	server("\x05HELLO\xFFadmin\x06secret", MalformedHello)
	server("\x05hello\x05admin\x06secret", UnexpectedCommand)
	client("WELCOME", "\x07WELCOME\x00", MalformedWelcome)
	client("WELCOME", "\x07WELCOM", UnexpectedCommand)
	client("WELCOME", "", UnexpectedCommand)
	client("WELCOME", "\x05ERROR\x04400", MalformedError)
	client("READY", "\x05ERROR\x09400", MalformedError)
}

// TestPlainEveryMutation: another name, or lengths that do not fit, are refused.
// Other changes of HELLO result in another name and password.
func TestPlainEveryMutation(t *testing.T) {
	for name, body := range map[string][]byte{"HELLO": plainHello, "WELCOME": plainWelcome} {
		for at := range body {
			for bit := range 8 {
				b := clone(body)
				b[at] ^= 1 << bit
				err := plainExchange.waiting(t, name).Receive(b)
				credential := name == "HELLO" && (at >= 7 && at < 12 || at >= 13)
				if credential != (err == nil) {
					t.Errorf("%s with byte %d changed: %v", name, at, err)
				}
			}
		}
	}
}

func TestPlainRefusal(t *testing.T) {
	for _, before := range []string{"HELLO", "INITIATE"} {
		_, s := plainUpTo(t, before)
		if s.Refusal("400", wire.V31) != nil {
			t.Error("ERROR in the place of nothing")
		}
		take(t, s, clone(map[string][]byte{"HELLO": plainHello, "INITIATE": plainInitiate}[before]))
		same(t, "ERROR as libzmq has it", s.Refusal("400", wire.V31), []byte("\x5E"+"RROR\x03400"))
		quiet(t, s)
		if s.Ready() || s.Refusal("400", wire.V31) != nil {
			t.Error("the handshake goes on")
		}
	}
	if c, s := plainUpTo(t, ""); c.Refusal("x", wire.V31) != nil || s.Refusal("x", wire.V31) != nil {
		t.Error("ERROR once READY is out, or from a client")
	}
	for _, before := range []string{"WELCOME", "READY"} {
		for _, body := range [][]byte{errorCommand("500"), plainError("500")} {
			c, _ := plainUpTo(t, before)
			var r *RefusedError
			if err := c.Receive(body); !errors.As(err, &r) || r.ZAPStatus() != 500 {
				t.Error(err)
			}
		}
	}
	c, _ := plainUpTo(t, "")
	for _, body := range [][]byte{errorCommand("400"), plainError("400")} {
		refused(t, c.Receive(body), UnexpectedCommand)
	}
	c, _ = plainUpTo(t, "WELCOME")
	refused(t, c.Receive([]byte(libzmqPlainError)), MalformedError)
	_, s := plainUpTo(t, "HELLO") // towards a peer of ZMTP 3.0, which is no libzmq 4.3
	take(t, s, clone(plainHello))
	same(t, "ERROR", s.Refusal("400", wire.V30), []byte("\x05ERROR\x03400"))
}

// TestNullRefusal: ERROR takes the place of READY, and of nothing else.
func TestNullRefusal(t *testing.T) {
	m := NewNull(pushMetadata)
	if q := m.Question(); q == nil || q.Mechanism != "NULL" || len(q.Credentials) != 0 {
		t.Errorf("question %v", q)
	}
	m.Admit()
	if m.Question() != nil {
		t.Error("asked again")
	}
	same(t, "ERROR", m.Refusal("no\x07", wire.V31), []byte("\x05ERROR\x03no?"))
	quiet(t, m)
	m = NewNull(pushMetadata)
	next(t, m)
	if m.Refusal("no", wire.V31) != nil {
		t.Error("ERROR behind READY")
	}
	m = NewNull(pushMetadata)
	same(t, "ERROR", m.Refusal(strings.Repeat("x", 300), wire.V31), append([]byte("\x05ERROR\xFF"), strings.Repeat("x", 255)...))
}

func TestNullSteps(t *testing.T) {
	m := NewNull(pushMetadata)
	take(t, m, clone(plainReady))
	same(t, "metadata", m.Metadata(), pullMetadata)
	if m.Ready() {
		t.Error("ready before we have said anything")
	}
	refused(t, m.Receive(clone(plainReady)), UnexpectedCommand)
	next(t, m)
	if !m.Ready() || m.Traffic() != nil {
		t.Error("not ready")
	}
	for _, body := range [][]byte{plainHello, {}, {0}, []byte("\x05READ")} {
		refused(t, NewNull(nil).Receive(body), UnexpectedCommand)
	}
	refused(t, NewNull(nil).Receive([]byte("\x05ERROR")), MalformedError)
	refused(t, NewNull(nil).Receive([]byte("\x05ERROR\x03no")), MalformedError)
}
