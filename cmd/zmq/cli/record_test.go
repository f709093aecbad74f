// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq/cmd/zmq/recording"
)

// recorded writes a recording of messages a second apart and returns its name.
func recorded(t *testing.T, messages ...string) string {
	t.Helper()
	var b bytes.Buffer
	w, err := recording.NewWriter(&b, recording.Header{Type: "SUB"})
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range messages {
		if err := w.Write(time.Unix(int64(1000+i), 0), [][]byte{[]byte(m)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return file(t, "recording", b.String())
}

func TestRecordedIsReplayed(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.zmqrec")
	record := start(t, "", "record", name, anyPort0, "--type", "pull", "--count", "2")
	start(t, "a\tb\n\\xff\n", "push", record.endpoint(t), "--escape").ends(t, exitOK)
	record.ends(t, exitOK)
	record.waitFor(t, record.errs, "2 messages in "+name)

	pull := start(t, "", "pull", anyPort0, "--count", "2", "--escape")
	start(t, "not read", "replay", name, pull.endpoint(t), "--type", "push", "--speed", "0").ends(t, exitOK)
	pull.wrote(t, "a\tb\n\\xff\n")

	again := start(t, "", "record", name, anyPort0, "--type", "pull")
	again.ends(t, exitError)
	if text := again.errs.String(); !strings.Contains(text, "is there: --append goes on in it") {
		t.Errorf("it says %q", text)
	}
	more := start(t, "", "record", name, anyPort0, "--type", "pull", "--append", "--count", "1")
	start(t, "", "push", more.endpoint(t), "c").ends(t, exitOK)
	more.ends(t, exitOK)
	start(t, "", "replay", name, "--print", "--escape").wrote(t, "a\tb\n\\xff\nc\n")
}

// What has come is in the file while the recording goes on.
func TestRecordIsReadBackAfterACrash(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.zmqrec")
	record := start(t, "", "record", name, anyPort0, "--type", "pull")
	start(t, "one\ntwo\n", "push", record.endpoint(t)).ends(t, exitOK)
	var seen string
	for seen != "one\ntwo\n" {
		if record.ctx.Err() != nil {
			t.Fatalf("the file has %q", seen)
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		copied := file(t, "copy", string(text)) // as the crash left it
		p := start(t, "", "replay", copied, "--print")
		<-p.done
		seen = p.out.String()
	}
	record.interrupt()
	record.ends(t, exitOK)

	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	torn := file(t, "torn", string(text[:len(text)-1]))
	p := start(t, "", "replay", torn, "--print")
	p.ends(t, exitError)
	if p.out.String() != "one\n" || !strings.Contains(p.errs.String(), "ends in the middle of a message") {
		t.Errorf("it writes %q and says %q", p.out, p.errs)
	}
	more := start(t, "", "record", torn, anyPort0, "--type", "pull", "--append", "--count", "1")
	more.waitFor(t, more.errs, "did not end with a whole message")
	start(t, "", "push", more.endpoint(t), "three").ends(t, exitOK)
	more.ends(t, exitOK)
	start(t, "", "replay", torn, "--print").wrote(t, "one\nthree\n")
}

// A second writer would write into the middle of the first one's messages, or remove them.
func TestOnlyOneProgramRecordsIntoAFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.zmqrec")
	record := start(t, "", "record", name, anyPort0, "--type", "pull", "--count", "1")
	endpoint := record.endpoint(t)
	for _, flag := range []string{"--append", "--replace"} {
		p := start(t, "", "record", name, anyPort0, "--type", "pull", flag)
		p.ends(t, exitError)
		if said := p.errs.String(); !strings.Contains(said, name) || !strings.Contains(said, "another program records into it") {
			t.Errorf("%s: it says %q", flag, said)
		}
	}
	start(t, "", "push", endpoint, "one").ends(t, exitOK)
	record.ends(t, exitOK)
	start(t, "", "replay", name, "--print").wrote(t, "one\n")
	more := start(t, "", "record", name, anyPort0, "--type", "pull", "--append", "--count", "1")
	start(t, "", "push", more.endpoint(t), "two").ends(t, exitOK)
	more.ends(t, exitOK)
	start(t, "", "replay", name, "--print").wrote(t, "one\ntwo\n")
}

// Messages may be secrets, which other users of the machine are not to read.
func TestRecordingIsForItsOwner(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("NOT TESTED: the mode of a file, which this system does not have")
	}
	name := filepath.Join(t.TempDir(), "x.zmqrec")
	r, err := openRecording(name, false, false, recording.Header{Type: "SUB"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	if info, err := os.Stat(name); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// What cannot be read is not removed either, if whole messages follow it.
func TestAppendRefusesADamagedRecording(t *testing.T) {
	name := recorded(t, "one", "two", "three")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	text[bytes.Index(text, []byte("two"))] = 'T'
	damaged := file(t, "damaged", string(text))
	p := start(t, "", "record", damaged, anyPort0, "--type", "pull", "--append")
	p.ends(t, exitError)
	if said := p.errs.String(); !strings.Contains(said, damaged) || !strings.Contains(said, "choose another file") {
		t.Errorf("it says %q", said)
	}
	if now, err := os.ReadFile(damaged); err != nil || !bytes.Equal(now, text) {
		t.Errorf("the file has changed, %v", err)
	}
}

func TestReplayFilters(t *testing.T) {
	name := recorded(t, "a0", "b1", "a2", "b3")
	for args, want := range map[string]string{
		"":                                     "a0\nb1\na2\nb3\n",
		"--subscribe b":                        "b1\nb3\n",
		"-s a2 -s b":                           "b1\na2\nb3\n",
		"--from 1 --until 3s":                  "b1\na2\n",
		"--from 1970-01-01T00:16:42Z":          "a2\nb3\n",
		"--print-format %u|%m --until 500ms":   "1000.000000|a0\n",
		"--format hex --until 1s":              "6130\n",
		"--until 1 --print-format %n:%f:%l:%1": "1:1:2:a0\n",
	} {
		p := start(t, "", append([]string{"replay", name, "--print"}, strings.Fields(args)...)...)
		p.ends(t, exitOK)
		if p.out.String() != want {
			t.Errorf("%s: %q, want %q", args, p.out, want)
		}
	}
	for _, args := range []string{"--from soon", "--speed -1", "--type sub"} {
		start(t, "", append([]string{"replay", name, "--print"}, strings.Fields(args)...)...).ends(t, exitUsage)
	}
	start(t, "", "replay", file(t, "no", "recording"), "--print").ends(t, exitError)
}

// Messages go no earlier than the pauses between them say, and repetitions have the same
// pauses.
func TestReplayKeepsTime(t *testing.T) {
	r := replayed{speed: 2}
	begin, now := time.Unix(1000, 0), time.Unix(5000, 0)
	for i, want := range []time.Duration{0, time.Second, 2 * time.Second} {
		if d := r.wait(begin.Add(time.Duration(2*i)*time.Second), now); d != want {
			t.Errorf("message %d waits %s, want %s", i, d, want)
		}
	}
	if d := r.wait(begin.Add(-time.Second), now.Add(time.Hour)); d != 0 {
		t.Errorf("an earlier one waits %s", d)
	}
	name := recorded(t, "0", "1", "2")
	pull := start(t, "", "pull", anyPort0, "--count", "3")
	began := time.Now()
	start(t, "", "replay", name, pull.endpoint(t), "--type", "push", "--speed", "10").ends(t, exitOK)
	pull.wrote(t, "0\n1\n2\n")
	if took := time.Since(began); took < 195*time.Millisecond {
		t.Errorf("two seconds at ten times the speed took %s", took)
	}
}

func TestReplayRepeats(t *testing.T) {
	pull := start(t, "", "pull", anyPort0, "--count", "4")
	start(t, "", "replay", recorded(t, "a", "b"), pull.endpoint(t), "--type", "push", "--speed", "0", "--repeat", "2").ends(t, exitOK)
	pull.wrote(t, "a\nb\na\nb\n")
}
