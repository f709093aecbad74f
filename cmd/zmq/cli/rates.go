// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/gozmq/zmq"
)

// statusLine is a line on a terminal that is written over again and again. A nil one
// writes nothing.
type statusLine struct {
	w     io.Writer
	width func() int // of the terminal, in columns
	shown bool
}

// newStatusLine returns nil where the writer is no terminal, or nothing is wanted.
func newStatusLine(w io.Writer, quiet bool) *statusLine {
	f := terminal(w)
	if quiet || f == nil {
		return nil
	}
	return &statusLine{w: w, width: func() int {
		columns, _, err := term.GetSize(int(f.Fd()))
		if err != nil {
			return 80
		}
		return columns
	}}
}

// showRates writes what has passed between two counts that are d apart.
func (r *statusLine) showRates(before, now zmq.ProxyStats, d time.Duration, paused bool) {
	if r == nil {
		return
	}
	diff := zmq.ProxyStats{Frontend: since(before.Frontend, now.Frontend), Backend: since(before.Backend, now.Backend)}
	parts := directions(diff, func(n, bytes uint64) string {
		return amount(float64(n)/d.Seconds(), "msg/s") + " " + amount(float64(bytes)/d.Seconds(), "B/s")
	})
	text := strings.Join(parts, " | ")
	if lost := now.Frontend.Refused + now.Backend.Refused; lost > 0 {
		text += fmt.Sprintf(" | %d had no peer to go to", lost)
	}
	if paused {
		text = "paused | " + text
	}
	r.write(text)
}

// write replaces the line.
func (r *statusLine) write(text string) {
	if r == nil {
		return
	}
	// The last column stays free, because some terminals go to the next line there.
	if columns := r.width() - 1; columns > 0 && len([]rune(text)) > columns {
		text = string([]rune(text)[:columns])
	}
	r.shown = true
	fmt.Fprintf(r.w, "\r%s\x1b[K", text) // ECMA-48 EL: the rest of the line is erased
}

// end leaves the line for what comes after it.
func (r *statusLine) end() {
	if r != nil && r.shown {
		fmt.Fprint(r.w, "\r\x1b[K")
		r.shown = false
	}
}

func since(before, now zmq.ProxyTraffic) zmq.ProxyTraffic {
	return zmq.ProxyTraffic{
		MessagesIn: now.MessagesIn - before.MessagesIn, BytesIn: now.BytesIn - before.BytesIn,
		MessagesOut: now.MessagesOut - before.MessagesOut, BytesOut: now.BytesOut - before.BytesOut,
	}
}

// directions describes what has come out at each side.
func directions(st zmq.ProxyStats, describe func(messages, bytes uint64) string) []string {
	return []string{
		"front to back " + describe(st.Backend.MessagesOut, st.Backend.BytesOut),
		"back to front " + describe(st.Frontend.MessagesOut, st.Frontend.BytesOut),
	}
}

// amount writes a number with three digits, a decimal prefix and its unit.
func amount(v float64, unit string) string {
	for _, prefix := range []string{"", "k", "M", "G", "T"} {
		if v < 999.5 {
			switch {
			case prefix == "" && v == float64(int(v)):
				return fmt.Sprintf("%d %s", int(v), unit)
			case v < 9.995:
				return fmt.Sprintf("%.2f %s%s", v, prefix, unit)
			case v < 99.95:
				return fmt.Sprintf("%.1f %s%s", v, prefix, unit)
			}
			return fmt.Sprintf("%.0f %s%s", v, prefix, unit)
		}
		v /= 1000
	}
	return fmt.Sprintf("%.0f P%s", v, unit)
}
