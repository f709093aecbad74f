// SPDX-License-Identifier: Apache-2.0

package hostile_test

import (
	"bytes"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/test/rig"
)

// TestWordsOfStrangersAreShortInTheLog: a peer announces a socket type of 60 KiB with
// control characters in it, again and again. The log has one short line of it.
func TestWordsOfStrangersAreShortInTheLog(t *testing.T) {
	var log bytes.Buffer
	c, err := zmq.NewContext(zmq.ContextConfig{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	rig.Must(t, err)
	pull := rig.SocketIn(t, c, zmq.PULL)
	rig.Must(t, pull.Bind(rig.AnyPort))
	const times = 20
	for range times {
		p := rig.DialRaw(t, pull.LastEndpoint())
		p.Greet(1)
		p.Write(wire.AppendCommandFrame(nil, "READY",
			wire.AppendProperty(nil, "Socket-Type", bytes.Repeat([]byte("\x1b[31m\n"), 10<<10))))
		_, _ = io.Copy(io.Discard, p.Conn) // until the socket ends it
		p.Conn.Close()
	}
	rig.Must(t, c.Term(rig.Deadline(t)))
	text := log.String()
	if n := strings.Count(text, "handshake failed"); n != 1 {
		t.Errorf("%d lines of the same, want 1", n)
	}
	if len(text) > 1<<10 || strings.ContainsRune(text, 0x1b) {
		t.Errorf("%d bytes in the log: %.300q", len(text), text)
	}
}
