// SPDX-License-Identifier: Apache-2.0

// Package plain sends, in clear text, a name and a password (RFC 24). Every observer
// of the network can read them and all that follows.
package plain

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"

	zmq4 "github.com/gozmq/zmq/compat/gozeromq"
)

// maxText is the longest name or password, RFC 24: the length is one byte.
const maxText = 255

// errDenied is what a server's Handshake fails with for a wrong name or password.
var errDenied = errors.New("zmq4: PLAIN: wrong name or password")

// Security returns the mechanism with a name and a password, of at most 255 bytes
// each. A dialling socket sends them. A listening socket admits only peers that send
// the same, or all peers if both are empty.
func Security(user, pass string) zmq4.Security { return &security{user: user, pass: pass} }

type security struct{ user, pass string }

func (*security) Type() zmq4.SecurityType { return zmq4.PlainSecurity }

// Credentials tells the sockets what the library needs to make the handshake.
func (s *security) Credentials() (user, pass string) { return s.user, s.pass }

func (*security) Encrypt(w io.Writer, data []byte) (int, error) { return w.Write(data) }

func (*security) Decrypt(w io.Writer, data []byte) (int, error) { return w.Write(data) }

// Handshake makes the four steps of RFC 24.
func (s *security) Handshake(conn *zmq4.Conn, server bool) error {
	meta, err := conn.Meta.MarshalZMTP()
	if err != nil {
		return err
	}
	if server {
		return s.serve(conn, meta)
	}
	hello, err := s.hello()
	if err != nil {
		return err
	}
	if err := conn.SendCmd(zmq4.CmdHello, hello); err != nil {
		return err
	}
	if _, err := expect(conn, zmq4.CmdWelcome); err != nil {
		return err
	}
	if err := conn.SendCmd(zmq4.CmdInitiate, meta); err != nil {
		return err
	}
	ready, err := expect(conn, zmq4.CmdReady)
	if err != nil {
		return err
	}
	return conn.Peer.Meta.UnmarshalZMTP(ready)
}

func (s *security) serve(conn *zmq4.Conn, meta []byte) error {
	hello, err := expect(conn, zmq4.CmdHello)
	if err != nil {
		return err
	}
	if err := s.admit(hello); err != nil {
		// RFC 24: the reason is the application's; 400 is ZAP's for wrong credentials.
		_ = conn.SendCmd(zmq4.CmdError, append([]byte{3}, "400"...))
		return err
	}
	if err := conn.SendCmd(zmq4.CmdWelcome, nil); err != nil {
		return err
	}
	initiate, err := expect(conn, zmq4.CmdInitiate)
	if err != nil {
		return err
	}
	if err := conn.Peer.Meta.UnmarshalZMTP(initiate); err != nil {
		return err
	}
	return conn.SendCmd(zmq4.CmdReady, meta)
}

// hello is the body of HELLO.
func (s *security) hello() ([]byte, error) {
	if len(s.user) > maxText || len(s.pass) > maxText {
		return nil, fmt.Errorf("zmq4: PLAIN: a name or password has at most %d bytes", maxText)
	}
	body := append([]byte{byte(len(s.user))}, s.user...)
	return append(append(body, byte(len(s.pass))), s.pass...), nil
}

// admit compares hashes, so that time tells neither lengths nor prefixes.
func (s *security) admit(hello []byte) error {
	user, rest, ok := text(hello)
	pass, rest, ok2 := text(rest)
	if !ok || !ok2 || len(rest) != 0 {
		return fmt.Errorf("%w: HELLO", zmq4.ErrBadCmd)
	}
	if s.user == "" && s.pass == "" {
		return nil
	}
	u, p := sha256.Sum256(user), sha256.Sum256(pass)
	su, sp := sha256.Sum256([]byte(s.user)), sha256.Sum256([]byte(s.pass))
	if subtle.ConstantTimeCompare(u[:], su[:])&subtle.ConstantTimeCompare(p[:], sp[:]) != 1 {
		return errDenied
	}
	return nil
}

// text splits off a string with a length of one byte.
func text(b []byte) (s, rest []byte, ok bool) {
	if len(b) == 0 || len(b) < 1+int(b[0]) {
		return nil, nil, false
	}
	return b[1 : 1+int(b[0])], b[1+int(b[0]):], true
}

func expect(conn *zmq4.Conn, name string) ([]byte, error) {
	cmd, err := conn.RecvCmd()
	switch {
	case err != nil:
		return nil, fmt.Errorf("zmq4: PLAIN: waiting for %s: %w", name, err)
	case cmd.Name == zmq4.CmdError:
		return nil, fmt.Errorf("zmq4: PLAIN: the peer refuses: %q", cmd.Body)
	case cmd.Name != name:
		return nil, fmt.Errorf("%w: %q in place of %s", zmq4.ErrBadCmd, cmd.Name, name)
	}
	return cmd.Body, nil
}
