// SPDX-License-Identifier: Apache-2.0

// Package null has the mechanism that neither authenticates nor encrypts (RFC 23,
// "The NULL Security Mechanism").
package null

import (
	"fmt"
	"io"

	zmq4 "github.com/gozmq/zmq/compat/gozeromq"
)

// Security returns the mechanism. Sockets use it where no other is given.
func Security() zmq4.Security { return security{} }

type security struct{}

func (security) Type() zmq4.SecurityType { return zmq4.NullSecurity }

// Null tells the sockets that the library can make the handshake.
func (security) Null() {}

// Handshake exchanges READY. Both ends send first, so that neither waits for the
// other, over connections without a buffer too.
func (security) Handshake(conn *zmq4.Conn, _ bool) error {
	ready, err := conn.Meta.MarshalZMTP()
	if err != nil {
		return err
	}
	sent := make(chan error, 1)
	go func() { sent <- conn.SendCmd(zmq4.CmdReady, ready) }()
	cmd, err := conn.RecvCmd()
	if err != nil {
		return fmt.Errorf("zmq4: waiting for READY: %w", err)
	}
	if cmd.Name != zmq4.CmdReady {
		return fmt.Errorf("%w: %q in place of READY", zmq4.ErrBadCmd, cmd.Name)
	}
	if err := conn.Peer.Meta.UnmarshalZMTP(cmd.Body); err != nil {
		return fmt.Errorf("zmq4: metadata of READY: %w", err)
	}
	return <-sent
}

func (security) Encrypt(w io.Writer, data []byte) (int, error) { return w.Write(data) }

func (security) Decrypt(w io.Writer, data []byte) (int, error) { return w.Write(data) }
