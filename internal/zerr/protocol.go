// SPDX-License-Identifier: Apache-2.0

package zerr

// ProtocolError says what a peer did wrong. It ends the connection, and goes to
// the monitor and the log; no data call returns it.
type ProtocolError struct {
	Addr string // the peer's address; empty where it is not known yet
	Rule string // the rule that was broken, in words; empty if Err says it
	Code uint32 // number of the monitor's protocol-error event; 0 for none
	Err  error  // the cause; nil for none but the rule itself
}

// Error is the address, the rule and the cause: "zmq: protocol error from
// 10.0.0.1: command without a name".
func (e *ProtocolError) Error() string {
	s := ErrProtocol.Error()
	if e.Addr != "" {
		s += " from " + e.Addr
	}
	if e.Rule != "" {
		s += ": " + e.Rule
	}
	if e.Err != nil && e.Err != error(ErrProtocol) {
		s += ": " + bare(e.Err)
	}
	return s
}

// Unwrap is Err, or ErrProtocol where that is nil.
func (e *ProtocolError) Unwrap() error {
	if e.Err == nil {
		return ErrProtocol
	}
	return e.Err
}

// Is reports that every protocol error is ErrProtocol, whatever its cause.
func (e *ProtocolError) Is(target error) bool { return target == error(ErrProtocol) }
