// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"context"
	"log/slog"
	"strings"
	"testing"
)

// events is a log handler that hands every record to a test, as one text:
// message, then name=value for each attribute.
type events chan string

func (e events) Enabled(context.Context, slog.Level) bool { return true }
func (e events) WithAttrs([]slog.Attr) slog.Handler       { return e }
func (e events) WithGroup(string) slog.Handler            { return e }

func (e events) Handle(_ context.Context, r slog.Record) error {
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

// wait returns the next event that begins with a text and contains others.
func (e events) wait(t testing.TB, begins string, contains ...string) string {
	t.Helper()
	ctx := testDeadline(t)
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

// newLoggedContext returns a context and its events.
func newLoggedContext(t testing.TB) (*Context, events) {
	t.Helper()
	e := make(events, 1000)
	c, err := NewContext(ContextConfig{Logger: slog.New(e)})
	must(t, err)
	t.Cleanup(func() { must(t, c.Term(testDeadline(t))) })
	return c, e
}
