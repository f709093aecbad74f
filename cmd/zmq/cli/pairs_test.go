// SPDX-License-Identifier: Apache-2.0

// Two commands that talk to each other, for each pair of types.

package cli

import (
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
)

const anyPort = "tcp://127.0.0.1:*"

func TestFormatsFromPushToPull(t *testing.T) {
	for _, c := range []struct{ name, messages, count string }{
		{"text", "hello\na\t\tb\n\n\\x00\\xff\\\\ ü\n", "4"},
		{"hex", "00ff - 61\n-\n", "2"},
		{"json", `["a","\"",""]` + "\n" + `[{"base64":"/w=="}]` + "\n", "2"},
		{"raw", "line\nand \x00\xff", "1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			pull := start(t, "", "pull", "--bind", anyPort, "--count", c.count, "--format", c.name, "--escape")
			start(t, c.messages, "push", "--connect", pull.endpoint(t), "--format", c.name, "--escape").wrote(t, "")
			pull.wrote(t, c.messages)
		})
	}
}

func TestTransports(t *testing.T) {
	for _, bind := range []string{anyPort, "ipc://*"} {
		pull := start(t, "", "pull", "--bind", bind, "--count", "1", "--timeout", "20s")
		start(t, "over "+bind, "push", "--connect", pull.endpoint(t), "--verbose").wrote(t, "")
		pull.wrote(t, "over "+bind+"\n")
	}
}

func TestArgumentsAreFrames(t *testing.T) {
	pull := start(t, "", "pull", "--bind", anyPort, "--count", "4", "--format", "json")
	to := pull.endpoint(t)
	start(t, "not read", "push", "--connect", to, "--count", "2", "--interval", "1ms", "a\tb", `c\n`).wrote(t, "")
	start(t, "not read", "push", "--connect", to, "--escape", `a\tb`, "").wrote(t, "")
	start(t, "not read", "PUSH", "--connect", to, "--format", "hex", "6162").wrote(t, "")
	pull.ends(t, exitOK)
	for _, line := range []string{`["a\tb","c\\n"]`, `["a\tb",""]`, `["ab"]`} {
		want := 1
		if strings.Contains(line, "c") {
			want = 2
		}
		if n := strings.Count(pull.out.String(), line+"\n"); n != want {
			t.Errorf("%s came %d times, want %d: %s", line, n, want, pull.out)
		}
	}
}

func TestManyLinesStayInOrder(t *testing.T) {
	lines := strings.Repeat("line\nanother line\n", 10000)
	push := start(t, lines, "push", "--bind", anyPort, "--wait", "1")
	start(t, "", "pull", "--connect", push.endpoint(t), "--count", "20000").wrote(t, lines)
	push.ends(t, exitOK)
}

func TestPublishAndSubscribe(t *testing.T) {
	pub := start(t, "a1\tx\nb\ty\na2\tz\n", "pub", "--bind", anyPort, "--wait-subscribers", "2")
	to := pub.endpoint(t)
	one := start(t, "", "sub", "--connect", to, "--subscribe", "a", "--count", "2", "--separator", "|")
	all := start(t, "", "sub", "--connect", to, "--count", "3")
	one.wrote(t, "a1|x\na2|z\n")
	all.wrote(t, "a1\tx\nb\ty\na2\tz\n")
	pub.ends(t, exitOK)
	if text := all.errs.String(); !strings.Contains(text, "every message") {
		t.Errorf("a SUB without topics says %q", text)
	}
}

func TestPublishWaitsForOneSubscriber(t *testing.T) {
	sub := start(t, "", "sub", "--bind", anyPort, "--count", "1")
	for range 20 { // on a machine that is held up the subscriber may come too late
		pub := start(t, "", "pub", "--connect", sub.endpoint(t), "news", "text")
		pub.wrote(t, "")
		if !strings.Contains(pub.errs.String(), "there is no subscriber") {
			break
		}
	}
	sub.wrote(t, "news\ttext\n")
}

