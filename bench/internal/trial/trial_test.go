// SPDX-License-Identifier: Apache-2.0

// Trials of programs that misbehave: the test itself plays them.

package trial

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq/bench/internal/rival"
	"github.com/gozmq/zmq/bench/internal/scenario"
)

// The test binary is the program where the environment says how to behave.
const behaviour = "TRIAL_TEST_BEHAVIOUR"

func TestMain(m *testing.M) {
	how := os.Getenv(behaviour)
	if how == "" {
		os.Exit(m.Run())
	}
	ever := func() {
		signals := make(chan os.Signal, 1)
		signal.Notify(signals) // no signal that can be received is sent
		<-signals
	}
	until := func() { _, _ = io.Copy(io.Discard, os.Stdin) }
	if strings.HasPrefix(os.Args[1], "p") && !strings.HasSuffix(os.Args[1], "pull") {
		until() // the other end
		return
	}
	fmt.Println(`{"endpoint": "e"}`)
	switch how {
	case "crashes":
		fmt.Fprintln(os.Stderr, "panic: out of luck")
		os.Exit(2)
	case "hangs":
		ever()
	case "babbles":
		fmt.Println("hello")
		return
	case "lacks":
		fmt.Println(`{"unsupported": "no such thing"}`)
	case "stumbles":
		fmt.Println(`{"messages": 9, "seconds": 3}`)
		fmt.Fprintln(os.Stderr, "close: no")
		os.Exit(1)
	case "stays":
		fmt.Println(`{"messages": 9, "seconds": 3}`)
		ever()
	case "works":
		fmt.Println(`{"messages": 9, "seconds": 3}`)
		until()
	}
	fmt.Println(`{"library": "fake 1", "peak_bytes": 12345678}`)
}

// run runs one trial of a pair with the program above.
func run(t *testing.T, how string, limit time.Duration) Outcome {
	t.Helper()
	t.Setenv(behaviour, how)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	b := &Bench{Dir: t.TempDir(), Time: limit}
	if how == "stays" {
		b.grace = 100 * time.Millisecond
	}
	r := &rival.Rival{Key: "fake", Main: true, Slow: 1, Program: program}
	return b.Run(t.Context(), scenario.Scenario{Name: "s", Binds: "pull", Other: "push", Count: 10}, r)
}

func TestOutcomeOfAPair(t *testing.T) {
	o := run(t, "works", time.Minute)
	if o.Error != "" || o.Note != "" || o.Messages != 9 || o.Seconds != 3 || o.Library != "fake 1" {
		t.Errorf("%+v", o)
	}
	if len(o.Processes) != 2 || o.Processes[0].Role != "pull" || o.Processes[0].Peak != 12345678 || o.Processes[1].Peak == 0 {
		t.Errorf("processes %+v", o.Processes)
	}
}

func TestFailuresSayWhy(t *testing.T) {
	for _, c := range []struct{ how, want string }{
		{"crashes", "panic: out of luck"}, {"babbles", `printed "hello"`}, {"hangs", "pull is running, push is running"},
	} {
		o := run(t, c.how, map[bool]time.Duration{true: 500 * time.Millisecond, false: time.Minute}[c.how == "hangs"])
		if !strings.Contains(o.Error, c.want) || o.TimedOut != (c.how == "hangs") || len(o.Processes) > 0 {
			t.Errorf("%s: %+v", c.how, o)
		}
	}
}

func TestWhatIsUnsupportedIsNoFailure(t *testing.T) {
	if o := run(t, "lacks", time.Minute); o.Error != "" || o.Unsupported != "no such thing" {
		t.Errorf("%+v", o)
	}
}

func TestFiguresSurviveABadEnd(t *testing.T) {
	if o := run(t, "stumbles", time.Minute); o.Error != "" || o.Messages != 9 || !strings.Contains(o.Note, "close: no") {
		t.Errorf("%+v", o)
	}
	if o := run(t, "stays", time.Minute); o.Error != "" || o.Messages != 9 || !strings.Contains(o.Note, "was killed") {
		t.Errorf("%+v", o)
	}
}

func TestRivalsThatAreNotThereOrSpeakNoZMTP(t *testing.T) {
	b := &Bench{Time: time.Second}
	if o := b.Run(t.Context(), scenario.Scenario{}, &rival.Rival{Missing: "no compiler"}); o.Error != "not built: no compiler" {
		t.Errorf("%+v", o)
	}
	o := b.Run(t.Context(), scenario.Scenario{Shape: scenario.Load}, &rival.Rival{Program: "x"})
	if o.Error != "" || !strings.Contains(o.Unsupported, "ZMTP") {
		t.Errorf("%+v", o)
	}
}
