// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
)

// at waits until a side of a proxy listens and returns where.
func (p *process) at(t *testing.T, side string) string {
	t.Helper()
	text := p.waitFor(t, p.errs, side+": ", " listening on ", "\n")
	_, rest, _ := strings.Cut(text, side+": ")
	_, rest, _ = strings.Cut(rest, " listening on ")
	where, _, _ := strings.Cut(rest, "\n")
	return where
}

func TestProxyQueue(t *testing.T) {
	p := start(t, "", "proxy", "queue", "--frontend", anyPort, "--backend", anyPort)
	start(t, "", "rep", "--connect", p.at(t, "backend"), "--echo")
	start(t, "one\ntwo\n", "req", "--connect", p.at(t, "frontend"), "--timeout", "20s").wrote(t, "one\ntwo\n")
	p.interrupt()
	p.ends(t, exitOK)
	// Three bytes, behind the client's id of five and the request's number of four.
	p.waitFor(t, p.errs, "passed on in ", "front to back 2 messages (24 B), back to front 2 messages (24 B)")
}

func TestProxyForwarder(t *testing.T) {
	p := start(t, "", "proxy", "forwarder", "-F", anyPort, "-B", anyPort)
	sub := start(t, "", "sub", "--connect", p.at(t, "backend"), "--subscribe", "b", "--count", "1")
	start(t, "", "pub", "--connect", p.at(t, "frontend"), "--wait-subscribers", "1", "--count", "1", "bc", "d")
	sub.wrote(t, "bc\td\n")
}

func TestProxyStreamerDrainsAfterASignal(t *testing.T) {
	p := start(t, "", "proxy", "streamer", "--frontend", anyPort, "--backend", anyPort)
	back := p.at(t, "backend")
	var input strings.Builder
	for i := range 500 { // fits into the queues
		fmt.Fprintln(&input, i)
	}
	start(t, input.String(), "push", "--connect", p.at(t, "frontend")).ends(t, exitOK)
	p.interrupt()
	// Only now is there a peer to pass it on to.
	start(t, "", "pull", "--connect", back, "--count", "500", "--timeout", "20s").wrote(t, input.String())
	p.ends(t, exitOK)
	p.waitFor(t, p.errs, "front to back 500 messages")
}

func TestProxyOfTypesEachWayRoundAndConnected(t *testing.T) {
	sink := start(t, "", "pull", "--bind", anyPort, "--count", "1")
	p := start(t, "", "proxy", "--frontend", "sub:"+anyPort, "--backend", "push:connect:"+sink.endpoint(t), "--set", "RCVHWM=7")
	start(t, "", "pub", "--connect", p.at(t, "frontend"), "--wait-subscribers", "1", "hello")
	sink.wrote(t, "hello\n")
}

func TestProxyCaptureAndControl(t *testing.T) {
	p := start(t, "", "proxy", "streamer", "--frontend", anyPort, "--backend", anyPort, "--capture", "push:"+anyPort, "--control", anyPort)
	control := p.at(t, "control")
	command := func(text string) *process {
		return start(t, "", "req", "--connect", control, "--timeout", "20s", "--format", "json", text)
	}
	command("PAUSE").wrote(t, "[\"\"]\n")
	start(t, "", "push", "--connect", p.at(t, "frontend"), "taken").ends(t, exitOK)
	pull := start(t, "", "pull", "--connect", p.at(t, "backend"), "--count", "1")
	capture := start(t, "", "pull", "--connect", p.at(t, "capture"), "--count", "1")
	command("RESUME").wrote(t, "[\"\"]\n")
	pull.wrote(t, "taken\n")
	capture.wrote(t, "taken\n")
	stats := command("STATISTICS")
	stats.ends(t, exitOK)
	var frames []any
	if err := json.Unmarshal([]byte(stats.out.String()), &frames); err != nil || len(frames) != 8 {
		t.Errorf("statistics %q: %v", stats.out, err)
	}
	command("TERMINATE").wrote(t, "[\"\"]\n")
	p.ends(t, exitOK)
}

func TestProxyUsage(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"proxy", "it needs --frontend and --backend"},
		{"proxy queue --frontend tcp://127.0.0.1:*", "it needs --frontend and --backend"},
		{"proxy quue -F tcp://127.0.0.1:* -B tcp://127.0.0.1:*", "did you mean queue?"},
		{"proxy queue streamer -F tcp://127.0.0.1:* -B tcp://127.0.0.1:*", "one device"},
		{"proxy -F tcp://127.0.0.1:* -B push:tcp://127.0.0.1:*", "--frontend needs a type"},
		{"proxy -F pull:tcp://127.0.0.1:* -B tcp://127.0.0.1:*", "--backend needs a type"},
		{"proxy -F pul:tcp://127.0.0.1:* -B push:tcp://127.0.0.1:*", "did you mean pub or pull?"},
		{"proxy -F pull:conect:tcp://127.0.0.1:* -B push:tcp://127.0.0.1:*", "did you mean connect?"},
		{"proxy -F pull:tcp://127.0.0.1:* -F sub:tcp://127.0.0.1:* -B push:tcp://127.0.0.1:*", "both PULL and SUB"},
		{"proxy -F localhost:5555 -B push:tcp://127.0.0.1:*", "it wants [TYPE:]"},
		{"proxy -F pull:inproc://x -B push:tcp://127.0.0.1:*", "same process"},
		{"proxy -F pull:tcp://127.0.0.1:* -B sub:tcp://127.0.0.1:*", "nothing can pass"},
		{"proxy streamer -F router:tcp://127.0.0.1:* -B tcp://127.0.0.1:*", "is a PULL, not a ROUTER"},
		{"proxy streamer -F tcp://127.0.0.1:* -B tcp://127.0.0.1:* --capture sub:tcp://127.0.0.1:*", "cannot capture"},
		{"proxy streamer -F foo://x -B tcp://127.0.0.1:*", "An endpoint is"},
		{"proxy streamer -F tcp://127.0.0.1:* -B tcp://127.0.0.1:* --set RCVHMW=1", "did you mean RCVHWM"},
		{"proxy streamer -F tcp://127.0.0.1:* -B tcp://127.0.0.1:* -v -q", "exclude each other"},
	} {
		p := start(t, "", strings.Split(c.args, " ")...)
		p.ends(t, exitUsage)
		if got := p.errs.String(); !strings.Contains(got, c.want) {
			t.Errorf("%q: %q, want %q", c.args, got, c.want)
		}
	}
}

