// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
)

// nowhere returns an endpoint without a listener. A socket that does not accept
// occupies the port until the test is over.
func nowhere(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return "tcp://" + l.Addr().String()
}

func TestUsageErrors(t *testing.T) {
	for _, c := range []struct {
		args, want string // of the error; the arguments are split at spaces
	}{
		{"psh --bind x", "there is no socket type or command \"psh\"; did you mean push?"},
		{"pbu", "did you mean pub?"},
		{"nonsense", "no socket type or command \"nonsense\"\n"},
		{"push", "zmq push: it needs an endpoint: --bind"},
		{"push --bnd x", "unknown flag: --bnd; did you mean --bind?"},
		{"pull --bind tcp://127.0.0.1:* word", "takes no arguments but endpoints"},
		{"pull word", "needs an endpoint"},
		{"sub localhost:5555", "did you mean zmq sub --connect tcp://localhost:5555?"},
		{"sub --connect localhost:5555", "did you mean tcp://localhost:5555?"},
		{"pull --bind tcp://127.0.0.1:* --timeout soon", "seconds, such as 5"},
		{"pull --bind tcp://127.0.0.1:* --timeout 1e300", "more than a duration can be"},
		{"pull --bind inproc://x", "reaches only sockets of the same process"},
		{"pull --bind foo://x", "An endpoint is tcp://HOST:PORT"},
		{"pull --bind tcp://127.0.0.1", "An endpoint is tcp://HOST:PORT"},
		{"pull --bind tcp://127.0.0.1:* --format xml", "there are text, hex, json, raw"},
		{"pull --bind tcp://127.0.0.1:* --separator \n", "separator"},
		{"pull --bind tcp://127.0.0.1:* --timeout -1s", "cannot be negative"},
		{"push --bind tcp://127.0.0.1:* --wait -1", "cannot be negative"},
		{"pull --bind tcp://127.0.0.1:* --verbose --quiet", "exclude each other"},
		{"pull --bind tcp://127.0.0.1:* --count x", "invalid argument"},
		{"pull --bind tcp://127.0.0.1:* --set RCVHWM", "wants OPTION=VALUE"},
		{"pull --bind tcp://127.0.0.1:* --set RCVHMW=1", "did you mean RCVHWM"},
		{"pull --bind tcp://127.0.0.1:* --set RCVHWM=many", "--set RCVHWM=many: option RecvHWM (RCVHWM)"},
		{"pull --bind tcp://127.0.0.1:* --set ROUTER_MANDATORY=1", "does not apply to a PULL"},
		{"pull --bind tcp://127.0.0.1:* --set RCVMORE=1", "can only be read"},
		{"pull --bind tcp://127.0.0.1:* --linger soon", "--linger soon"},
		{"dealer --bind tcp://127.0.0.1:* --identity 0x0", "--identity 0x0"},
		{"rep --bind tcp://127.0.0.1:* --echo --exec true", "--echo and --exec exclude each other"},
		{"rep --bind tcp://127.0.0.1:* --reply zz --format hex", "--reply zz"},
		{"sub --bind tcp://127.0.0.1:* --subscribe zz --format hex", "--subscribe zz"},
		{"push --bind tcp://127.0.0.1:* --format hex zz", "argument \"zz\""},
		{"options --format xml", "there are text and json"},
		{"options lingre", "did you mean LINGER?"},
		{"version now", "takes no arguments"},
		{"demo now", "takes no arguments"},
	} {
		p := start(t, "", strings.Split(c.args, " ")...)
		p.ends(t, exitUsage)
		text := p.errs.String()
		if !strings.Contains(text, c.want) || !strings.Contains(text, "--help' for usage.\n") {
			t.Errorf("%s: %q, want %q and where the help is", c.args, text, c.want)
		}
		if p.out.String() != "" {
			t.Errorf("%s: writes %q", c.args, p.out)
		}
	}
}

func TestTimeouts(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"pull", "no message came within 1ms"},
		{"pull --timeout 0 --set RCVTIMEO=1", "no message came in time"},
		{"rep", "no request came within 1ms"},
		{"req --wait 0 word", "no reply came within 1ms"},
		{"pair word", "no message came within 1ms"},
		{"push --wait 2 word", "fewer than 2 peers connected within 1ms"},
		{"xpub --wait-subscribers 1 word", "within 1ms"},
	} {
		args := append([]string{strings.Fields(c.args)[0], "--connect", nowhere(t), "--timeout", "1ms"}, strings.Fields(c.args)[1:]...)
		p := startReading(t, idle(t), args...)
		p.ends(t, exitTimeout)
		if text := p.errs.String(); !strings.Contains(text, c.want) || !strings.Contains(text, "no peer is connected to tcp://") {
			t.Errorf("%s: %q, want %q", c.args, text, c.want)
		}
	}
	start(t, "", "push", "--bind", anyPort, "--timeout", "1ms", "word").ends(t, exitTimeout)
}

