// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// journal is a log that can be read while it is written.
type journal struct {
	mu   sync.Mutex // guards text
	text bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// rig is a handler in a context of its own, and what it logged.
type rig struct {
	testing.TB
	zctx *zmq.Context
	h    *Handler
	log  *journal
}

func newContext(t testing.TB) *zmq.Context {
	t.Helper()
	c, err := zmq.NewContext(zmq.ContextConfig{})
	must(t, err)
	t.Cleanup(func() {
		if err := c.Term(zmqtest.Deadline(t)); err != nil {
			t.Errorf("Term: %v", err)
		}
	})
	return c
}

func newRig(t testing.TB, cfg Config) *rig {
	t.Helper()
	r := &rig{TB: t, zctx: newContext(t), log: &journal{}}
	cfg.Logger = slog.New(slog.NewTextHandler(r.log, nil))
	h, err := Start(r.zctx, cfg)
	must(t, err)
	r.h = h
	t.Cleanup(func() { _ = h.Close() })
	return r
}

// with is newRig with default rules alone.
func with(t testing.TB, rules Rules) *rig {
	t.Helper()
	return newRig(t, Config{Default: rules})
}

func (r *rig) socket(typ zmq.SocketType, settings ...zmq.Setting) *zmq.Socket {
	r.Helper()
	s, err := r.zctx.NewSocket(typ, append([]zmq.Setting{zmq.Linger.Of(0)}, settings...)...)
	must(r, err)
	r.Cleanup(func() { _ = s.Close() })
	return s
}

// answer is a reply as RFC 27 has it.
type answer struct{ version, id, status, text, user, metadata string }

// exchange sends frames to the handler by a REQ, and returns the reply's.
func (r *rig) exchange(frames ...string) []string {
	r.Helper()
	s := r.socket(zmq.REQ)
	must(r, s.Connect(endpoint))
	must(r, s.SendString(zmqtest.Deadline(r), frames...))
	m, err := s.Recv(zmqtest.Deadline(r))
	must(r, err)
	var list []string
	for _, f := range m.All() {
		list = append(list, string(f))
	}
	return list
}

// ask sends a request: domain, address, identity, mechanism, credentials.
func (r *rig) ask(frames ...string) answer {
	r.Helper()
	f := r.exchange(append([]string{version, "1"}, frames...)...)
	if len(f) != 6 || f[0] != version || f[1] != "1" {
		r.Fatalf("the reply is %q", f)
	}
	return answer{f[0], f[1], f[2], f[3], f[4], f[5]}
}

// peer is ask without domain and identity, from 127.0.0.1.
func (r *rig) peer(mechanism string, credentials ...string) answer {
	r.Helper()
	return r.ask(append([]string{"", "127.0.0.1", "", mechanism}, credentials...)...)
}

// status checks an answer's status, and what its text has.
func (a answer) is(t testing.TB, status, text string) {
	t.Helper()
	if a.status != status || !strings.Contains(a.text, text) {
		t.Errorf("answered %s %q, want %s and %q", a.status, a.text, status, text)
	}
	if status != "200" && a.user+a.metadata != "" {
		t.Errorf("a refusal has user %q and metadata %q", a.user, a.metadata)
	}
}

// logged wants a line of the log that has all of these.
func (r *rig) logged(want ...string) {
	r.Helper()
	for line := range strings.Lines(r.log.String()) {
		if !slices.ContainsFunc(want, func(w string) bool { return !strings.Contains(line, w) }) {
			return
		}
	}
	r.Errorf("no line of the log has %q:\n%s", want, r.log)
}

func background() context.Context { return context.Background() }
