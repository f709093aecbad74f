// SPDX-License-Identifier: Apache-2.0

package core

import (
	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/zerr"
)

// CheckSend says what TrySend would say now of a message that begins with that
// frame. It is for callers that are given a message frame by frame: libzmq takes
// or refuses a message with its first frame.
func (s *Socket) CheckSend(head []byte) error {
	if err := s.Err(); err != nil {
		return err
	}
	s.lockSettled()
	defer s.mu.Unlock()
	if head == nil {
		head = []byte{}
	}
	_, err := s.pattern.Room(head, 1)
	return err
}

// CheckEndpoint says whether an endpoint has a form and a scheme that Bind and
// Connect know and the socket's type can use.
func (s *Socket) CheckEndpoint(address string) error {
	_, _, _, err := s.locate(address, nil)
	return err
}

// PeerWritable reports whether the peer of a ROUTER with that routing id has room
// (zmq_socket_get_peer_state). It fails with ErrHostUnreachable if there is none,
// and with ErrNotSupported on a socket that does not address its peers.
func (s *Socket) PeerWritable(id []byte) (bool, error) {
	s.lockSettled()
	defer s.mu.Unlock()
	r, ok := s.pattern.(pattern.Router)
	if !ok || s.typ.Number != pattern.RouterType {
		return false, zerr.ErrNotSupported
	}
	return r.PeerWritable(id)
}
