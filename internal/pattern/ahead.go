// SPDX-License-Identifier: Apache-2.0

package pattern

import "github.com/gozmq/zmq/internal/pipe"

// Ahead is a pattern that filters what it receives, and can be read ahead of the
// application; see pipe.Pipe.ReadIf.
type Ahead interface {
	// RecvAhead takes the next message if one is at hand and there is one peer.
	RecvAhead(m *pipe.Message) bool
	// Wants reports whether a message with that first frame passes the filter now.
	Wants(head []byte) bool
}

// RecvAhead leaves a message that nobody has subscribed to for Recv: by then
// somebody may have.
func (s *sub) RecvAhead(m *pipe.Message) bool {
	p := s.in.only()
	return p != nil && p.ReadIf(m, s.wanted)
}

func (s *sub) Wants(head []byte) bool { return s.wanted(&pipe.Message{Head: head}) }
