// SPDX-License-Identifier: Apache-2.0

// A connection that a program drives itself: greeting, handshake, and then
// messages and commands, one at a time. The sockets use it only where the program
// brings the mechanism.

package zmq4

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Names of commands (RFC 23, RFC 24, RFC 37).
const (
	// CmdCancel takes a subscription back (RFC 37).
	CmdCancel = "CANCEL"
	// CmdError ends a handshake with a reason.
	CmdError = "ERROR"
	// CmdHello begins the handshake of PLAIN and CURVE, from the client.
	CmdHello = "HELLO"
	// CmdInitiate carries the metadata of the client of PLAIN and CURVE.
	CmdInitiate = "INITIATE"
	// CmdPing asks the peer to show that it is alive (RFC 37).
	CmdPing = "PING"
	// CmdPong answers CmdPing.
	CmdPong = "PONG"
	// CmdReady carries metadata and ends the handshake.
	CmdReady = "READY"
	// CmdSubscribe subscribes to a topic (RFC 37).
	CmdSubscribe = "SUBSCRIBE"
	// CmdUnsubscribe is no command of any RFC; the original has it.
	CmdUnsubscribe = "UNSUBSCRIBE"
	// CmdWelcome is the server's answer to CmdHello.
	CmdWelcome = "WELCOME"
)

// handshakeInterval is how long Open may take: the default of
// zmq.HandshakeInterval.
const handshakeInterval = 30 * time.Second

// Cmd is a command of the protocol.
type Cmd struct {
	Name string // 1 to 255 bytes
	Body []byte // everything behind the name
}

// Conn is one connection that speaks ZMTP 3.0. One goroutine may send while
// another receives; Close and Closed may be called at any time.
type Conn struct {
	// Server is whether this end is the server of the mechanism.
	Server bool
	// Meta is what this end tells of itself.
	Meta Metadata
	// Peer is the other end, once the handshake is over.
	Peer struct {
		Server bool
		Meta   Metadata
	}

	// Immutable after Open.
	rw      net.Conn
	in      *bufio.Reader
	sec     Security
	onClose func(*Conn)

	ready  atomic.Bool // the handshake is over: frames pass through sec
	closed atomic.Bool

	readMu  sync.Mutex // held for a whole message or command
	writeMu sync.Mutex // held for a whole message or command
}

// Open makes the handshake of ZMTP over a connection, which is the Conn's from
// here on and closed if that fails. It takes 30 seconds at most. onCloseErrorCB,
// if not nil, is called once when the Conn is closed, by either end.
func Open(rw net.Conn, sec Security, sockType SocketType, sockID SocketIdentity, server bool, onCloseErrorCB func(c *Conn)) (*Conn, error) {
	if rw == nil {
		return nil, errors.New("zmq4: open: no connection was given")
	}
	if sec == nil {
		return nil, errors.New("zmq4: open: no security mechanism was given; security/null has one")
	}
	c := &Conn{
		Server: server,
		Meta:   Metadata{propertySocketType: string(sockType), propertyIdentity: string(sockID)},
		rw:     rw, in: bufio.NewReader(rw), sec: sec, onClose: onCloseErrorCB,
	}
	c.Peer.Meta = Metadata{}
	if err := c.open(sockType); err != nil {
		c.onClose = nil // nothing was opened
		_ = c.Close()
		return nil, fmt.Errorf("zmq4: open a connection to %s: %w", rw.RemoteAddr(), err)
	}
	return c, nil
}

func (c *Conn) open(sockType SocketType) error {
	if err := c.rw.SetDeadline(time.Now().Add(handshakeInterval)); err != nil {
		return err
	}
	if err := c.greet(); err != nil {
		return err
	}
	if err := c.sec.Handshake(c, c.Server); err != nil {
		return err
	}
	peer := SocketType(c.Peer.Meta[propertySocketType])
	if !sockType.IsCompatible(peer) {
		return fmt.Errorf("zmq4: the peer is of type %q, which does not talk to %q", peer, sockType)
	}
	c.ready.Store(true)
	return c.rw.SetDeadline(time.Time{})
}

// greet exchanges greetings. Ours is sent while the peer's is read, so that it works
// over connections without a buffer.
func (c *Conn) greet() error {
	ours, err := greeting(c.sec.Type(), c.Server)
	if err != nil {
		return err
	}
	sent := make(chan error, 1)
	go func() {
		_, err := c.rw.Write(ours)
		sent <- err
	}()
	theirs := make([]byte, greetingSize)
	if _, err := io.ReadFull(c.in, theirs); err != nil {
		return fmt.Errorf("zmq4: greeting: %w", err)
	}
	mechanism, server, err := parseGreeting(theirs)
	if err != nil {
		return err
	}
	if mechanism != c.sec.Type() {
		<-sent // so that the peer learns of it too
		return fmt.Errorf("zmq4: the peer uses mechanism %q, not %q", mechanism, c.sec.Type())
	}
	c.Peer.Server = server
	return <-sent
}

// Close closes the connection. A second call does nothing.
func (c *Conn) Close() error {
	if c.closed.Swap(true) {
		return nil
	}
	err := c.rw.Close()
	if c.onClose != nil {
		c.onClose(c)
	}
	return err
}