func TestPublishToNobody(t *testing.T) {
	pub := start(t, "", "pub", "--bind", anyPort, "--drop", "lost")
	pub.wrote(t, "")
	if text := pub.errs.String(); !strings.Contains(text, "there is no subscriber") || !strings.Contains(text, "1 of 1 messages had no subscriber") {
		t.Errorf("it says %q", text)
	}
	pub = start(t, "", "pub", "--bind", anyPort, "--timeout", "1ms", "lost")
	pub.ends(t, exitTimeout)
	if text := pub.errs.String(); !strings.Contains(text, "no subscriber came within 1ms") {
		t.Errorf("it says %q", text)
	}
	start(t, "", "pub", "--bind", anyPort, "--wait-subscribers", "1", "--timeout", "1ms", "lost").ends(t, exitTimeout)
	pub = start(t, "", "pub", "--bind", anyPort, "--wait-subscribers", "0", "lost")
	pub.wrote(t, "")
	if text := pub.errs.String(); strings.Contains(text, "no subscriber") {
		t.Errorf("without waiting it says %q", text)
	}
}

func TestXPubShowsSubscriptions(t *testing.T) {
	xpub := startReading(t, idle(t), "xpub", "--bind", anyPort, "--count", "1")
	xsub := startReading(t, idle(t), "xsub", "--connect", xpub.endpoint(t), "--subscribe", "topic")
	xpub.wrote(t, `\x01topic`+"\n")
	xsub.interrupt()
	xsub.ends(t, exitOK)

	xpub = startReading(t, idle(t), "xpub", "--bind", anyPort, "--wait-subscribers", "1", "--count", "1", "topical", "news")
	start(t, "\\x01top\n", "xsub", "--connect", xpub.endpoint(t), "--count", "1", "--escape").wrote(t, "topical\tnews\n")
	xpub.wrote(t, `\x01top`+"\n")
}

func TestRequestAndReply(t *testing.T) {
	for _, c := range []struct {
		name    string
		how     []string
		request []string
		want    string
	}{
		{"echo", []string{"--echo"}, []string{"a", "", "b"}, "a\t\tb\n"},
		{"text", []string{"--reply", "o\tk"}, []string{"a"}, "o\tk\n"},
		{"nothing", []string{"--reply", ""}, []string{"a"}, "\n"},
		{"hex", []string{"--reply", "6f 6b", "--format", "hex"}, []string{"a"}, "o\tk\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			rep := start(t, "", append([]string{"rep", "--bind", anyPort, "--count", "1"}, c.how...)...)
			req := append([]string{"req", "--connect", rep.endpoint(t), "--timeout", "20s"}, c.request...)
			start(t, "not read", req...).wrote(t, c.want)
			rep.ends(t, exitOK)
		})
	}
}

func TestRequestsFromInput(t *testing.T) {
	rep := start(t, "", "rep", "--bind", anyPort, "--echo")
	start(t, "1\n2\n3\n", "req", "--connect", rep.endpoint(t), "--wait", "1").wrote(t, "1\n2\n3\n")
	start(t, "1\n2\n3\n", "req", "--connect", rep.endpoint(t), "--count", "2", "--interval", "1ms").wrote(t, "1\n2\n")
	rep.interrupt()
	rep.wrote(t, "1\n2\n3\n1\n2\n")
}

func TestRepliesFromInput(t *testing.T) {
	rep := start(t, "one\ntwo\n", "rep", "--bind", anyPort)
	start(t, "a\nb\n", "req", "--connect", rep.endpoint(t), "--timeout", "20s").wrote(t, "one\ntwo\n")
	rep.wrote(t, "a\nb\n")
	if text := rep.errs.String(); !strings.Contains(text, "the input has ended") {
		t.Errorf("it says %q", text)
	}
}

