// SPDX-License-Identifier: Apache-2.0

package api

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// TestEnvironmentSwitchesTheLogOn runs itself as a program without a logger.
func TestEnvironmentSwitchesTheLogOn(t *testing.T) {
	if os.Getenv("ZMQ_LOG_PROGRAM") != "" {
		rep, at := rig.New(t).Bind(zmq.REP, rig.AnyPort)
		rig.DialRaw(t, at).Write([]byte("GET / HTTP/1.0\r\n\r\n"))
		r := rig.New(t)
		r.WaitUntil("the stranger is refused", func() bool { return rep.Stats().HandshakeFailures.Protocol > 0 })
		r.Check(rep.Close()) // waits for the event, and so for the log
		return
	}
	for level, want := range map[string][2]bool{ // warning, debugging
		"": {}, "error": {}, "warn": {true, false}, "debug": {true, true}, "DEBUG": {true, true}, "1": {true, true},
	} {
		program := exec.Command(os.Args[0], "-test.run=^TestEnvironmentSwitchesTheLogOn$")
		program.Env = append(os.Environ(), "ZMQ_LOG_PROGRAM=1", "ZMQ_LOG="+level)
		out, err := program.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		got := [2]bool{strings.Contains(string(out), "the peer speaks HTTP"), strings.Contains(string(out), "msg=listening")}
		if got != want {
			t.Errorf("ZMQ_LOG=%q logs\n%s", level, out)
		}
	}
}
