// SPDX-License-Identifier: Apache-2.0

// Recorded byte flows: what a peer and we say to each other, line by line.

package zmqtest

import (
	"fmt"
	"strings"
)

// Step is one line of a Flow.
type Step struct {
	Line int
	// Verb is "<" for bytes that we send, ">" for bytes that the peer sends,
	// or what the application does: "send", "recv", "subscribe", "wait" (until a
	// topic has a subscriber).
	Verb string
	// Octets go with "<", ">", "subscribe" and "wait".
	Octets []byte
	// Frames go with "send" and "recv".
	Frames [][]byte
}

// Flow is one conversation with a peer, from the first byte.
type Flow struct {
	Socket   string // our socket's type
	Identity []byte // our ROUTING_ID, nil for none
	Steps    []Step
}

// ParseFlow reads a flow. Each line is a verb and bytes as Octets reads them,
// frames separated by "/"; "#" begins a comment. Two more verbs describe our
// side: "socket" names its type and comes first, "identity" sets its routing id.
func ParseFlow(text string) (*Flow, error) {
	f := new(Flow)
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if verb == "" {
			continue
		}
		if err := f.add(i+1, verb, strings.TrimSpace(rest)); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	if f.Socket == "" {
		return nil, fmt.Errorf("no line names the socket type")
	}
	return f, nil
}

func (f *Flow) add(line int, verb, rest string) (err error) {
	s := Step{Line: line, Verb: verb}
	switch verb {
	case "socket":
		f.Socket = rest
		return nil
	case "identity":
		f.Identity, err = Octets(rest)
		return err
	case "<", ">", "subscribe", "wait":
		s.Octets, err = Octets(rest)
	case "send", "recv":
		for _, frame := range strings.Split(rest, "/") {
			b, e := Octets(frame)
			if e != nil {
				return e
			}
			s.Frames = append(s.Frames, b)
		}
	default:
		return fmt.Errorf("unknown verb %q", verb)
	}
	f.Steps = append(f.Steps, s)
	return err
}
