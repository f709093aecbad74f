// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
)

const aliceKey = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"

func key(t testing.TB, text string) zmq.PublicKey {
	t.Helper()
	k, err := zmq.ParsePublicKey(text)
	must(t, err)
	return k
}

func raw(t testing.TB, text string) string {
	k := key(t, text)
	return string(k[:])
}

// TestZeroRulesLetNobodyIn: what is not allowed is refused.
func TestZeroRulesLetNobodyIn(t *testing.T) {
	r := with(t, Rules{})
	r.peer("NULL").is(t, "400", "NULL is not allowed")
	r.peer("PLAIN", "alice", "secret").is(t, "400", "PLAIN is not allowed")
	r.peer("CURVE", raw(t, aliceKey)).is(t, "400", "CURVE is not allowed")
	r.peer("GSSAPI", "alice").is(t, "400", `mechanism "GSSAPI" is not known`)
	r.peer("").is(t, "400", "is not known")
	r.peer("null").is(t, "400", "is not known")
}

// TestReplyOfSixFrames: RFC 27, and user id and metadata go with 200 alone.
func TestReplyOfSixFrames(t *testing.T) {
	r := with(t, Rules{Authorize: func(_ context.Context, q Request, u User) (User, error) {
		u.Properties = map[string]string{"X-Role": "op", "X-Domain": q.Domain}
		return u, nil
	}, Passwords: PasswordMap{"alice": "secret"}, Keys: NewKeySet(key(t, aliceKey)), InsecureAllowNull: true})
	const metadata = "\x08X-Domain\x00\x00\x00\x06global\x06X-Role\x00\x00\x00\x02op"
	for _, c := range []struct {
		request []string
		user    string
	}{
		{[]string{"PLAIN", "alice", "secret"}, "alice"},
		{[]string{"CURVE", raw(t, aliceKey)}, aliceKey},
		{[]string{"NULL"}, ""},
	} {
		got := r.exchange(append([]string{"1.0", "an id", "global", "127.0.0.1", "me"}, c.request...)...)
		want := []string{"1.0", "an id", "200", "OK", c.user, metadata}
		if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Errorf("%s: %q, want %q", c.request[0], got, want)
		}
	}
	r.logged("level=INFO", "mechanism=PLAIN", "address=127.0.0.1", "domain=global", "user=alice", "status=200", "identity=me")
	r.logged("level=INFO", "key=", aliceKey, "user_id=")
}

// TestMalformedRequests: each is answered, so that no peer waits for its
// handshake's end.
func TestMalformedRequests(t *testing.T) {
	r := with(t, Rules{Passwords: PasswordMap{"alice": "secret"}, Keys: InsecureAllowAnyKey(), InsecureAllowNull: true})
	long := strings.Repeat("x", 256)
	for _, c := range []struct {
		frames []string
		want   string
	}{
		{[]string{""}, "version"},
		{[]string{"1.1", "1", "", "", "", "NULL"}, "version"},
		{[]string{"1.0"}, "1 frames"},
		{[]string{"1.0", "1", "", "127.0.0.1", ""}, "5 frames"},
		{[]string{"1.0", "1", "", "127.0.0.1", "", "NULL", "x"}, "1 credentials"},
		{[]string{"1.0", "1", "", "127.0.0.1", "", "PLAIN"}, "0 credentials"},
		{[]string{"1.0", "1", "", "127.0.0.1", "", "PLAIN", "alice"}, "1 credentials"},
		{[]string{"1.0", "1", "", "127.0.0.1", "", "PLAIN", "alice", "secret", "more"}, "3 credentials"},
		{[]string{"1.0", "1", "", "127.0.0.1", "", "CURVE"}, "0 credentials"},
		{[]string{"1.0", "1", "", "127.0.0.1", "", "CURVE", aliceKey}, "40 bytes"},
		{[]string{"1.0", "1", "", "127.0.0.1", "", "CURVE", ""}, "0 bytes"},
		{[]string{"1.0", "1", long, "127.0.0.1", "", "NULL"}, "frame 3"},
		{[]string{"1.0", "1", "", long, "", "NULL"}, "frame 4"},
		{[]string{"1.0", long, "", "127.0.0.1", "", "NULL"}, "frame 2"},
		{[]string{"1.0", "1", "", "127.0.0.1", "", "PLAIN", "alice", long}, "frame 8"},
		{[]string{"1.0", "1", "", "127.0.0.1", "", long}, "frame 6"},
	} {
		got := r.exchange(c.frames...)
		id := ""
		if len(c.frames) > 1 && len(c.frames[1]) < 256 {
			id = c.frames[1]
		}
		if len(got) != 6 || got[0] != "1.0" || got[1] != id || got[2] != "500" || !strings.Contains(got[3], c.want) {
			t.Errorf("%.60q: %q, want 500 and %q", c.frames, got, c.want)
		}
	}
	r.peer("NULL").is(t, "200", "OK") // it works on
}