// The line of rates is written over, fits the terminal, and leaves nothing.
func TestProxyRates(t *testing.T) {
	var b bytes.Buffer
	columns := 200
	r := &statusLine{w: &b, width: func() int { return columns }}
	now := zmq.ProxyStats{
		Frontend: zmq.ProxyTraffic{MessagesOut: 3, BytesOut: 30},
		Backend:  zmq.ProxyTraffic{MessagesOut: 2_500_000, BytesOut: 40_000_000, Refused: 1},
	}
	r.showRates(zmq.ProxyStats{}, now, 2*time.Second, false)
	want := "\rfront to back 1.25 Mmsg/s 20.0 MB/s | back to front 1.50 msg/s 15 B/s | 1 had no peer to go to\x1b[K"
	if b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
	b.Reset()
	columns = 21
	r.showRates(now, now, time.Second, true)
	r.end()
	r.end()
	if want := "\rpaused | front to ba\x1b[K\r\x1b[K"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
	if newStatusLine(&b, false) != nil {
		t.Error("a line where there is no terminal")
	}
	var none *statusLine
	none.showRates(now, now, time.Second, false)
	none.end()
}

func TestAmounts(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0 B", 7: "7 B", 0.5: "0.50 B", 999: "999 B", 999.6: "1.00 kB", 1000: "1.00 kB", 9994: "9.99 kB", 12345: "12.3 kB",
		123456: "123 kB", 99.96: "100 B", 2e6: "2.00 MB", 1e17: "100 PB",
	} {
		if got := amount(v, "B"); got != want {
			t.Errorf("%v: %q, want %q", v, got, want)
		}
	}
}

func TestProxyPrint(t *testing.T) {
	p := start(t, "", "proxy", "queue", "-F", anyPort, "-B", anyPort, "--print", "--print-format", "%n %d %f %4")
	start(t, "", "rep", p.at(t, "backend"), "--echo")
	start(t, "", "req", p.at(t, "frontend"), "--timeout", "20s", "hello", "x").wrote(t, "hello\tx\n")
	p.waitFor(t, p.out, "2 < ")
	// The client's id, the number of its request, the empty frame, and two of its own.
	p.interrupt()
	p.wrote(t, "1 > 5 hello\n2 < 5 hello\n")
}

// Each side of a proxy has a mechanism and rules of its own.
func TestProxySecurity(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"server", "alice", "mallory"} {
		start(t, "", "keygen", "--out", filepath.Join(dir, name)).ends(t, exitOK)
	}
	clients := filepath.Join(dir, "clients")
	if err := os.Mkdir(clients, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "alice.key"), filepath.Join(clients, "alice.key")); err != nil {
		t.Fatal(err)
	}
	sink := start(t, "", "pull", anyPort0, "--count", "1", "--auth-users", users(t))
	p := start(t, "", "proxy", "--frontend", "pull:"+anyPort, "--backend", "push:connect:"+sink.endpoint(t),
		"--frontend-curve-server", filepath.Join(dir, "server.key_secret"), "--frontend-auth-keys", clients,
		"--backend-plain", "alice:secret")
	front, key := p.at(t, "frontend"), filepath.Join(dir, "server.key")
	mallory := start(t, "", "push", front, "--server-key", key, "--curve-client", filepath.Join(dir, "mallory.key_secret"), "--linger", "0", "--wait", "1", "--timeout", "0", "no")
	p.waitFor(t, p.errs, "refused")
	start(t, "", "push", front, "--server-key", key, "--curve-client", filepath.Join(dir, "alice.key_secret"), "yes").ends(t, exitOK)
	sink.wrote(t, "yes\n")
	mallory.interrupt()
	mallory.ends(t, exitError)

	wrong := start(t, "", "proxy", "streamer", "-F", anyPort, "-B", anyPort, "--backend-auth-keys", clients)
	wrong.ends(t, exitUsage)
	if text := wrong.errs.String(); !strings.Contains(text, "--backend-auth-keys and --backend-insecure-any-key need --backend-curve-server") {
		t.Errorf("it says %q", text)
	}
}
