// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/gozmq/zmq/internal/zmqtest/namespace"
)

// tierVariable names the environment variable that says which scenarios are tried:
// "short" all that take seconds, "all" also those in real time.
const tierVariable = "ZMQ_FAULTS"

// nameVariable names the environment variable with a part of the names of the scenarios
// that are tried.
const nameVariable = "ZMQ_FAULTS_NAME"

func wanted() tier {
	switch os.Getenv(tierVariable) {
	case "short":
		return short
	case "all":
		return long
	}
	return always
}

// requireLink skips a test where no link can be made, and fails it where all scenarios
// were asked for.
func requireLink(t *testing.T) {
	t.Helper()
	n, err := namespace.New(senderAddress)
	if err == nil {
		n.Close()
		return
	}
	say := t.Skipf
	if wanted() == long {
		say = t.Fatalf
	}
	say("SKIPPED: NO FAULTS ARE TRIED: a link between two network namespaces takes root and /dev/net/tun: %v", err)
}

// outcome is what one scenario came to with one pair.
type outcome struct {
	scenario *scenario
	pair     pair
	account  account
	err      error
	skipped  bool
	again    []string // why it was tried again, each time
}

// tryAll runs scenarios side by side, so many at once: most of each is waiting.
func tryAll(list []scenario, upTo tier, atOnce int) []outcome {
	var all []outcome
	only := os.Getenv(nameVariable)
	for i := range list {
		for _, p := range list[i].pairs {
			if list[i].when <= upTo && strings.Contains(list[i].name+" "+p.String(), only) {
				all = append(all, outcome{scenario: &list[i], pair: p})
			}
		}
	}
	slots, done := make(chan struct{}, atOnce), make(chan struct{})
	for i := range all {
		go func() {
			defer func() { done <- struct{}{} }()
			slots <- struct{}{}
			defer func() { <-slots }()
			x := &all[i]
			if (x.pair.from == libzmq || x.pair.to == libzmq) && !haveLibzmq() {
				x.skipped = true
				return
			}
			x.account, x.err = x.scenario.try(x.pair)
		}()
	}
	for range all {
		<-done
	}
	// With compressed clocks a machine that is busy can be the fault. What fails beside
	// others is tried again alone.
	for i := range all {
		for x := &all[i]; x.scenario.when < long && x.fails() && len(x.again) < 2; {
			x.again = append(x.again, fmt.Sprintf("%v %q %+v", x.err, x.scenario.want.check(x.account), x.account))
			x.account, x.err = x.scenario.try(x.pair)
		}
	}
	return all
}

// fails reports whether the scenario did not come to what it wants.
func (x *outcome) fails() bool {
	return !x.skipped && (x.err != nil || len(x.scenario.want.check(x.account)) > 0)
}

func TestFaults(t *testing.T) {
	requireLink(t)
	all := tryAll(scenarios, wanted(), 40)
	if *update {
		writeTable(t, "scenarios", table(all))
	}
	judge(t, all)
}

// Outages in real time: how long connections are kept is HeartbeatTimeout's and TCP's to
// say.
func TestOutages(t *testing.T) {
	if wanted() < long {
		t.Skipf("SKIPPED: outages in real time take ten minutes: %s=all", tierVariable)
	}
	requireLink(t)
	all := tryAll(outages(), long, 150)
	if *update {
		writeTable(t, "outages", outageTable(all))
	}
	judge(t, all)
}

// judge compares what came of scenarios with what they want.
func judge(t *testing.T, all []outcome) {
	for i := range all {
		x := &all[i]
		t.Run(strings.ReplaceAll(fmt.Sprintf("%s/%s", x.scenario.name, x.pair), " ", "_"), func(t *testing.T) {
			if x.skipped && os.Getenv("ZMQ_INTEROP_REQUIRED") == "1" {
				t.Fatal("ZMQ_INTEROP_REQUIRED=1, but there is no python3-zmq")
			} else if x.skipped {
				t.Skip("SKIPPED: there is no python3-zmq")
			}
			t.Logf("%+v", x.account)
			for _, why := range x.again {
				t.Logf("tried again after %s", why)
			}
			if x.err != nil {
				t.Fatal(x.err)
			}
			for _, fault := range x.scenario.want.check(x.account) {
				t.Error(fault)
			}
		})
	}
}
