// SPDX-License-Identifier: Apache-2.0

package zmq4_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	zmq4 "github.com/gozmq/zmq/compat/gozeromq"
	"github.com/gozmq/zmq/compat/gozeromq/security/null"
	"github.com/gozmq/zmq/compat/gozeromq/security/plain"
)

type opened struct {
	conn *zmq4.Conn
	err  error
}

// openPair opens both ends of a connection without a buffer.
func openPair(t *testing.T, client, server zmq4.Security, clientType, serverType zmq4.SocketType) (c, s opened, closed *atomic.Int32) {
	t.Helper()
	a, b := net.Pipe()
	closed = new(atomic.Int32)
	done := make(chan opened)
	go func() {
		conn, err := zmq4.Open(b, server, serverType, zmq4.SocketIdentity("srv"), true, func(c *zmq4.Conn) {
			if c.Closed() {
				closed.Add(1)
			}
		})
		done <- opened{conn, err}
	}()
	conn, err := zmq4.Open(a, client, clientType, zmq4.SocketIdentity("cli"), false, nil)
	c, s = opened{conn, err}, <-done
	t.Cleanup(func() { a.Close(); b.Close() })
	return c, s, closed
}

func TestOpenExchangesMetadataMessagesAndCommands(t *testing.T) {
	for name, sec := range map[string]zmq4.Security{
		"null": null.Security(), "plain": plain.Security("u", "p"), "own": xor{key: 7}, "anybody": plain.Security("", ""),
	} {
		t.Run(name, func(t *testing.T) {
			c, s, closed := openPair(t, sec, sec, zmq4.Push, zmq4.Pull)
			if c.err != nil || s.err != nil {
				t.Fatal(c.err, s.err)
			}
			if c.conn.Peer.Meta["Identity"] != "srv" || s.conn.Peer.Meta["Socket-Type"] != "PUSH" ||
				c.conn.Server || !s.conn.Server || c.conn.Meta["Identity"] != "cli" {
				t.Errorf("client %v %v, server %v %v", c.conn.Meta, c.conn.Peer, s.conn.Meta, s.conn.Peer)
			}
			long := bytes.Repeat([]byte("x"), 100_000)
			sent := make(chan error, 4)
			go func() {
				sent <- c.conn.SendMsg(zmq4.NewMsgFrom([]byte("a"), nil, long))
				sent <- c.conn.SendCmd(zmq4.CmdPing, []byte("b"))
				sent <- c.conn.SendMsg(zmq4.NewMsgString("not a command"))
				sent <- c.conn.SendCmd(zmq4.CmdPong, nil)
			}()
			if msg, err := s.conn.RecvMsg(); err != nil || len(msg.Frames) != 3 || !bytes.Equal(msg.Frames[2], long) || msg.Type != zmq4.UsrMsg {
				t.Errorf("RecvMsg: %v", err)
			}
			if cmd, err := s.conn.RecvCmd(); err != nil || cmd.Name != zmq4.CmdPing || string(cmd.Body) != "b" {
				t.Errorf("RecvCmd: %v, %v", cmd, err)
			}
			if _, err := s.conn.RecvCmd(); !errors.Is(err, zmq4.ErrBadFrame) {
				t.Errorf("RecvCmd of a message: %v", err)
			}
			if msg, err := s.conn.RecvMsg(); err != nil || msg.Type != zmq4.CmdMsg || string(msg.Bytes()) != "\x04PONG" {
				t.Errorf("RecvMsg of a command: %v, %v", msg, err)
			}
			for range 4 {
				if err := <-sent; err != nil {
					t.Error(err)
				}
			}
			wantEnd(t, c.conn, s.conn, closed)
		})
	}
}

