// SPDX-License-Identifier: Apache-2.0

// Relays carry connections of a program's own transport or mechanism to the
// socket, through an ipc endpoint in a folder that only this user can enter.
//
//	Listen:  peer → relay listener → private endpoint, which the socket is bound to
//	Dial:    socket → private endpoint, where the relay listens → peer
//
// So the socket keeps trying and connects again as with its own transports. With a
// foreign transport bytes pass through; with a foreign mechanism the relay makes
// the handshake with the peer, and then one in the peer's name with the socket.

package zmq4

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// acceptPause is how long a relay waits after a failed accept, for lack of
// descriptors, say.
const acceptPause = 50 * time.Millisecond

// maxUnfinished is the most handshakes of one relay under way, as
// zmq.MaxHandshakes.
const maxUnfinished = 4096

// relay serves one Listen or Dial.
type relay struct {
	// Immutable.
	s        *socket
	listener net.Listener
	outward  bool // of a Dial: our socket connects to listener
	dial     func(ctx context.Context) (net.Conn, error)
	slots    chan struct{} // holds a token for each handshake under way

	failure atomic.Pointer[error] // why the last connection was not made; to nil if it was
}

// relayListen listens on an endpoint and relays its connections to the socket.
func (s *socket) relayListen(ep endpoint) (net.Addr, error) {
	trans, err := ep.network()
	if err != nil {
		return nil, err
	}
	address, err := trans.Addr(ep.address)
	if err != nil {
		return nil, err
	}
	inner, err := s.privatePath()
	if err != nil {
		return nil, err
	}
	if err := s.sock.Bind("ipc://" + inner); err != nil {
		return nil, err
	}
	l, err := trans.Listen(s.life, address)
	if err != nil {
		_ = s.sock.Unbind("ipc://" + inner)
		return nil, err
	}
	s.relay(&relay{listener: l, dial: dialUnix(inner)})
	return l.Addr(), nil
}

// relayDial starts a relay and returns the private endpoint behind which the peer is.
func (s *socket) relayDial(ep endpoint) (*relay, string, error) {
	trans, err := ep.network()
	if err != nil {
		return nil, "", err
	}
	address, err := trans.Addr(ep.address)
	if err != nil {
		return nil, "", err
	}
	path, err := s.privatePath()
	if err != nil {
		return nil, "", err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, "", err
	}
	r := &relay{listener: l, outward: true, dial: func(ctx context.Context) (net.Conn, error) {
		return trans.Dial(ctx, &net.Dialer{Timeout: s.config.dialTimeout}, address)
	}}
	s.relay(r)
	return r, "ipc://" + path, nil
}

func dialUnix(path string) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}
}

// privatePath returns a new path in the socket's folder.
func (s *socket) privatePath() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.private == "" {
		dir, err := os.MkdirTemp("", "zmq4-") // 0700
		if err != nil {
			return "", err
		}
		s.private = dir
	}
	s.relays++
	return filepath.Join(s.private, strconv.Itoa(s.relays)), nil
}

func (s *socket) removePrivate() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.private != "" {
		_ = os.RemoveAll(s.private)
	}
}

func (s *socket) relay(r *relay) {
	r.s, r.slots = s, make(chan struct{}, maxUnfinished)
	go r.serve()
}

// serve accepts until the socket's end.
func (r *relay) serve() {
	defer r.listener.Close()
	defer context.AfterFunc(r.s.life, func() { _ = r.listener.Close() })()
	for {
		conn, err := r.listener.Accept()
		switch {
		case err == nil:
			select {
			case r.slots <- struct{}{}:
				go r.connect(conn)
			default:
				_ = conn.Close()
			}
		case r.s.life.Err() != nil || errors.Is(err, net.ErrClosed):
			return
		default:
			select {
			case <-time.After(acceptPause):
			case <-r.s.life.Done():
				return
			}
		}
	}
}

// connect makes the other half of a connection and passes everything on until
// both halves have ended.
func (r *relay) connect(accepted net.Conn) {
	defer accepted.Close()
	dialled, err := r.dial(r.s.life)
	r.failure.Store(&err)
	if err != nil {
		<-r.slots
		return // the socket sees its connection end, and tries again
	}
	defer dialled.Close()
	defer context.AfterFunc(r.s.life, func() { _ = accepted.Close(); _ = dialled.Close() })()
	outer, inner := accepted, dialled
	if r.outward {
		outer, inner = dialled, accepted
	}
	// What is not NULL is the relay's to do: the socket behind it knows nothing.
	if plain, foreign := mechanismOf(r.s.config.sec); !foreign && plain == nil {
		<-r.slots
		passBytes(outer, inner)
		return
	}
	far, near, err := r.shake(outer, inner)
	r.failure.Store(&err)
	<-r.slots
	if err == nil {
		passFrames(far, near)
	}
}

// shake makes the handshake with the peer, and in its name with the socket.
func (r *relay) shake(outer, inner net.Conn) (far, near *Conn, err error) {
	far, err = Open(outer, r.s.config.sec, r.s.kind, r.s.config.id, !r.outward, nil)
	if err != nil {
		return nil, nil, err
	}
	peer := far.Peer.Meta
	near, err = Open(inner, nearSecurity{}, SocketType(peer[propertySocketType]),
		SocketIdentity(peer[propertyIdentity]), false, nil)
	return far, near, err
}

// passBytes copies both ways. The end of one direction is passed on, so that what
// is under way in the other one still arrives.
func passBytes(a, b net.Conn) {
	var both sync.WaitGroup
	pass := func(dst, src net.Conn) {
		if _, err := io.Copy(dst, src); err != nil {
			_ = src.Close()
			_ = dst.Close()
			return
		}
		if half, ok := dst.(interface{ CloseWrite() error }); !ok || half.CloseWrite() != nil {
			_ = dst.Close()
		}
	}
	both.Go(func() { pass(a, b) })
	both.Go(func() { pass(b, a) })
	both.Wait()
}

// passFrames copies messages and commands both ways, until either end closes.
func passFrames(far, near *Conn) {
	var both sync.WaitGroup
	pass := func(dst, src *Conn) {
		for {
			frames, err := src.recv()
			if err == nil {
				err = dst.sendAll(frames)
			}
			if err != nil {
				_ = src.Close()
				_ = dst.Close()
				return
			}
		}
	}
	both.Go(func() { pass(far, near) })
	both.Go(func() { pass(near, far) })
	both.Wait()
}

// sendAll sends the frames of one message or command.
func (c *Conn) sendAll(frames []frame) error {
	c.writeMu.Lock()
	defer c.writeMu.Unlock()
	return c.send(frames...)
}

// nearSecurity is the NULL mechanism, by which a relay talks to its socket; package
// security/null cannot be imported here.
type nearSecurity struct{}

func (nearSecurity) Type() SecurityType { return NullSecurity }

func (nearSecurity) Handshake(conn *Conn, _ bool) error {
	ready, err := conn.Meta.MarshalZMTP()
	if err != nil {
		return err
	}
	if err := conn.SendCmd(CmdReady, ready); err != nil {
		return err
	}
	cmd, err := conn.RecvCmd()
	if err != nil {
		return err
	}
	return conn.Peer.Meta.UnmarshalZMTP(cmd.Body)
}

func (nearSecurity) Encrypt(w io.Writer, data []byte) (int, error) { return w.Write(data) }

func (nearSecurity) Decrypt(w io.Writer, data []byte) (int, error) { return w.Write(data) }
