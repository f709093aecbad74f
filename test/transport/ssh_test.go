// SPDX-License-Identifier: Apache-2.0

package transport_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"strconv"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// sshServer forwards connections, as sshd does if it may.
type sshServer struct {
	t    *testing.T
	at   string
	key  ssh.Signer
	jobs sync.WaitGroup
}

func newSSHServer(t *testing.T) *sshServer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	rig.Must(t, err)
	s := &sshServer{t: t}
	s.key, err = ssh.NewSignerFromKey(private)
	rig.Must(t, err)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	rig.Must(t, err)
	s.at = ln.Addr().String()
	s.jobs.Go(func() {
		for {
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			s.jobs.Go(func() { s.serve(nc) })
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		s.jobs.Wait()
	})
	return s
}

// client logs in.
func (s *sshServer) client() *ssh.Client {
	s.t.Helper()
	c, err := ssh.Dial("tcp", s.at, &ssh.ClientConfig{User: "user", HostKeyCallback: ssh.FixedHostKey(s.key.PublicKey())})
	rig.Must(s.t, err)
	s.t.Cleanup(func() { _ = c.Close() })
	return c
}

// serve serves one client until it leaves.
func (s *sshServer) serve(nc net.Conn) {
	cfg := &ssh.ServerConfig{NoClientAuth: true}
	cfg.AddHostKey(s.key)
	conn, channels, requests, err := ssh.NewServerConn(nc, cfg)
	if err != nil {
		_ = nc.Close()
		return
	}
	var listeners []net.Listener
	s.jobs.Go(func() {
		for r := range requests {
			if ln := s.forward(conn, r); ln != nil {
				listeners = append(listeners, ln)
			}
		}
		for _, ln := range listeners {
			_ = ln.Close()
		}
	})
	for ch := range channels {
		s.jobs.Go(func() { s.tunnel(ch) })
	}
}

// tunnel connects for the client ("direct-tcpip", RFC 4254, 7.2).
func (s *sshServer) tunnel(ch ssh.NewChannel) {
	var to struct {
		Host       string
		Port       uint32
		Origin     string
		OriginPort uint32
	}
	if err := ssh.Unmarshal(ch.ExtraData(), &to); err != nil {
		_ = ch.Reject(ssh.UnknownChannelType, err.Error())
		return
	}
	nc, err := net.Dial("tcp", net.JoinHostPort(to.Host, strconv.Itoa(int(to.Port))))
	if err != nil {
		_ = ch.Reject(ssh.ConnectionFailed, err.Error())
		return
	}
	c, requests, err := ch.Accept()
	if err != nil {
		_ = nc.Close()
		return
	}
	s.jobs.Go(func() { ssh.DiscardRequests(requests) })
	s.join(c, nc.(*net.TCPConn))
}

// forward listens for the client ("tcpip-forward", RFC 4254, 7.1).
func (s *sshServer) forward(conn *ssh.ServerConn, r *ssh.Request) net.Listener {
	var at struct {
		Host string
		Port uint32
	}
	if r.Type != "tcpip-forward" || ssh.Unmarshal(r.Payload, &at) != nil {
		_ = r.Reply(r.Type == "cancel-tcpip-forward", nil)
		return nil
	}
	ln, err := net.Listen("tcp", net.JoinHostPort(at.Host, strconv.Itoa(int(at.Port))))
	if err != nil {
		_ = r.Reply(false, nil)
		return nil
	}
	port := uint32(ln.Addr().(*net.TCPAddr).Port)
	_ = r.Reply(true, ssh.Marshal(struct{ Port uint32 }{port}))
	s.jobs.Go(func() {
		for {
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			from := nc.RemoteAddr().(*net.TCPAddr)
			c, requests, err := conn.OpenChannel("forwarded-tcpip", ssh.Marshal(struct {
				Host       string
				Port       uint32
				Origin     string
				OriginPort uint32
			}{at.Host, port, from.IP.String(), uint32(from.Port)}))
			if err != nil {
				_ = nc.Close()
				continue
			}
			s.jobs.Go(func() { ssh.DiscardRequests(requests) })
			s.jobs.Go(func() { s.join(c, nc.(*net.TCPConn)) })
		}
	})
	return ln
}

// join copies both ways until both have ended.
func (s *sshServer) join(c ssh.Channel, nc *net.TCPConn) {
	var both sync.WaitGroup
	both.Go(func() {
		_, _ = io.Copy(c, nc)
		_ = c.CloseWrite()
	})
	both.Go(func() {
		_, _ = io.Copy(nc, c)
		_ = nc.CloseWrite()
	})
	both.Wait()
	_ = c.Close()
	_ = nc.Close()
}

