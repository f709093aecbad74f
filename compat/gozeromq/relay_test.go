// SPDX-License-Identifier: Apache-2.0

// Mechanisms and transports of sockets: the ones that package zmq has, and those
// that a program brings.

package zmq4_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	zmq4 "github.com/gozmq/zmq/compat/gozeromq"
	"github.com/gozmq/zmq/compat/gozeromq/security/null"
	"github.com/gozmq/zmq/compat/gozeromq/security/plain"
	"github.com/gozmq/zmq/compat/gozeromq/transport"
	"github.com/gozmq/zmq/internal/zmqtest"
)

func keep(t *testing.T, s zmq4.Socket) zmq4.Socket {
	t.Cleanup(func() { s.Close() })
	return s
}

// talk has two sockets exchange messages both ways, the first of which listens.
func talk(t *testing.T, rep, req zmq4.Socket, listenAt string, dialAt func(net.Addr) string) {
	t.Helper()
	if err := rep.Listen(listenAt); err != nil {
		t.Fatal(err)
	}
	if err := req.Dial(dialAt(rep.Addr())); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := req.SendMulti(zmq4.NewMsgFromString([]string{"a", strings.Repeat("x", 100_000)})); err != nil {
			t.Fatal(err)
		}
		msg, err := rep.Recv()
		if err != nil || len(msg.Frames) != 2 || len(msg.Frames[1]) != 100_000 {
			t.Fatalf("received %d frames, %v", len(msg.Frames), err)
		}
		if err := rep.Send(zmq4.NewMsgString("b")); err != nil {
			t.Fatal(err)
		}
		if msg, err = req.Recv(); err != nil || string(msg.Bytes()) != "b" {
			t.Fatalf("received %v, %v", msg, err)
		}
	}
}

func tcpOf(a net.Addr) string { return "tcp://" + a.String() }

func TestEveryMechanismBetweenSockets(t *testing.T) {
	for name, pair := range map[string][2]zmq4.Security{
		"nil":                    {nil, nil},
		"null":                   {null.Security(), nil},
		"plain":                  {plain.Security("u", "p"), plain.Security("u", "p")},
		"plain, anybody":         {plain.Security("", ""), plain.Security("u", "p")},
		"plain, empty name":      {plain.Security("", "p"), plain.Security("", "p")},
		"a mechanism of our own": {xor{key: 3}, xor{key: 3}},
	} {
		t.Run(name, func(t *testing.T) {
			rep := keep(t, zmq4.NewRep(t.Context(), zmq4.WithSecurity(pair[0])))
			req := keep(t, zmq4.NewReq(t.Context(), zmq4.WithSecurity(pair[1]), zmq4.WithID(zmq4.SocketIdentity("me"))))
			talk(t, rep, req, "tcp://127.0.0.1:0", tcpOf)
		})
	}
}

func TestSubscriptionsPassAForeignMechanism(t *testing.T) {
	sec := zmq4.WithSecurity(xor{key: 9})
	pub, sub := keep(t, zmq4.NewPub(t.Context(), sec)), keep(t, zmq4.NewSub(t.Context(), sec))
	if err := pub.Listen("tcp://127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	if err := sub.SetOption(zmq4.OptionSubscribe, "A"); err != nil {
		t.Fatal(err)
	}
	if err := sub.Dial(tcpOf(pub.Addr())); err != nil {
		t.Fatal(err)
	}
	wantTopics(t, pub, "A")
	for _, m := range []string{"B", "A"} {
		if err := pub.Send(zmq4.NewMsgString(m)); err != nil {
			t.Fatal(err)
		}
	}
	if msg, err := sub.Recv(); err != nil || string(msg.Bytes()) != "A" {
		t.Errorf("received %v, %v", msg, err)
	}
}

func wantTopics(t *testing.T, s zmq4.Socket, topics ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !slices.Equal(s.(zmq4.Topics).Topics(), topics) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("topics %q, want %q", s.(zmq4.Topics).Topics(), topics)
		}
	}
}

// The original's server admits all clients.
func TestPlainServerChecksPasswords(t *testing.T) {
	for _, wrong := range [][2]string{{"u", "wrong"}, {"wrong", "p"}, {"u", ""}} {
		pull := keep(t, zmq4.NewPull(t.Context(), zmq4.WithSecurity(plain.Security("u", "p"))))
		if err := pull.Listen("tcp://127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		push := keep(t, zmq4.NewPush(t.Context(), zmq4.WithSecurity(plain.Security(wrong[0], wrong[1])),
			zmq4.WithDialerMaxRetries(0), zmq4.WithDialerRetry(time.Millisecond)))
		if err := push.Dial(tcpOf(pull.Addr())); err == nil {
			t.Errorf("%q is let in", wrong)
		}
	}
}