// Closed reports whether the connection was closed, by Close, SetClosed, or an
// error of the network.
func (c *Conn) Closed() bool { return c.closed.Load() }

// SetClosed closes the connection as Close does.
func (c *Conn) SetClosed() { _ = c.Close() }

// Read reads bytes of the connection as they are, past its framing.
func (c *Conn) Read(p []byte) (int, error) {
	if c.Closed() {
		return 0, ErrClosedConn
	}
	n, err := c.in.Read(p)
	return n, c.failed(err)
}

// Write writes bytes to the connection as they are, past its framing.
func (c *Conn) Write(p []byte) (int, error) {
	if c.Closed() {
		return 0, ErrClosedConn
	}
	n, err := c.rw.Write(p)
	return n, c.failed(err)
}

// SendCmd sends a command. It fails with ErrBadCmd for a name that has not 1 to
// 255 bytes.
func (c *Conn) SendCmd(name string, body []byte) error {
	if len(name) == 0 || len(name) > 255 {
		return fmt.Errorf("%w: %d bytes", ErrBadCmd, len(name))
	}
	data := append([]byte{byte(len(name))}, name...)
	c.writeMu.Lock()
	defer c.writeMu.Unlock()
	return c.send(frame{flags: flagCommand, body: append(data, body...)})
}

// SendMsg sends a message with all its frames. It fails with ErrBadFrame for a
// message without frames.
func (c *Conn) SendMsg(msg Msg) error {
	if len(msg.Frames) == 0 {
		return fmt.Errorf("%w: a message has one frame at least", ErrBadFrame)
	}
	frames := make([]frame, len(msg.Frames))
	for i, body := range msg.Frames {
		frames[i].body = body
		if i < len(msg.Frames)-1 {
			frames[i].flags = flagMore
		}
	}
	c.writeMu.Lock()
	defer c.writeMu.Unlock()
	return c.send(frames...)
}

// RecvCmd receives a command. If the peer sends a message, that is consumed and
// the error is ErrBadFrame; a command without a readable name is ErrBadCmd, and
// an ERROR command of the peer is one too.
func (c *Conn) RecvCmd() (Cmd, error) {
	frames, err := c.recv()
	switch {
	case err != nil:
		return Cmd{}, err
	case !frames[0].command():
		return Cmd{}, fmt.Errorf("%w: a message in place of a command", ErrBadFrame)
	}
	body := frames[0].body
	if len(body) == 0 || body[0] == 0 || len(body) < 1+int(body[0]) {
		return Cmd{}, ErrBadCmd
	}
	return Cmd{Name: string(body[1 : 1+body[0]]), Body: body[1+body[0]:]}, nil
}

// RecvMsg receives a message. A command comes as a Msg of type CmdMsg with the
// command's wire form in its only frame.
func (c *Conn) RecvMsg() (Msg, error) {
	frames, err := c.recv()
	if err != nil {
		return Msg{err: err}, err
	}
	msg := Msg{Frames: make([][]byte, len(frames))}
	for i, f := range frames {
		msg.Frames[i] = f.body
	}
	if frames[0].command() {
		msg.Type = CmdMsg
	}
	return msg, nil
}

// send writes frames in one piece, under writeMu.
func (c *Conn) send(frames ...frame) error {
	if c.Closed() {
		return ErrClosedConn
	}
	var data []byte
	for _, f := range frames {
		body := f.body
		if c.ready.Load() {
			var sealed bytes.Buffer
			if _, err := c.sec.Encrypt(&sealed, body); err != nil {
				return fmt.Errorf("zmq4: encrypt: %w", err)
			}
			body = sealed.Bytes()
		}
		data = appendFrame(data, f.flags, body)
	}
	_, err := c.rw.Write(data)
	return c.failed(err)
}

// recv reads one command or all frames of one message.
func (c *Conn) recv() ([]frame, error) {
	c.readMu.Lock()
	defer c.readMu.Unlock()
	if c.Closed() {
		return nil, ErrClosedConn
	}
	var frames []frame
	room := uint64(maxMessageBytes)
	for {
		f, err := readFrame(c.in, min(room, maxFrameBytes))
		if err != nil {
			if len(frames) > 0 {
				err = unexpected(err)
			}
			return nil, c.failed(err)
		}
		room -= uint64(len(f.body))
		if f.command() && len(frames) > 0 || len(frames) == maxFrames {
			return nil, c.failed(fmt.Errorf("%w: within a message", ErrBadFrame))
		}
		if c.ready.Load() {
			var opened bytes.Buffer
			if _, err := c.sec.Decrypt(&opened, f.body); err != nil {
				return nil, c.failed(fmt.Errorf("zmq4: decrypt: %w", err))
			}
			f.body = opened.Bytes()
		}
		frames = append(frames, f)
		if !f.more() {
			return frames, nil
		}
	}
}

// failed closes the connection on an error after which it cannot be used, and
// returns that.
func (c *Conn) failed(err error) error {
	if err == nil {
		return nil
	}
	if c.closed.Load() && errors.Is(err, net.ErrClosed) {
		return ErrClosedConn
	}
	_ = c.Close()
	return err
}
