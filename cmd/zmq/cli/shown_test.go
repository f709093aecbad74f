// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
)

func TestPrintFormat(t *testing.T) {
	pull := startReading(t, idle(t), "dealer", anyPort0, "--count", "2", "--print-format", `%n %t %p %i f=%f l=%l [%1] %m`)
	dealer := start(t, "a\tbc\nd\n", "dealer", "--connect", pull.endpoint(t), "--identity", "me")
	defer dealer.interrupt()
	pull.ends(t, exitOK)
	want := regexp.MustCompile(`^1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\S+ tcp://127\.0\.0\.1:\d+ me f=2 l=3 \[a\] a\tbc\n2 .* f=1 l=1 \[d\] d\n$`)
	if !want.MatchString(pull.out.String()) {
		t.Errorf("it writes %q", pull.out)
	}
	bad := start(t, "", "pull", anyPort0, "--print-format", "%q")
	bad.ends(t, exitUsage)
	if text := bad.errs.String(); !strings.Contains(text, "--print-format: there is no field %q") {
		t.Errorf("it says %q", text)
	}
}

// anyPort0 is a free port as an argument.
const anyPort0 = "@" + anyPort

func TestRepeatAndSample(t *testing.T) {
	pull := start(t, "", "pull", anyPort0, "--count", "6", "--sample", "2")
	start(t, "a\nb\nc\n", "push", "--connect", pull.endpoint(t), "--repeat", "2").ends(t, exitOK)
	pull.wrote(t, "a\nc\nb\n")
	pull = start(t, "", "pull", anyPort0, "--count", "6")
	start(t, "", "push", "--connect", pull.endpoint(t), "--count", "2", "--repeat", "3", "x").ends(t, exitOK)
	pull.wrote(t, strings.Repeat("x\n", 6))
	for _, args := range []string{"pull --sample 0", "push --repeat 0", "push --rate -1", "push --rate 1 --interval 1"} {
		start(t, "", append(strings.Fields(args), anyPort0)...).ends(t, exitUsage)
	}
}

// At a rate a message goes no earlier than its place in the sequence says.
func TestRate(t *testing.T) {
	pull := start(t, "", "pull", anyPort0, "--count", "21")
	began := time.Now()
	start(t, "", "push", "--connect", pull.endpoint(t), "--count", "21", "--rate", "200", "x").ends(t, exitOK)
	// The pauses are counted from when the first message went.
	if took := time.Since(began); took < 95*time.Millisecond {
		t.Errorf("21 messages at 200 a second took %s", took)
	}
	pull.ends(t, exitOK)
}

func TestColour(t *testing.T) {
	pull := start(t, "", "pull", anyPort0, "--count", "1", "--color", "always")
	start(t, "a\tb\n", "push", "--connect", pull.endpoint(t)).ends(t, exitOK)
	pull.wrote(t, "\x1b[36ma\x1b[0m\tb\n")
	start(t, "", "pull", anyPort0, "--color", "blue").ends(t, exitUsage)
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if painted, err := paints(f, "auto"); painted || err != nil {
		t.Errorf("colours where no terminal is: %v, %v", painted, err)
	}
}

func TestProgressText(t *testing.T) {
	in := &counted{Reader: strings.NewReader("0123456789"), size: 10}
	if _, err := in.Read(make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	p := &progress{in: in}
	got := p.text(zmq.SocketStats{Sent: 10, SentBytes: 100}, zmq.SocketStats{Sent: 3010, SentBytes: 50100}, 2*time.Second)
	if want := "sent 3010 (1.50 kmsg/s, 25.0 kB/s), 40% of the input read, no peer"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestManualPages(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "man1")
	start(t, "", "man", dir).ends(t, exitOK)
	for _, name := range []string{"zmq.1", "zmq-push.1", "zmq-context-save.1"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !strings.HasPrefix(string(text), ".nh\n.TH \"ZMQ") {
			t.Errorf("%s: %.20q, %v", name, text, err)
		}
	}
	start(t, "", "man").ends(t, exitUsage)
}

func TestSavedContext(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", home)
	t.Setenv("HOME", home)
	t.Setenv("AppData", home)
	t.Chdir(t.TempDir())
	pull := start(t, "", "pull", anyPort0, "--count", "2", "--auth-users", users(t))
	where := pull.endpoint(t)
	start(t, "", "context", "save", "here", "--connect", where, "--plain", "alice:secret").ends(t, exitOK)
	folder, err := contextFolder()
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(folder, "here.json"))
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %v", info.Mode())
	}
	start(t, "", "push", "--context", "here", "one").ends(t, exitOK)
	t.Setenv(contextVariable, "here")
	start(t, "", "push", "two").ends(t, exitOK)
	pull.wrote(t, "one\ntwo\n")
	t.Setenv(contextVariable, "")

	show := start(t, "", "context", "show", "here")
	show.wrote(t, "--connect "+where+"\n--plain alice:(hidden)\n")
	start(t, "", "context", "list").wrote(t, "here\t"+where+"\n")
	wrong := start(t, "", "push", "--context", "hare", "x")
	wrong.ends(t, exitUsage)
	if text := wrong.errs.String(); !strings.Contains(text, "did you mean here?") {
		t.Errorf("it says %q", text)
	}
	start(t, "", "context", "remove", "here").ends(t, exitOK)
	start(t, "", "context", "remove", "here").ends(t, exitUsage)
	start(t, "", "context", "save", "empty").ends(t, exitUsage)
	start(t, "", "context", "save", "../up", "--connect", where).ends(t, exitUsage)
}

