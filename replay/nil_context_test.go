// SPDX-License-Identifier: Apache-2.0

package replay_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/gozmq/zmq/replay"
)

// TestEventsWithoutContextEnd: an iterator over events has no room for an error, so the log
// says what is wrong.
func TestEventsWithoutContextEnd(t *testing.T) {
	var log strings.Builder
	sub, err := replay.NewSubscriber(replay.SubscriberConfig{
		Logger:  slog.New(slog.NewTextHandler(&log, nil)),
		Sources: []replay.Source{{Stream: "s", Live: []string{"inproc://events-without-context"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var none context.Context
	for e := range sub.Events(none) {
		t.Errorf("an event: %v", e)
	}
	if err := sub.Close(); err != nil { // and with it what else might write to the log
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "the context.Context is nil, use context.Background()") {
		t.Errorf("the log says %q", &log)
	}
}