// TestEnvelopesOfProxies: all frames up to the first empty one come back.
func TestEnvelopesOfProxies(t *testing.T) {
	r := with(t, Rules{InsecureAllowNull: true})
	s := r.socket(zmq.DEALER)
	must(t, s.Connect(endpoint))
	deadline := zmqtest.Deadline(t)
	must(t, s.SendString(deadline, "no", "empty", "frame"))
	must(t, s.SendString(deadline, "hop 2", "hop 1", "", "1.0", "7", "", "127.0.0.1", "", "NULL"))
	m, err := s.Recv(deadline)
	must(t, err)
	if got := fmt.Sprintf("%q", m.Frames()); got != `["hop 2" "hop 1" "" "1.0" "7" "200" "OK" "" ""]` {
		t.Errorf("the reply is %s", got)
	}
	r.logged("level=ERROR", "cannot be answered")
}

// TestManyRequestsAtATime: a slow decision does not hold up others, and no more
// than MaxRequests are under way.
func TestManyRequestsAtATime(t *testing.T) {
	const most = 8
	arrived, release := make(chan string), make(chan struct{})
	r := newRig(t, Config{MaxRequests: most, Default: Rules{Passwords: PasswordFunc(func(ctx context.Context, q Request, _ string) (User, error) {
		arrived <- q.User
		<-release
		return User{}, nil
	})}})
	var asking sync.WaitGroup
	for i := range most + 4 {
		s := r.socket(zmq.REQ)
		must(t, s.Connect(endpoint))
		asking.Go(func() {
			if err := s.SendString(zmqtest.Deadline(t), "1.0", "1", "", "127.0.0.1", "", "PLAIN", fmt.Sprint("user", i), ""); err != nil {
				t.Error(err)
			}
			if m, err := s.Recv(zmqtest.Deadline(t)); err != nil || string(m.Frame(2)) != "200" {
				t.Errorf("%v, %v", m, err)
			}
		})
	}
	for range most {
		<-arrived
	}
	select {
	case who := <-arrived:
		t.Errorf("%s is judged while %d others are", who, most)
	default:
	}
	close(release)
	for range 4 {
		<-arrived
	}
	asking.Wait()
}

// TestTimeout: a decision that takes too long sends the peer away for now.
func TestTimeout(t *testing.T) {
	r := newRig(t, Config{Timeout: time.Millisecond, Default: Rules{Passwords: PasswordFunc(func(ctx context.Context, _ Request, _ string) (User, error) {
		<-ctx.Done()
		return User{}, ctx.Err()
	})}})
	r.peer("PLAIN", "alice", "secret").is(t, "300", "too long")
	r.logged("level=WARN", "status=300", "deadline exceeded")
}

// TestErrorsOfSources: what a source says becomes a status, and its details stay
// here.
func TestErrorsOfSources(t *testing.T) {
	var say error
	var who User
	r := with(t, Rules{Keys: KeyFunc(func(context.Context, Request) (User, error) { return who, say })})
	for _, c := range []struct {
		err          error
		status, text string
		level        string
	}{
		{nil, "200", "OK", "INFO"},
		{ErrDenied, "400", "denied", "WARN"},
		{fmt.Errorf("banned since Monday: %w", ErrDenied), "400", "banned since Monday", "WARN"},
		{fmt.Errorf("two\nlines\x00 é: %w", ErrDenied), "400", "two?lines? ??: denied", "WARN"},
		{fmt.Errorf("too many at once: %w", ErrTryLater), "300", "too many at once", "WARN"},
		{errors.New("database db7 is down"), "500", "internal error", "ERROR"},
		{net.ErrClosed, "500", "internal error", "ERROR"},
	} {
		say = c.err
		a := r.peer("CURVE", raw(t, aliceKey))
		a.is(t, c.status, c.text)
		if strings.Contains(a.text, "db7") {
			t.Errorf("the answer tells %q", a.text)
		}
		r.logged("level="+c.level, "status="+c.status)
	}
	r.logged("db7")
	say = nil
	for _, who = range []User{
		{ID: strings.Repeat("x", 256)},
		{Properties: map[string]string{"Identity": "x"}}, {Properties: map[string]string{"socket-type": "x"}},
		{Properties: map[string]string{"User-Id": "x"}}, {Properties: map[string]string{"": "x"}},
		{Properties: map[string]string{"a b": "x"}}, {Properties: map[string]string{strings.Repeat("x", 256): "x"}},
		{Properties: map[string]string{"X-Big": strings.Repeat("x", maxProperties)}},
	} {
		r.peer("CURVE", raw(t, aliceKey)).is(t, "500", "internal error")
	}
}

