// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/gozmq/zmq"
)

// Log is a log handler that hands every record to a test, as one text, which is
// the message and name=value for each attribute.
type Log chan string

// Enabled returns true, since a test wants every record.
func (e Log) Enabled(context.Context, slog.Level) bool { return true }

// WithAttrs returns the handler as it is.
func (e Log) WithAttrs([]slog.Attr) slog.Handler { return e }

// WithGroup returns the handler as it is.
func (e Log) WithGroup(string) slog.Handler { return e }

// Handle adds a record, or drops it when a thousand wait.
func (e Log) Handle(_ context.Context, r slog.Record) error {
	text := r.Message
	r.Attrs(func(a slog.Attr) bool {
		text += " " + a.String()
		return true
	})
	select {
	case e <- text:
	default: // a test that waits for so many has failed
	}
	return nil
}

// Wait returns the next record that begins with a text and contains others.
func (e Log) Wait(t testing.TB, begins string, contains ...string) string {
	t.Helper()
	ctx := Deadline(t)
	var before []string
next:
	for {
		select {
		case text := <-e:
			before = append(before, text)
			for _, part := range contains {
				if !strings.Contains(text, part) {
					continue next
				}
			}
			if strings.HasPrefix(text, begins) {
				return text
			}
		case <-ctx.Done():
			t.Fatalf("no %q with %q; there were:\n%s", begins, contains, strings.Join(before, "\n"))
		}
	}
}

// LoggedContext returns a context and what it logs.
func LoggedContext(t testing.TB) (*zmq.Context, Log) {
	t.Helper()
	e := make(Log, 1000)
	c, err := zmq.NewContext(zmq.ContextConfig{Logger: slog.New(e)})
	Must(t, err)
	t.Cleanup(func() { Must(t, c.Term(Deadline(t))) })
	return c, e
}

// Buffer collects what a logger writes.
type Buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write appends to the buffer.
func (s *Buffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

// String returns all that was written.
func (s *Buffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