func TestSignals(t *testing.T) {
	for _, name := range []string{"pull", "sub", "rep", "pair", "dealer", "router", "xpub", "xsub", "stream"} {
		p := startReading(t, idle(t), name, "--bind", anyPort)
		p.endpoint(t)
		p.interrupt()
		p.ends(t, exitOK)
		if text := p.errs.String(); strings.Contains(text, "zmq "+name) {
			t.Errorf("%s reports %q", name, text)
		}
	}
	for _, name := range []string{"push", "pub", "req"} {
		p := startReading(t, idle(t), name, "--bind", anyPort)
		p.endpoint(t)
		p.interrupt()
		p.ends(t, exitError)
	}
}

func TestSignalWhileLingering(t *testing.T) {
	p := start(t, "", "push", "--connect", nowhere(t), "--linger", "2s", "word")
	p.waitFor(t, p.errs, "sending what is queued; interrupt to give it up\n")
	p.interrupt()
	p.ends(t, exitError)
}

func TestUnsentMessagesAreAnError(t *testing.T) {
	p := start(t, "a\nb\n", "push", "--connect", nowhere(t), "--linger", "1ms")
	p.ends(t, exitError)
	if text := p.errs.String(); !strings.Contains(text, "2 messages were not sent") {
		t.Errorf("it says %q", text)
	}
	p = start(t, "", "push", "--connect", nowhere(t), "--linger", "0", "a")
	p.ends(t, exitError)
	if text := p.errs.String(); !strings.Contains(text, "1 message was not sent") {
		t.Errorf("it says %q", text)
	}
}

func TestBadInputNamesTheLine(t *testing.T) {
	for _, name := range []string{"push", "req", "pair"} {
		p := start(t, "6\n", name, "--connect", nowhere(t), "--linger", "0", "--format", "hex")
		p.ends(t, exitError)
		if text := p.errs.String(); !strings.Contains(text, "read standard input: line 1: ") {
			t.Errorf("%s: it says %q", name, text)
		}
	}
}

// broken cannot be read or written.
type broken struct{}

var errBroken = errors.New("it is broken")

func (broken) Read([]byte) (int, error)  { return 0, errBroken }
func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestBrokenStreams(t *testing.T) {
	p := startReading(t, broken{}, "push", "--connect", nowhere(t))
	p.ends(t, exitError)
	if text := p.errs.String(); !strings.Contains(text, "read standard input: it is broken") {
		t.Errorf("reading: %q", text)
	}
	push := start(t, "", "push", "--bind", anyPort, "word")
	var errs bytes.Buffer
	s := Streams{In: strings.NewReader(""), Out: broken{}, Err: &errs}
	if code := s.Run(push.ctx, []string{"pull", "--connect", push.endpoint(t)}); code != exitError {
		t.Errorf("writing: %d", code)
	}
	if !strings.Contains(errs.String(), "write standard output: it is broken") {
		t.Errorf("writing: %q", errs.String())
	}
}

func TestAddressInUse(t *testing.T) {
	p := start(t, "", "pull", "--bind", nowhere(t))
	p.ends(t, exitError)
	if text := p.errs.String(); !strings.Contains(text, "zmq pull: bind tcp://127.0.0.1:") || !strings.Contains(text, "Another socket has that address") {
		t.Errorf("it says %q", text)
	}
}

func TestQuietAndVerbose(t *testing.T) {
	pull := start(t, "", "pull", "--bind", "ipc://*", "--count", "1", "--verbose")
	start(t, "", "push", "--connect", pull.endpoint(t), "--quiet", "x").wrote(t, "")
	pull.wrote(t, "x\n")
	if text := pull.errs.String(); !strings.Contains(text, "level=DEBUG") {
		t.Errorf("--verbose says %q", text)
	}
	sub := start(t, "", "sub", "--bind", "ipc://*", "--quiet", "--timeout", "1ms")
	sub.ends(t, exitTimeout)
	if text := sub.errs.String(); strings.Contains(text, "listening") || strings.Contains(text, "subscribed") || !strings.Contains(text, "no message") {
		t.Errorf("--quiet says %q", text)
	}
}

func TestHelp(t *testing.T) {
	p := start(t, "", "help")
	p.ends(t, exitOK)
	for _, i := range zmq.SocketTypes() {
		name := strings.ToLower(i.String())
		if !strings.Contains(p.out.String(), "\n  "+name+" ") {
			t.Errorf("help has no %s", name)
		}
		help := start(t, "", i.String(), "--help")
		help.ends(t, exitOK)
		for _, want := range []string{"Exit codes:", "Formats of messages", "Examples:\n  ", "--bind ENDPOINT", "zmq " + name} {
			if !strings.Contains(help.out.String(), want) {
				t.Errorf("help of %s has no %q", name, want)
			}
		}
		if got := strings.Contains(help.out.String(), "--interval"); got != (sends(i) && i != zmq.REP) {
			t.Errorf("%s has --interval: %v", name, got)
		}
	}
	start(t, "").wrote(t, p.out.String())
}