func TestMechanismsDoNotMix(t *testing.T) {
	pull := keep(t, zmq4.NewPull(t.Context(), zmq4.WithSecurity(plain.Security("u", "p"))))
	if err := pull.Listen("tcp://127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	if err := keep(t, zmq4.NewPush(t.Context())).Dial(tcpOf(pull.Addr())); err == nil {
		t.Error("NULL gets into PLAIN")
	}
	if err := keep(t, zmq4.NewPull(t.Context(), zmq4.WithSecurity(xor{}))).Listen("inproc://secret"); err == nil {
		t.Error("inproc takes a mechanism")
	}
}

// tlsTransport is what a program might register.
type tlsTransport struct{ config *tls.Config }

func (tr tlsTransport) Dial(ctx context.Context, dialer transport.Dialer, addr string) (net.Conn, error) {
	raw, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return tls.Client(raw, &tls.Config{InsecureSkipVerify: true}), nil
}

func (tr tlsTransport) Listen(_ context.Context, addr string) (net.Listener, error) {
	return tls.Listen("tcp", addr, tr.config)
}

func (tr tlsTransport) Addr(ep string) (string, error) { return ep, nil }

func newTLS(t *testing.T) tlsTransport {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tlsTransport{&tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}}
}

// registered counts: a registration is for the process.
var registered atomic.Int32

func register(t *testing.T, tr transport.Transport) (name string) {
	t.Helper()
	name = fmt.Sprint("own", registered.Add(1))
	if err := zmq4.RegisterTransport(name, tr); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestRegisteredTransport(t *testing.T) {
	scheme := register(t, newTLS(t))
	for _, name := range []string{"inproc", "ipc", "tcp", scheme} {
		if got := zmq4.Transports(); !slices.Contains(got, name) || !slices.IsSorted(got) {
			t.Errorf("transports %q", got)
		}
	}
	for _, name := range []string{scheme, "tcp", ""} {
		if err := zmq4.RegisterTransport(name, transport.New("tcp")); err == nil {
			t.Errorf("%q can be registered", name)
		}
	}
	if err := zmq4.RegisterTransport("none", nil); err == nil {
		t.Error("no transport can be registered")
	}
	for name, sec := range map[string]zmq4.Security{"null": nil, "plain": plain.Security("u", "p"), "own": xor{key: 1}} {
		t.Run(name, func(t *testing.T) {
			rep := keep(t, zmq4.NewRep(t.Context(), zmq4.WithSecurity(sec)))
			req := keep(t, zmq4.NewReq(t.Context(), zmq4.WithSecurity(sec)))
			talk(t, rep, req, scheme+"://127.0.0.1:0", func(a net.Addr) string { return scheme + "://" + a.String() })
		})
	}
}

// A relay dials again too: the listener comes after the Dial.
func TestRegisteredTransportKeepsTrying(t *testing.T) {
	scheme := register(t, transport.New("tcp"))
	first := keep(t, zmq4.NewPull(t.Context()))
	if err := first.Listen(scheme + "://" + zmqtest.Host() + ":0"); err != nil {
		t.Fatal(err)
	}
	ep := scheme + "://" + first.Addr().String()
	first.Close()
	push := keep(t, zmq4.NewPush(t.Context(), zmq4.WithDialerRetry(5*time.Millisecond)))
	if err := push.Dial(ep); err != nil {
		t.Fatal(err)
	}
	if err := push.Send(zmq4.NewMsgString("waits")); err != nil {
		t.Fatal(err)
	}
	pull := keep(t, zmq4.NewPull(t.Context()))
	if err := pull.Listen(ep); err != nil {
		t.Fatal(err)
	}
	if msg, err := pull.Recv(); err != nil || string(msg.Bytes()) != "waits" {
		t.Errorf("received %v, %v", msg, err)
	}
}

func TestNetTransport(t *testing.T) {
	tcp := transport.New("tcp")
	for ep, want := range map[string]string{"*:5": ":5", "*:*": ":0", ":5": ":5", "a:5": "a:5", "[::1]:*": "[::1]:0"} {
		if got, err := tcp.Addr(ep); got != want || err != nil {
			t.Errorf("%s: %q, %v, want %q", ep, got, err, want)
		}
	}
	if _, err := tcp.Addr("5"); err == nil {
		t.Error("an address without a port")
	}
	if got, err := transport.New("unix").Addr("/x"); got != "/x" || err != nil {
		t.Errorf("unix: %q, %v", got, err)
	}
	l, err := tcp.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := tcp.Dial(t.Context(), nil, l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
}