func TestExec(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the commands are for a Unix shell")
	}
	rep := start(t, "", "rep", "--bind", anyPort, "--count", "1", "--exec", "tr a-z A-Z; echo; echo")
	start(t, "", "req", "--connect", rep.endpoint(t), "hello ", "world").wrote(t, `HELLO WORLD\n`+"\n")
	rep.wrote(t, "hello \tworld\n")

	rep = start(t, "", "rep", "--bind", anyPort, "--count", "1", "--exec", "echo", "--format", "raw")
	start(t, "", "req", "--connect", rep.endpoint(t), "x").wrote(t, `\n`+"\n")

	rep = start(t, "", "rep", "--bind", anyPort, "--count", "1", "--exec", "echo out; echo why >&2; exit 3")
	start(t, "", "req", "--connect", rep.endpoint(t), "x").wrote(t, "\texit status 3\n")
	rep.ends(t, exitOK)
	if text := rep.errs.String(); !strings.Contains(text, "why\n") || !strings.Contains(text, "exit status 3") {
		t.Errorf("it says %q", text)
	}
}

// A command that writes without an end does not fill the memory.
func TestExecHasALimit(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the command is for a Unix shell")
	}
	rep := start(t, "", "rep", "--bind", anyPort, "--count", "1", "--set", "MAXMSGSIZE=1000", "--exec", "head -c 100000 /dev/zero")
	start(t, "", "req", "--connect", rep.endpoint(t), "x").wrote(t, "\ta message of more than 1000 bytes\n")
	rep.ends(t, exitOK)
}

func TestExecIsInterrupted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the command is for a Unix shell")
	}
	rep := start(t, "", "rep", "--bind", anyPort, "--exec", "exec sleep 1000")
	req := start(t, "", "req", "--connect", rep.endpoint(t), "x")
	rep.waitFor(t, rep.out, "x\n")
	rep.interrupt()
	rep.ends(t, exitOK)
	req.interrupt()
	req.ends(t, exitError)
}

func TestPairTalksBothWays(t *testing.T) {
	left := start(t, "ping\n", "pair", "--bind", anyPort, "--count", "1")
	right := start(t, "pong\n", "pair", "--connect", left.endpoint(t), "--count", "1")
	left.wrote(t, "pong\n")
	right.wrote(t, "ping\n")
}

func TestPairWithOpenInput(t *testing.T) {
	left := startReading(t, idle(t), "pair", "--bind", anyPort, "--count", "1")
	right := startReading(t, idle(t), "pair", "--connect", left.endpoint(t), "a", "b")
	left.wrote(t, "a\tb\n")
	right.interrupt()
	right.ends(t, exitOK)
}

func TestDealerAndRouter(t *testing.T) {
	in, typed := io.Pipe()
	router := startReading(t, in, "router", "--bind", anyPort)
	dealer := startReading(t, idle(t), "dealer", "--connect", router.endpoint(t), "--identity", "me", "--count", "1", "question")
	router.waitFor(t, router.out, "me\tquestion\n") // a reply to a peer that has not come yet would fail
	if _, err := io.WriteString(typed, "me\tanswer\n"); err != nil {
		t.Fatal(err)
	}
	typed.Close()
	dealer.wrote(t, "answer\n")
	router.interrupt()
	router.wrote(t, "me\tquestion\n")
}

func TestRouterWithoutThePeer(t *testing.T) {
	router := start(t, "nobody\thello\n", "router", "--bind", anyPort)
	router.ends(t, exitError)
	if text := router.errs.String(); !strings.Contains(text, "no peer with this routing id") {
		t.Errorf("it says %q", text)
	}
}

func TestStreamToServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	got := make(chan string, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			got <- err.Error()
			return
		}
		defer c.Close()
		buf := make([]byte, 4)
		_, _ = io.ReadFull(c, buf)
		got <- string(buf)
		_, _ = io.WriteString(c, "answer")
	}()
	stream := start(t, "web\task\\n\n", "stream", "--connect", "tcp://"+l.Addr().String(), "--wait", "1",
		"--set", "CONNECT_ROUTING_ID=web", "--escape", "--count", "2")
	stream.wrote(t, "web\t\nweb\tanswer\n")
	if text := <-got; text != "ask\n" {
		t.Errorf("the server got %q", text)
	}
}