func wantEnd(t *testing.T, c, s *zmq4.Conn, closed *atomic.Int32) {
	t.Helper()
	if err := c.Close(); err != nil || !c.Closed() {
		t.Errorf("Close: %v", err)
	}
	if msg, err := s.RecvMsg(); err != io.EOF || msg.Err() != err {
		t.Errorf("RecvMsg when the peer has closed: %v", err)
	}
	s.SetClosed()
	if !s.Closed() || closed.Load() != 1 {
		t.Errorf("closed %v, told %d times", s.Closed(), closed.Load())
	}
	_, recvErr := s.RecvCmd()
	_, readErr := s.Read(make([]byte, 1))
	_, writeErr := s.Write([]byte("x"))
	for call, err := range map[string]error{
		"SendMsg": s.SendMsg(zmq4.NewMsgString("x")), "SendCmd": s.SendCmd("X", nil), "RecvCmd": recvErr, "Read": readErr, "Write": writeErr,
	} {
		if err != zmq4.ErrClosedConn {
			t.Errorf("%s after the end: %v", call, err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		client, server         zmq4.Security
		clientType, serverType zmq4.SocketType
		want                   string
	}{
		"types":      {null.Security(), null.Security(), zmq4.Sub, zmq4.Pull, "SUB"},
		"mechanisms": {null.Security(), plain.Security("u", "p"), zmq4.Push, zmq4.Pull, "mechanism"},
		"password":   {plain.Security("u", "no"), plain.Security("u", "p"), zmq4.Push, zmq4.Pull, "wrong name or password"},
		"user":       {plain.Security("no", "p"), plain.Security("u", "p"), zmq4.Push, zmq4.Pull, "wrong name or password"},
	} {
		client, server, _ := openPair(t, c.client, c.server, c.clientType, c.serverType)
		if client.err == nil || server.err == nil || !strings.Contains(server.err.Error(), c.want) {
			t.Errorf("%s: client %v, server %v, want %q", name, client.err, server.err, c.want)
		}
	}
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	if _, err := zmq4.Open(a, nil, zmq4.Pull, nil, true, nil); err == nil {
		t.Error("Open without a mechanism")
	}
	if _, err := zmq4.Open(nil, null.Security(), zmq4.Pull, nil, true, nil); err == nil {
		t.Error("Open without a connection")
	}
}

func TestConnReadsAndWritesBytes(t *testing.T) {
	c, s, _ := openPair(t, null.Security(), null.Security(), zmq4.Pair, zmq4.Pair)
	go c.conn.Write([]byte("raw"))
	got := make([]byte, 3)
	if _, err := io.ReadFull(s.conn, got); err != nil || string(got) != "raw" {
		t.Errorf("%q, %v", got, err)
	}
	if err := c.conn.SendCmd("", nil); !errors.Is(err, zmq4.ErrBadCmd) {
		t.Errorf("a command without a name: %v", err)
	}
	if err := c.conn.SendMsg(zmq4.Msg{}); !errors.Is(err, zmq4.ErrBadFrame) {
		t.Errorf("a message without frames: %v", err)
	}
}

// Nothing from a peer may take memory that it has not sent, or pass for something
// else.
func TestConnRefusesHostileFrames(t *testing.T) {
	huge := binary.BigEndian.AppendUint64([]byte{2}, 1<<62)
	for name, data := range map[string][]byte{
		"huge frame":            huge,
		"huge command":          binary.BigEndian.AppendUint64([]byte{6}, 1<<20),
		"flags":                 {0x80, 0},
		"command with more":     {5, 0},
		"command in a message":  {1, 0, 4, 2, 1, 'x'},
		"end within a frame":    {0, 9, 1},
		"end within a message":  {1, 1, 'x'},
		"end within the length": {2, 0, 0},
	} {
		c, s, closed := openPair(t, null.Security(), null.Security(), zmq4.Pair, zmq4.Pair)
		go func() {
			c.conn.Write(data)
			c.conn.Close()
		}()
		msg, err := s.conn.RecvMsg()
		if err == nil || err == io.EOF || len(msg.Frames) != 0 || !s.conn.Closed() || closed.Load() != 1 {
			t.Errorf("%s: %v, %v", name, msg, err)
		}
	}
	c, s, _ := openPair(t, null.Security(), null.Security(), zmq4.Pair, zmq4.Pair)
	go c.conn.Write([]byte{4, 3, 9, 'x', 'y'})
	if _, err := s.conn.RecvCmd(); !errors.Is(err, zmq4.ErrBadCmd) {
		t.Errorf("a command whose name is longer than itself: %v", err)
	}
}

// xor is a mechanism of a program: each frame is sent with its bytes changed.
type xor struct{ key byte }

func (x xor) Type() zmq4.SecurityType { return "XOR" }

func (x xor) Handshake(conn *zmq4.Conn, server bool) error {
	meta, err := conn.Meta.MarshalZMTP()
	if err != nil {
		return err
	}
	if !server {
		if err := conn.SendCmd(zmq4.CmdHello, append([]byte{x.key}, meta...)); err != nil {
			return err
		}
	}
	cmd, err := conn.RecvCmd()
	if err != nil {
		return err
	}
	if len(cmd.Body) == 0 || cmd.Body[0] != x.key {
		return errors.New("another key")
	}
	if err := conn.Peer.Meta.UnmarshalZMTP(cmd.Body[1:]); err != nil {
		return err
	}
	if server {
		return conn.SendCmd(zmq4.CmdWelcome, append([]byte{x.key}, meta...))
	}
	return nil
}

func (x xor) Encrypt(w io.Writer, data []byte) (int, error) {
	sealed := bytes.Clone(data)
	for i := range sealed {
		sealed[i] ^= x.key
	}
	return w.Write(sealed)
}

func (x xor) Decrypt(w io.Writer, data []byte) (int, error) { return x.Encrypt(w, data) }
