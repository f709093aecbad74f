// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// bound starts a socket and returns it and where it listens.
func bound(t *testing.T, typ zmq.SocketType, settings ...zmq.Setting) (*zmq.Socket, string) {
	t.Helper()
	s, err := zmq.NewSocket(typ, append(settings, zmq.Linger.Of(0))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.Bind("tcp://127.0.0.1:*"); err != nil {
		t.Fatal(err)
	}
	return s, s.LastEndpoint()
}

func TestPingTimesHeartbeats(t *testing.T) {
	for _, typ := range []zmq.SocketType{zmq.REP, zmq.ROUTER, zmq.PUB, zmq.XPUB, zmq.SUB, zmq.XSUB, zmq.PULL} {
		_, where := bound(t, typ, zmq.RoutingID.Of([]byte("me")))
		p := start(t, "", "ping", where, "--count", "2", "--interval", "5ms", "--timeout", "1m")
		p.ends(t, exitOK)
		for _, want := range []string{"connected to 127.0.0.1:", "it speaks ZMTP 3.1, NULL, " + typ.String(),
			"handshake with a " + typ.String(), "heartbeat 2: ", "round trip: least "} {
			if !strings.Contains(p.out.String(), want) {
				t.Errorf("%s: %q lacks %q", typ, p.out, want)
			}
		}
	}
}

func TestPingTakesNoMessage(t *testing.T) {
	for _, typ := range []zmq.SocketType{zmq.PUSH, zmq.DEALER, zmq.PAIR} {
		s, where := bound(t, typ)
		p := start(t, "", "ping", where, "--timeout", "1m")
		p.ends(t, exitOK)
		if !strings.Contains(p.out.String(), "no handshake: a "+typ.String()) {
			t.Errorf("%s: %q", typ, p.out)
		}
		if s.TrySend([]byte("task")) == nil {
			t.Errorf("%s: the message went to the ping", typ)
		}
	}
}

func TestPingSaysWhatCURVEWants(t *testing.T) {
	dir := t.TempDir()
	start(t, "", "keygen", "--out", filepath.Join(dir, "server")).ends(t, exitOK)
	start(t, "", "keygen", "--out", filepath.Join(dir, "other")).ends(t, exitOK)
	server := startReading(t, idle(t), "router", "--bind", "tcp://127.0.0.1:*", "--insecure-any-key",
		"--curve-server", filepath.Join(dir, "server.key_secret"))
	where := server.endpoint(t)
	for _, c := range []struct {
		key  string
		code int
		want string
	}{
		{"", exitError, "it wants CURVE"},
		{"server.key", exitOK, "handshake with a ROUTER"},
		{"other.key", exitError, "a wrong --server-key looks like this"},
	} {
		args := []string{"ping", where, "--count", "1", "--interval", "5ms", "--timeout", "1m"}
		if c.key != "" {
			args = append(args, "--server-key", filepath.Join(dir, c.key))
		}
		p := start(t, "", args...)
		p.ends(t, c.code)
		if text := p.out.String() + p.errs.String(); !strings.Contains(text, c.want) {
			t.Errorf("with key %q it says %q, want %q", c.key, text, c.want)
		}
	}
}

// serve runs a listener whose connections f handles until the test ends.
func serve(t *testing.T, f func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			f(c)
			c.Close()
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
	})
	return "tcp://" + l.Addr().String()
}

func TestPingSaysWhatIsThere(t *testing.T) {
	web := httptest.NewServer(http.NotFoundHandler())
	defer web.Close()
	tls := httptest.NewUnstartedServer(http.NotFoundHandler())
	tls.Config.ErrorLog = log.New(io.Discard, "", 0) // it complains of what is no TLS
	tls.StartTLS()
	defer tls.Close()
	tcp := func(u string) string { _, rest, _ := strings.Cut(u, "://"); return "tcp://" + rest }
	says := func(text string) func(net.Conn) {
		return func(c net.Conn) {
			io.WriteString(c, text)
			io.Copy(io.Discard, c)
		}
	}
	closed, err := net.Listen("tcp", zmqtest.Host()+":0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	for _, c := range []struct {
		name, endpoint string
		code           int
		want           string
	}{
		{"a web server", tcp(web.URL), exitError, "a web server"},
		{"a TLS server", tcp(tls.URL), exitError, "a TLS server"},
		{"an SSH server", serve(t, says("SSH-2.0-x\r\n")), exitError, "an SSH server"},
		{"anything", serve(t, says("220 mail.example.org\r\n")), exitError, "speaks no ZMTP"},
		{"silence", serve(t, says("")), exitError, "says nothing"},
		{"an end", serve(t, func(net.Conn) {}), exitError, "ends"},
		{"ZMTP 2.0", serve(t, says("\xFF\x00\x00\x00\x00\x00\x00\x00\x01\x7F\x01\x04\x00\x00")), exitOK, "ZMTP 2.0"},
		{"ZMTP 1.0", serve(t, says("\x01\x00\x02\x00a\x02\x00b\x02\x00c")), exitOK, "ZMTP 1.0"},
		{"nothing", "tcp://" + closed.Addr().String(), exitError, "nothing listens there"},
		{"no file", "ipc://" + filepath.Join(t.TempDir(), "none"), exitError, "nothing listens there"},
		{"no endpoint", "inproc://x", exitUsage, "cannot be pinged"},
	} {
		t.Run(c.name, func(t *testing.T) {
			// Some servers say nothing until half of that has passed, and on a machine that
			// is held up none may have said anything by then.
			code, text := start(t, "", "ping", c.endpoint, "--timeout", "1s").result(t)
			if code != c.code || !strings.Contains(text, c.want) {
				code, text = start(t, "", "ping", c.endpoint, "--timeout", "20s").result(t)
			}
			if code != c.code || !strings.Contains(text, c.want) {
				t.Errorf("it says %q and ends with %d, want %q and %d", text, code, c.want, c.code)
			}
		})
	}
}

func FuzzReady(f *testing.F) {
	f.Add(zmqtest.MustOctets(`04 19 05 "READY" 0B "Socket-Type" 00 00 00 03 "PUB"`))
	f.Add([]byte{4, 2, 9, 9})
	f.Fuzz(func(t *testing.T, answer []byte) {
		ours, theirs := net.Pipe()
		go func() {
			io.CopyN(io.Discard, theirs, greetingRest)
			theirs.Write(answer)
			theirs.Close()
		}()
		var p presence
		p.readReady(ours, make([]byte, greetingRest))
		ours.Close()
		if len(p.Type)+len(p.Identity) > len(answer) {
			t.Errorf("%q says type %q, identity %q", answer, p.Type, p.Identity)
		}
	})
}