// TestPanicOfASource refuses one peer and does not tell what it panicked with.
func TestPanicOfASource(t *testing.T) {
	r := with(t, Rules{Passwords: PasswordFunc(func(_ context.Context, _ Request, password string) (User, error) {
		if password != "fine" {
			panic(password)
		}
		return User{}, nil
	})})
	r.peer("PLAIN", "alice", "s3cr3t").is(t, "500", "internal error")
	r.peer("PLAIN", "alice", "fine").is(t, "200", "OK")
	r.logged("level=ERROR", "panic")
	if strings.Contains(r.log.String(), "s3cr3t") {
		t.Error("the log has the password")
	}
}

// TestDomains: each domain has its rules, all others the default ones.
func TestDomains(t *testing.T) {
	r := newRig(t, Config{
		Domains: map[string]Rules{
			"staff":  {Passwords: PasswordMap{"alice": "secret"}},
			"public": {InsecureAllowNull: true},
			"shut":   {},
		},
		Default: Rules{Passwords: PasswordMap{"bob": "hidden"}},
	})
	for _, c := range []struct {
		domain string
		peer   []string
		status string
	}{
		{"staff", []string{"PLAIN", "alice", "secret"}, "200"},
		{"staff", []string{"PLAIN", "bob", "hidden"}, "400"},
		{"staff", []string{"NULL"}, "400"},
		{"public", []string{"NULL"}, "200"},
		{"public", []string{"PLAIN", "alice", "secret"}, "400"},
		{"shut", []string{"NULL"}, "400"},
		{"", []string{"PLAIN", "bob", "hidden"}, "200"},
		{"other", []string{"PLAIN", "bob", "hidden"}, "200"},
		{"other", []string{"PLAIN", "alice", "secret"}, "400"},
	} {
		r.ask(append([]string{c.domain, "127.0.0.1", ""}, c.peer...)...).is(t, c.status, "")
	}
}

// TestConfigureReplacesTheRules without a restart, or changes nothing.
func TestConfigureReplacesTheRules(t *testing.T) {
	r := with(t, Rules{})
	r.peer("NULL").is(t, "400", "")
	must(t, r.h.Configure(Config{Default: Rules{InsecureAllowNull: true}}))
	r.peer("NULL").is(t, "200", "")
	if err := r.h.Configure(Config{Timeout: -1}); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("a negative time-out: %v", err)
	}
	if err := r.h.Configure(Config{Domains: map[string]Rules{strings.Repeat("x", 256): {}}}); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("a long domain: %v", err)
	}
	r.peer("NULL").is(t, "200", "")
}

// TestRulesAreCopied: what the caller does with a list afterwards has no effect.
func TestRulesAreCopied(t *testing.T) {
	rules := Rules{InsecureAllowNull: true, Allow: MustParseAddresses("127.0.0.1")}
	r := with(t, rules)
	rules.Allow[0] = MustParseAddresses("192.0.2.1")[0]
	r.peer("NULL").is(t, "200", "")
}

func TestOneHandlerInAContext(t *testing.T) {
	r := with(t, Rules{})
	if _, err := Start(r.zctx, Config{}); !errors.Is(err, zmq.ErrAddressInUse) {
		t.Errorf("a second one: %v", err)
	}
	must(t, r.h.Close())
	if err := r.h.Close(); !errors.Is(err, zmq.ErrClosed) {
		t.Errorf("a second Close: %v", err)
	}
	h, err := Start(r.zctx, Config{})
	must(t, err)
	must(t, h.Close())
	if _, err := Start(r.zctx, Config{MaxRequests: -1}); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("a negative number: %v", err)
	}
}

// TestCloseEndsDecisions: their contexts end, and Close waits for them.
func TestCloseEndsDecisions(t *testing.T) {
	begun, ended := make(chan struct{}, 2), make(chan struct{}, 2)
	r := newRig(t, Config{MaxRequests: 1, Default: Rules{Keys: KeyFunc(func(ctx context.Context, _ Request) (User, error) {
		begun <- struct{}{}
		<-ctx.Done()
		ended <- struct{}{}
		return User{}, ctx.Err()
	})}})
	for range 3 { // one is judged, one waits for its turn, one is in the queue
		s := r.socket(zmq.DEALER)
		must(t, s.Connect(endpoint))
		must(t, s.SendString(background(), "", "1.0", "1", "", "127.0.0.1", "", "CURVE", raw(t, aliceKey)))
	}
	<-begun
	must(t, r.h.Close())
	if len(ended) != 1 || len(begun) != 0 {
		t.Errorf("Close left %d decisions, and %d began", 1-len(ended), len(begun))
	}
	<-r.h.Done()
}