// What the command line says goes before what is saved, also where the two exclude each
// other.
func TestSavedContextComesLast(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", home)
	t.Setenv("HOME", home)
	t.Setenv("AppData", home)
	start(t, "", "context", "save", "c", "--bind", "tcp://127.0.0.1:1", "--plain", "a:b").ends(t, exitOK)
	pull := start(t, "", "pull", anyPort0, "--context", "c", "--auth-users", users(t), "--count", "1")
	start(t, "", "push", "--context", "c", "--connect", pull.endpoint(t), "--plain", "alice:secret", "x").ends(t, exitOK)
	pull.wrote(t, "x\n")
}

// contextsHere keeps the saved contexts of a test apart.
func contextsHere(t *testing.T) {
	t.Helper()
	home := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", home)
	t.Setenv("HOME", home)
	t.Setenv("AppData", home)
	t.Setenv(contextVariable, "")
}

// ping and probe take the keys of a context with endpoints of the command line, too.
func TestSavedContextOfPingAndProbe(t *testing.T) {
	contextsHere(t)
	rep := start(t, "", "rep", anyPort0, "--auth-users", users(t), "--echo")
	where := rep.endpoint(t)
	start(t, "", "context", "save", "here", "--connect", where, "--plain", "alice:secret").ends(t, exitOK)
	start(t, "", "context", "save", "keys", "--plain", "alice:secret").ends(t, exitOK)
	start(t, "", "context", "save", "wrong", "--connect", where, "--plain", "alice:guess").ends(t, exitOK)
	for args, code := range map[string]int{
		"ping --timeout 60s --context here --type req -n 1":          exitOK,
		"ping --timeout 60s --context keys --type req -n 1 " + where: exitOK,
		"ping --timeout 60s --context wrong --type req -n 1":         exitError,
		"probe --timeout 60s --context here":                         exitOK,
		"probe --timeout 60s --context keys " + where:                exitOK,
		"probe --timeout 60s --context wrong":                        exitError,
		"probe --timeout 60s --context wrong --plain alice:secret":   exitOK,
		"top --context here --count 1 --interval 0.2":                exitError, // it asks that socket, which has no statistics
		"bench --context wrong --count 1 --timeout 0.2":              exitError,
		"bench serve --context here":                                 exitUsage, // it binds to nothing
		"proxy queue --frontend-context nothing -B " + where:         exitUsage,
	} {
		p := start(t, "", strings.Fields(args)...)
		<-p.done
		if p.code != code {
			t.Errorf("%s: it ends with %d, want %d: %s %s", args, p.code, code, p.out, p.errs)
		}
	}
	rep.interrupt()
	rep.ends(t, exitOK)
}

// Each of a proxy's sockets has a context of its own.
func TestSavedContextOfProxy(t *testing.T) {
	contextsHere(t)
	rep := start(t, "", "rep", anyPort0, "--auth-users", users(t), "--echo")
	start(t, "", "context", "save", "front", "--bind", "tcp://127.0.0.1:*", "--auth-users", users(t)).ends(t, exitOK)
	start(t, "", "context", "save", "back", "--connect", rep.endpoint(t), "--plain", "alice:secret").ends(t, exitOK)
	proxy := start(t, "", "proxy", "queue", "--frontend-context", "front", "--backend-context", "back")
	start(t, "", "req", "--connect", proxy.endpoint(t), "--plain", "alice:secret", "hello").wrote(t, "hello\n")
	proxy.interrupt()
	proxy.ends(t, exitOK)

	cert, key := selfSigned(t)
	other, otherKey := selfSigned(t)
	start(t, "", "context", "save", "front", "--bind", "tls://127.0.0.1:*", "--cert", cert, "--key", key).ends(t, exitOK)
	start(t, "", "context", "save", "back", "--connect", "tls://127.0.0.1:1", "--cert", other, "--key", otherKey).ends(t, exitOK)
	both := start(t, "", "proxy", "queue", "--frontend-context", "front", "--backend-context", "back")
	both.ends(t, exitUsage)
	if text := both.errs.String(); !strings.Contains(text, "both have --cert") {
		t.Errorf("it says %q", text)
	}
}

// Scripts read exit codes, so the help of each command that others wait for has them, and
// with it the manual page.
func TestHelpHasExitCodes(t *testing.T) {
	obvious := []string{"completion", "context", "demo", "help", "man", "options", "store", "version"}
	for _, c := range newRoot(Streams{}).Commands() {
		if c.GroupID == "security" || slices.Contains(obvious, c.Name()) {
			continue
		}
		if !strings.Contains(c.Long, "Exit codes:\n  0  ") {
			t.Errorf("%s: its help has no exit codes", c.Name())
		}
	}
}

func TestShellProposesValues(t *testing.T) {
	contextsHere(t)
	start(t, "", "context", "save", "here", "--connect", "tcp://127.0.0.1:1").ends(t, exitOK)
	for args, want := range map[string]string{
		"sub --context":            "here\n",
		"proxy --backend-context":  "here\n",
		"context show":             "here\n",
		"req --color":              "auto\nalways\nnever\n",
		"record x --type":          "dish\ngather\npull\nsub\n",
		"probe --format":           "text\njson\n",
		"options --format":         "text\njson\n",
		"probe --expect-mechanism": "NULL\nPLAIN\nCURVE\n",
		"push --format":            "text\nhex\njson\nraw\n",
	} {
		p := start(t, "", append([]string{"__complete"}, append(strings.Fields(args), "")...)...)
		p.ends(t, exitOK)
		if got, _, _ := strings.Cut(p.out.String(), ":"); got != want {
			t.Errorf("%s: it proposes %q, want %q", args, got, want)
		}
	}
	p := start(t, "", "__complete", "bench", "--set", "")
	p.ends(t, exitOK)
	if !strings.Contains(p.out.String(), "SNDHWM\n") {
		t.Errorf("it proposes %q", p.out)
	}
}
