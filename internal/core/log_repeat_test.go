// SPDX-License-Identifier: Apache-2.0

package core

import (
	"fmt"
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/session"
)

func TestWarningsAreNotRepeated(t *testing.T) {
	var r repeats
	now := time.Unix(1000, 0)
	bad := cause{"PULL#1", "tcp://*:5555", "tcp://10.0.0.1", session.HandshakeFailedProtocol, 0x11000001}
	want := func(c cause, warn bool, held int) {
		t.Helper()
		if w, h := r.note(c, now); w != warn || h != held {
			t.Errorf("warning %v with %d repetitions, want %v with %d", w, h, warn, held)
		}
	}
	want(bad, true, 0)
	for range 5 {
		want(bad, false, 0)
	}
	other := bad
	other.host = "tcp://10.0.0.2"
	want(other, true, 0)
	reason := bad // another mistake of the same peer
	reason.code++
	want(reason, true, 0)
	now = now.Add(repeatInterval)
	want(bad, true, 5)
	want(bad, false, 0)
}

// TestWarningsOfManyHostsAreBounded: a thousand addresses write no more lines, and
// cost no more memory, than the entries allow.
func TestWarningsOfManyHostsAreBounded(t *testing.T) {
	var r repeats
	now := time.Unix(1000, 0)
	lines := 0
	for i := range 10_000 {
		warn, _ := r.note(cause{host: fmt.Sprint(i), kind: session.AcceptFailed}, now)
		if warn {
			lines++
		}
		now = now.Add(time.Millisecond)
	}
	if lines > repeatCauses+1 || len(r.seen) > repeatCauses+1 {
		t.Errorf("%d lines, %d entries", lines, len(r.seen))
	}
	now = now.Add(2 * repeatInterval)
	if warn, _ := r.note(cause{host: "new", kind: session.AcceptFailed}, now); !warn {
		t.Error("no warning for a new address when all is quiet")
	}
}

func TestHostOf(t *testing.T) {
	for remote, want := range map[string]string{
		"tcp://10.0.0.1:5555": "tcp://10.0.0.1", "tcp://[::1]:5": "tcp://[::1]", "": "", "ipc:///tmp/x": "ipc:///tmp/x", "ipc://@": "ipc://@",
	} {
		if got := hostOf(remote); got != want {
			t.Errorf("%q: %q, want %q", remote, got, want)
		}
	}
}