// TestTheContextEndsTheHandler: it does not keep Term waiting.
func TestTheContextEndsTheHandler(t *testing.T) {
	c := newContext(t)
	h, err := Start(c, Config{})
	must(t, err)
	must(t, c.Term(zmqtest.Deadline(t)))
	<-h.Done()
	_ = h.Close()
	if _, err := Start(c, Config{}); !errors.Is(err, zmq.ErrTerminated) {
		t.Errorf("in a context that has ended: %v", err)
	}
}

// TestNoSecretIsLogged: whatever peers send and rules say.
func TestNoSecretIsLogged(t *testing.T) {
	r := with(t, Rules{Passwords: PasswordMap{"alice": "k3pt-1n-m3m0ry"}, Keys: NewKeySet()})
	for _, password := range []string{"k3pt-1n-m3m0ry", "wr0ng-0ne"} {
		r.peer("PLAIN", "alice", password)
		r.peer("PLAIN", "nobody", password)
		r.exchange("1.0", "1", "", "127.0.0.1", "", "PLAIN", "alice", password, "more")
		r.exchange("1.0", "1", "", "127.0.0.1", "", "PLAIN", password)
	}
	for _, secret := range []string{"k3pt-1n-m3m0ry", "wr0ng-0ne"} {
		if strings.Contains(r.log.String(), secret) {
			t.Errorf("the log has %q:\n%s", secret, r.log)
		}
	}
	if n := strings.Count(r.log.String(), "\n"); n != 8 {
		t.Errorf("%d lines for 8 decisions:\n%s", n, r.log)
	}
}

// plainRequest sends a request about a PLAIN peer with the REQ that is returned.
func (r *rig) plainRequest(address, user string) *zmq.Socket {
	r.Helper()
	s := r.socket(zmq.REQ)
	must(r, s.Connect(endpoint))
	must(r, s.SendString(zmqtest.Deadline(r), "1.0", "1", "", address, "", "PLAIN", user, ""))
	return s
}

// TestFullAuthenticationSaysLater: what cannot be decided soon is refused at once with
// 300, at the cost of the address that has most waiting, and other mechanisms and
// addresses go on.
func TestFullAuthenticationSaysLater(t *testing.T) {
	arrived, release := make(chan string), make(chan struct{})
	r := newRig(t, Config{MaxRequests: 2, Default: Rules{
		Passwords: PasswordFunc(func(ctx context.Context, q Request, _ string) (User, error) {
			select {
			case arrived <- q.User:
			case <-ctx.Done():
			}
			select {
			case <-release:
			case <-ctx.Done():
			}
			return User{}, ctx.Err()
		}),
		Keys: InsecureAllowAnyKey(),
	}})
	status := func(s *zmq.Socket) string {
		m, err := s.Recv(zmqtest.Deadline(t))
		must(t, err)
		return string(m.Frame(2))
	}
	lane := r.h.lanes[plain]
	waiting := func(n int) {
		for deadline := zmqtest.Deadline(t); ; runtime.Gosched() {
			lane.mu.Lock()
			is := lane.waiting
			lane.mu.Unlock()
			if is == n {
				return
			}
			must(t, deadline.Err())
		}
	}
	var kept []*zmq.Socket
	for i := range 2 {
		kept = append(kept, r.plainRequest("192.0.2.1", fmt.Sprint("judged", i)))
		<-arrived
	}
	for i := range 2 {
		kept = append(kept, r.plainRequest("192.0.2.1", fmt.Sprint("waits", i)))
		waiting(i + 1)
	}
	if got := status(r.plainRequest("192.0.2.1", "too many")); got != "300" {
		t.Errorf("beyond the limit the answer is %s, want 300", got)
	}
	honest := r.plainRequest("192.0.2.2", "honest")
	if got := status(kept[3]); got != "300" {
		t.Errorf("the newest of the address with most waiting gets %s, want 300", got)
	}
	if got := r.peer("CURVE", raw(t, aliceKey)).status; got != "200" {
		t.Errorf("CURVE gets %s while PLAIN is full", got)
	}
	close(release)
	for range 2 {
		<-arrived
	}
	for _, s := range append(kept[:3], honest) {
		if got := status(s); got != "200" {
			t.Errorf("one that could wait gets %s", got)
		}
	}
}

// TestDecisionsTakeTurnsBetweenAddresses: many requests of one address delay another
// by one decision.
func TestDecisionsTakeTurnsBetweenAddresses(t *testing.T) {
	l := lane{limit: 8}
	put := func(address, user string) {
		l.put(request{x: exchange{request: Request{Address: address, User: user}}})
	}
	l.running = l.limit
	for _, user := range []string{"a", "b", "c"} {
		put("192.0.2.1", user)
	}
	put("2001:db8::1", "x")
	put("2001:db8::2", "y")
	put("192.0.2.2", "z")
	got := ""
	for r, ok := l.next(); ok; r, ok = l.next() {
		got += r.x.request.User
	}
	if got != "axzbyc" {
		t.Errorf("decided in the order %s", got)
	}
}
