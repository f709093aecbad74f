// SPDX-License-Identifier: Apache-2.0

package peer

import (
	"encoding/base64"
	"time"
)

// Opts are options by libzmq's name without ZMQ_, or by number: int, bool,
// string or []byte.
type Opts map[string]any

// Socket is a libzmq socket in the other process.
type Socket struct {
	owner  *Process
	run    *process
	number int
}

// Socket creates a socket of the named type, such as "PUSH", and sets its
// options.
func (p *Process) Socket(typ string, opts Opts) *Socket {
	p.t.Helper()
	encoded := map[string]any{}
	for name, value := range opts {
		encoded[name] = encodeValue(value)
	}
	s := &Socket{owner: p, run: p.process()}
	var result struct{ Socket int }
	s.must("socket", map[string]any{"type": typ, "opts": encoded}, &result)
	s.number = result.Socket
	return s
}

// Bind binds and returns LAST_ENDPOINT: the port that libzmq chose, for example.
func (s *Socket) Bind(endpoint string) string {
	s.owner.t.Helper()
	return s.attach("bind", endpoint)
}

// Connect connects and returns LAST_ENDPOINT.
func (s *Socket) Connect(endpoint string) string {
	s.owner.t.Helper()
	return s.attach("connect", endpoint)
}

func (s *Socket) attach(op, endpoint string) string {
	s.owner.t.Helper()
	var result struct{ Endpoint string }
	s.must(op, map[string]any{"endpoint": endpoint}, &result)
	return result.Endpoint
}

// TryBind is Bind for tests that expect an error.
func (s *Socket) TryBind(endpoint string) error {
	return s.call("bind", map[string]any{"endpoint": endpoint}, nil)
}

// Unbind unbinds an endpoint, given as Bind returned it.
func (s *Socket) Unbind(endpoint string) {
	s.owner.t.Helper()
	s.must("unbind", map[string]any{"endpoint": endpoint}, nil)
}

// Disconnect disconnects an endpoint.
func (s *Socket) Disconnect(endpoint string) {
	s.owner.t.Helper()
	s.must("disconnect", map[string]any{"endpoint": endpoint}, nil)
}

// Subscribe sets ZMQ_SUBSCRIBE.
func (s *Socket) Subscribe(topic string) {
	s.owner.t.Helper()
	s.must("subscribe", map[string]any{"topic": []byte(topic)}, nil)
}

// Unsubscribe sets ZMQ_UNSUBSCRIBE.
func (s *Socket) Unsubscribe(topic string) {
	s.owner.t.Helper()
	s.must("unsubscribe", map[string]any{"topic": []byte(topic)}, nil)
}

// Set sets one option.
func (s *Socket) Set(name string, value any) {
	s.owner.t.Helper()
	s.must("set", map[string]any{"name": name, "value": encodeValue(value)}, nil)
}

// GetInt reads an option that is a number.
func (s *Socket) GetInt(name string) int64 {
	s.owner.t.Helper()
	var result struct{ Value int64 }
	s.must("get", map[string]any{"name": name}, &result)
	return result.Value
}

// GetBytes reads an option that is text or bytes.
func (s *Socket) GetBytes(name string) []byte {
	s.owner.t.Helper()
	var result struct{ B64 []byte }
	s.must("get", map[string]any{"name": name}, &result)
	return result.B64
}

// Close closes the socket; what is queued is still sent, as the LINGER option
// says, while the process lives.
func (s *Socket) Close() {
	s.owner.t.Helper()
	s.must("close", nil, nil)
}

// Send sends one message of the given frames, waiting at most timeout for room.
func (s *Socket) Send(timeout time.Duration, frames ...[]byte) error {
	return s.call("send", map[string]any{"timeout": timeout.Milliseconds(), "frames": frames}, nil)
}

// Recv receives one message, waiting at most timeout. The error is EAGAIN when
// none came.
func (s *Socket) Recv(timeout time.Duration) ([][]byte, error) {
	var result struct{ Frames [][]byte }
	err := s.call("recv", map[string]any{"timeout": timeout.Milliseconds()}, &result)
	return result.Frames, err
}

// must is call for what has to succeed.
func (s *Socket) must(op string, fields map[string]any, result any) {
	s.owner.t.Helper()
	if err := s.call(op, fields, result); err != nil {
		s.owner.t.Fatalf("%v: %v", fields, err)
	}
}

func (s *Socket) call(op string, fields map[string]any, result any) error {
	command := map[string]any{"socket": s.number}
	for name, value := range fields {
		command[name] = value
	}
	return s.run.call(op, command, result)
}

// encodeValue marks bytes, which JSON has no type for.
func encodeValue(value any) any {
	if b, ok := value.([]byte); ok {
		return map[string]string{"b64": base64.StdEncoding.EncodeToString(b)}
	}
	return value
}
