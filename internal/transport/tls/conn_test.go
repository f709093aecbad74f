// SPDX-License-Identifier: Apache-2.0

package tls

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/transport"
)

// patience bounds what must happen.
const patience = 30 * time.Second

// pair returns a client's layer over tcp, opened, and the server as crypto/tls has it.
func pair(t *testing.T) (*Conn, *tls.Conn) {
	t.Helper()
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer lis.Close()
	nc, err := net.Dial("tcp", lis.Addr().String())
	must(t, err)
	t.Cleanup(func() { nc.Close() })
	must(t, nc.(*net.TCPConn).SetWriteBuffer(16<<10))
	far, err := lis.Accept()
	must(t, err)
	t.Cleanup(func() { far.Close() })
	must(t, far.SetDeadline(time.Now().Add(patience)))
	must(t, nc.SetDeadline(time.Now().Add(patience)))
	server := tls.Server(far, &tls.Config{Certificates: []tls.Certificate{certificate(t)}})
	shaken := make(chan error, 1)
	go func() { shaken <- server.Handshake() }()
	w := &wire{Conn: nc}
	c := &Conn{scheme: Scheme, wire: w, tls: tls.Client(w, &tls.Config{InsecureSkipVerify: true, DynamicRecordSizingDisabled: true})}
	_, err = c.Open(&transport.Opening{MaxBytes: 64 << 10})
	must(t, err)
	must(t, <-shaken)
	return c, server
}

func certificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// try writes without blocking, as the engine does, and reports how much.
func try(t *testing.T, c *Conn, bufs [][]byte) (n int, again bool) {
	t.Helper()
	raw, err := c.NetConn().(syscall.Conn).SyscallConn()
	must(t, err)
	must(t, raw.Write(func(fd uintptr) bool {
		n, again, err = c.TryWrite(fd, bufs)
		return true
	}))
	must(t, err)
	return n, again
}

// TestOnlyWholeRecordsAreReported: what is reported, and no more, is what the peer can
// decrypt when the connection ends there. So no message is lost or sent twice.
func TestOnlyWholeRecordsAreReported(t *testing.T) {
	if !transport.CanPoll {
		t.Skip("writes cannot be tried here")
	}
	for _, size := range []int{100, 5000, 100_000} {
		c, server := pair(t)
		reported, stuck := 0, false
		stream := pattern(16 << 20) // more than the system takes
		for !stuck && reported < len(stream) {
			rest := stream[reported:]
			n, again := try(t, c, [][]byte{rest[:min(size, len(rest))], rest[min(size, len(rest)):min(3*size, len(rest))]})
			reported, stuck = reported+n, again
		}
		if !stuck {
			t.Fatal("the system has taken everything")
		}
		must(t, c.NetConn().(*net.TCPConn).CloseWrite())
		got, err := io.ReadAll(server)
		if err != nil && err != io.ErrUnexpectedEOF {
			t.Errorf("%d at a time: %v", size, err)
		}
		if len(got) != reported || !bytes.Equal(got, stream[:reported]) {
			t.Errorf("%d at a time: reported %d, the peer has %d", size, reported, len(got))
		}
	}
}

// TestWritesGoOnWhereTheyStopped: until the peer has everything, once.
func TestWritesGoOnWhereTheyStopped(t *testing.T) {
	c, server := pair(t)
	stream := pattern(3 << 20)
	got := make(chan []byte, 1)
	go func() {
		b := make([]byte, len(stream))
		n, _ := io.ReadFull(server, b)
		got <- b[:n]
	}()
	if transport.CanPoll {
		for sent := 0; sent < 1<<20; {
			n, _ := try(t, c, [][]byte{stream[sent : 1<<20]})
			sent += n
		}
	} else if _, err := c.Write(stream[:1<<20]); err != nil {
		t.Fatal(err)
	}
	n, err := c.WriteBuffers([][]byte{stream[1<<20 : 2<<20], stream[2<<20:]})
	if n != 2<<20 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	if b := <-got; !bytes.Equal(b, stream) {
		t.Errorf("the peer has %d bytes of %d", len(b), len(stream))
	}
	if c.wire.out != nil || len(c.out.ends) != 0 {
		t.Error("a connection that has sent all keeps a buffer")
	}
}

// TestReadingDoesNotWait: what is there is read, and otherwise again is the answer, also
// in the middle of a record.
func TestReadingDoesNotWait(t *testing.T) {
	if !transport.CanPoll {
		t.Skip("reads cannot be tried here")
	}
	c, server := pair(t)
	raw, err := c.NetConn().(syscall.Conn).SyscallConn()
	must(t, err)
	want := pattern(100_000)
	go func() { _, _ = server.Write(want) }()
	var got []byte
	waits := 0
	b := make([]byte, 1000)
	for len(got) < len(want) {
		must(t, raw.Read(func(fd uintptr) bool {
			n, again, e := c.TryRead(fd, b)
			got, err = append(got, b[:n]...), e
			if again {
				waits++
			}
			return !again
		}))
		must(t, err)
	}
	if !bytes.Equal(got, want) {
		t.Error("the bytes are others")
	}
	must(t, raw.Read(func(fd uintptr) bool {
		n, again, e := c.TryRead(fd, b)
		if n != 0 || !again || e != nil {
			t.Errorf("with nothing there: %d, %v, %v", n, again, e)
		}
		return true
	}))
	must(t, server.Close())
	must(t, raw.Read(func(fd uintptr) bool {
		_, again, e := c.TryRead(fd, b)
		err = e
		return !again
	}))
	if err != io.EOF {
		t.Errorf("the end is %v", err)
	}
}

// pattern is n bytes that differ.
func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + i>>8)
	}
	return b
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
