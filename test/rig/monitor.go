// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"time"

	"github.com/gozmq/zmq"
)

// Watch is a monitor that a test reads step by step.
type Watch struct {
	r *Test
	// Next returns the next event, and false when the monitor has ended.
	Next func() (zmq.Event, bool)
	seen []string
}

// Want reads the next events, which must be of these kinds, and returns them.
func (w *Watch) Want(kinds ...zmq.EventKind) []zmq.Event {
	w.r.Helper()
	var list []zmq.Event
	for _, k := range kinds {
		e, ok := w.Next()
		if !ok {
			w.r.Fatalf("the monitor ends, want %v; before that: %v", k, w.seen)
		}
		w.seen = append(w.seen, e.Kind.String())
		if e.Kind != k {
			w.r.Fatalf("%v (%+v), want %v; before that: %v", e.Kind, e, k, w.seen)
		}
		if e.Time.IsZero() || time.Since(e.Time) > Patience {
			w.r.Errorf("%v at %v", e.Kind, e.Time)
		}
		list = append(list, e)
	}
	return list
}

// End says that the monitor tells nothing but its end.
func (w *Watch) End() {
	w.r.Helper()
	w.Want(zmq.EventMonitorStopped)
	if e, ok := w.Next(); ok {
		w.r.Fatalf("%v after the last event", e.Kind)
	}
}
