// SPDX-License-Identifier: Apache-2.0

package core

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/session"
	"github.com/gozmq/zmq/internal/zerr"
)

func TestOutagesAreLoggedWithoutDebugging(t *testing.T) {
	for _, c := range []struct {
		kind  session.EventKind
		level string
		text  string
		see   string
	}{
		{session.ConnectRetried, "WARN", `msg="endpoint cannot be reached"`, " see=docs/troubleshooting.md#connection-refused"},
		{session.HandshakeSucceeded, "INFO", `msg="endpoint reached again"`, ""},
	} {
		var b strings.Builder
		ctx := NewContext(Config{Logger: slog.New(slog.NewTextHandler(&b, nil))})
		s := testSocket(t, ctx, pattern.Push)
		s.log(&session.Event{Kind: c.kind, Endpoint: "tcp://there:1", Outage: 7 * time.Second, Err: errors.New("no route")})
		for _, want := range []string{"level=" + c.level, c.text, "endpoint=tcp://there:1", "for=7s", `error="no route"`, c.see} {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%q, want %q in it", &b, want)
			}
		}
		b.Reset()
		s.log(&session.Event{Kind: c.kind, Endpoint: "tcp://there:1"})
		if b.Len() > 0 {
			t.Errorf("without an outage: %q", &b)
		}
	}
}

// TestLostPacketsNameTheSectionAboutLosses, and not that about handshakes.
func TestLostPacketsNameTheSectionAboutLosses(t *testing.T) {
	var b strings.Builder
	s := testSocket(t, NewContext(Config{Logger: slog.New(slog.NewTextHandler(&b, nil))}), pattern.Sub)
	s.log(&session.Event{Kind: session.PacketsLost, Endpoint: "epgm://239.192.1.1:1", Err: &zerr.LossError{Packets: 1}})
	for _, want := range []string{"level=WARN", " see=docs/troubleshooting.md#messages-are-lost"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q, want %q in it", &b, want)
		}
	}
}