func TestCompletion(t *testing.T) {
	p := start(t, "", "__complete", "push", "--format", "")
	p.ends(t, exitOK)
	if got := p.out.String(); !strings.HasPrefix(got, "text\nhex\njson\nraw\n") {
		t.Errorf("formats are completed by %q", got)
	}
	start(t, "", "completion", "bash").ends(t, exitOK)
}

func TestVersion(t *testing.T) {
	p := start(t, "", "version")
	p.ends(t, exitOK)
	if got := p.out.String(); !strings.HasPrefix(got, "zmq ") || strings.Count(got, "\n") != 1 {
		t.Errorf("version: %q", got)
	}
}

func TestOptionTable(t *testing.T) {
	p := start(t, "", "options")
	p.ends(t, exitOK)
	lines := strings.Split(strings.TrimSuffix(p.out.String(), "\n"), "\n")
	all := zmq.Options()
	if len(lines) != len(all)+1 {
		t.Fatalf("%d lines for %d options", len(lines), len(all))
	}
	meaning := strings.Index(lines[0], "MEANING")
	for i, o := range all {
		line := lines[i+1]
		if !strings.HasPrefix(line, o.Name+" ") || !strings.HasPrefix(line[meaning-2:], "  ") || !strings.HasPrefix(o.Doc, line[meaning:meaning+5]) {
			t.Errorf("%s: %q", o.Name, line)
		}
	}
}

func TestOptionDetails(t *testing.T) {
	p := start(t, "", "options", "zmq_sndhwm", "Linger")
	p.ends(t, exitOK)
	for _, want := range []string{"SNDHWM (zmq.SendHWM, number 23)\n", "\nLINGER (zmq.Linger, number 17)\n", "  default ", "1000\n", "  range "} {
		if !strings.Contains(p.out.String(), want) {
			t.Errorf("no %q in %s", want, p.out)
		}
	}
}

func TestOptionsAsJSON(t *testing.T) {
	p := start(t, "", "options", "--format", "json")
	p.ends(t, exitOK)
	var list []map[string]any
	if err := json.Unmarshal([]byte(p.out.String()), &list); err != nil {
		t.Fatal(err)
	}
	for i, o := range zmq.Options() {
		if list[i]["name"] != o.Name || list[i]["default"] != o.Default || list[i]["meaning"] != o.Doc {
			t.Errorf("%s: %v", o.Name, list[i])
		}
	}
}

// Every option that can be set has a default that --set takes, if it has one.
func TestEveryOptionCanBeNamed(t *testing.T) {
	for _, o := range zmq.Options() {
		if o.Access == "read only" || o.Default == "" {
			continue
		}
		f := socketFlags{set: []string{o.Name + "=" + o.Default}}
		if _, err := f.settings(); err != nil && o.Default != "-1" { // a default of -1 may be one that cannot be set
			t.Errorf("%s: %v", o.Name, err)
		}
	}
}

func TestDemo(t *testing.T) {
	p := start(t, "", "demo", "--short")
	p.ends(t, exitOK)
	text := p.out.String()
	for _, want := range []string{`client got "World Hello 2"`, "average of 3 updates for 10001", "sink has 20 of 20 results"} {
		if !strings.Contains(text, want) {
			t.Errorf("the demo does not say %q: %s", want, text)
		}
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if last := lines[len(lines)-1]; !strings.Contains(last, "messages a second") {
		t.Errorf("the demo ends with %q", last)
	}
	p = startReading(t, io.MultiReader(), "demo")
	p.waitFor(t, p.out, "server listens")
	p.interrupt()
	p.ends(t, exitError)
}

func TestNearest(t *testing.T) {
	names := []string{"push", "pull", "pub", "sub", "xsub", "RCVHWM", "SNDHWM", "RECONNECT_IVL", "RECONNECT_IVL_MAX"}
	for _, c := range []struct{ word, want string }{
		{"psuh", "push"}, {"PUS", "push pub"}, {"rcvhwn", "RCVHWM"}, {"reconnect", "RECONNECT_IVL RECONNECT_IVL_MAX"}, {"zzz", ""}, {"", ""},
	} {
		if got := strings.Join(nearest(c.word, names), " "); got != c.want {
			t.Errorf("%q: %q, want %q", c.word, got, c.want)
		}
	}
}

func TestVersionFlag(t *testing.T) {
	start(t, "", "--version").wrote(t, versionText()+"\n")
}