// TestConnectThroughSSH: a socket behind a server that the program has logged in to, with
// messages of all sizes both ways, and what is sent last.
func TestConnectThroughSSH(t *testing.T) {
	client := newSSHServer(t).client()
	r := rig.New(t)
	rep, at := r.Bind(zmq.REP, rig.AnyPort)
	req := r.Socket(zmq.REQ, zmq.WithDial(client.DialContext), zmq.Linger.Of(-1))
	r.Check(req.Connect(at))
	for _, size := range []int{1, 1000, 100_000, 3_000_000} {
		r.Send(req, rig.Large(size))
		r.WantRecv(rep, rig.Large(size))
		r.Send(rep, rig.Large(size))
		r.WantRecv(req, rig.Large(size))
	}
	r.Send(req, "last words")
	r.Check(req.Close())
	r.WantRecv(rep, "last words")
}

// TestListenThroughSSH: on the server, as "ssh -R".
func TestListenThroughSSH(t *testing.T) {
	client := newSSHServer(t).client()
	r := rig.New(t)
	ln, err := client.Listen("tcp", "127.0.0.1:0")
	r.Check(err)
	pull := r.Socket(zmq.PULL)
	r.Check(pull.Bind("tcp://there", zmq.WithListener(ln)))
	if got, want := pull.LastEndpoint(), "tcp://"+ln.Addr().String(); got != want {
		t.Errorf("LAST_ENDPOINT is %s, want %s", got, want)
	}
	push := r.Connect(zmq.PUSH, pull.LastEndpoint())
	for range 100 {
		r.Send(push, rig.Large(10_000))
	}
	for range 100 {
		r.WantRecv(pull, rig.Large(10_000))
	}
	r.Check(pull.Unbind(pull.LastEndpoint()))
}

// TestDeadlinesOfAConnectionWithoutThem: channels of SSH have none, and yet a peer that
// says nothing is let go at the end of HandshakeInterval, and one that leaves while the
// authorizer thinks is noticed.
func TestDeadlinesOfAConnectionWithoutThem(t *testing.T) {
	client := newSSHServer(t).client()
	r := rig.New(t)
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	r.Check(err)
	defer mute.Close()
	at := "tcp://" + mute.Addr().String()
	s := r.Socket(zmq.PUSH, zmq.WithDial(client.DialContext))
	w := r.Watch(s, zmq.EventHandshakeFailedNoDetail)
	r.Check(s.Connect(at, zmq.HandshakeInterval.Of(50*time.Millisecond), zmq.ConnectTimeout.Of(rig.Patience)))
	if e := w.Want(zmq.EventHandshakeFailedNoDetail)[0]; !errors.Is(e.Err, zmq.ErrTimeout) {
		t.Errorf("a silent peer: %v", e.Err)
	}

	asked := make(chan struct{})
	pull := r.Socket(zmq.PULL, zmq.WithAuthorizer(func(ctx context.Context, _ zmq.Peer) error {
		close(asked)
		<-ctx.Done() // until the peer has left
		return ctx.Err()
	}))
	ln, err := client.Listen("tcp", "127.0.0.1:0")
	r.Check(err)
	r.Check(pull.Bind("tcp://there", zmq.WithListener(ln)))
	gone := r.Watch(pull, zmq.EventDisconnected)
	push := r.Socket(zmq.PUSH)
	r.Check(push.Connect(pull.LastEndpoint()))
	<-asked
	r.Check(push.Close())
	gone.Want(zmq.EventDisconnected)
}

// TestHeartbeatsThroughSSH: a peer that goes on is kept.
func TestHeartbeatsThroughSSH(t *testing.T) {
	client := newSSHServer(t).client()
	r := rig.New(t)
	pull, at := r.Bind(zmq.PULL, rig.AnyPort)
	push := r.Socket(zmq.PUSH, zmq.WithDial(client.DialContext), zmq.HeartbeatInterval.Of(5*time.Millisecond), zmq.HeartbeatTimeout.Of(rig.Patience))
	r.Check(push.Connect(at))
	r.WaitUntil("a heartbeat has been answered", func() bool {
		p := push.Peers()
		return len(p) == 1 && p[0].RoundTrip() > 0
	})
	r.Send(push, "x")
	r.WantRecv(pull, "x")
}
