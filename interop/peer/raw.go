// SPDX-License-Identifier: Apache-2.0

// Options by number and bytes, past everything that pyzmq knows of them, and
// what libzmq tells of peers.

package peer

import "time"

// SetRaw is zmq_setsockopt; a nil value is a null pointer of length 0.
func (s *Socket) SetRaw(number int, value []byte) error {
	return s.call("setraw", map[string]any{"number": number, "b64": value}, nil)
}

// GetRaw is zmq_getsockopt with a buffer of that many bytes.
func (s *Socket) GetRaw(number, size int) ([]byte, error) {
	var result struct{ B64 []byte }
	err := s.call("getraw", map[string]any{"number": number, "size": size}, &result)
	return result.B64, err
}

// TryConnect is Connect for tests that expect an error.
func (s *Socket) TryConnect(endpoint string) error {
	return s.call("connect", map[string]any{"endpoint": endpoint}, nil)
}

// TryUnbind is Unbind for tests that expect an error.
func (s *Socket) TryUnbind(endpoint string) error {
	return s.call("unbind", map[string]any{"endpoint": endpoint}, nil)
}

// RecvProperties receives a message and returns those of the named properties
// that its last frame has (zmq_msg_gets).
func (s *Socket) RecvProperties(timeout time.Duration, names ...string) (map[string]string, error) {
	var result struct{ Properties map[string]string }
	err := s.call("recv_properties", map[string]any{"timeout": timeout.Milliseconds(), "names": names}, &result)
	return result.Properties, err
}

// Events of zmq_socket_monitor.
const (
	EventConnectRetried       = 0x0004 // EventConnectRetried: another attempt waits
	EventDisconnected         = 0x0200 // EventDisconnected: a connection was lost
	EventHandshakeSucceeded   = 0x1000 // EventHandshakeSucceeded: a peer is ready
	EventHandshakeFailedProto = 0x2000 // EventHandshakeFailedProto: a peer broke the protocol
)

// Event is what a socket's monitor told.
type Event struct {
	Event    int    // one of the constants
	Value    int    // depends on the event
	Endpoint string // that it is about
}

// Monitor starts to record what happens to the socket's connections.
func (s *Socket) Monitor() {
	s.owner.t.Helper()
	s.must("monitor", nil, nil)
}

// NextEvent waits at most timeout for an event of the mask; those that came
// before it are passed over. The error is EAGAIN when there was none.
func (s *Socket) NextEvent(timeout time.Duration, mask int) (Event, error) {
	var e Event
	err := s.call("event", map[string]any{"timeout": timeout.Milliseconds(), "mask": mask}, &e)
	return e, err
}
