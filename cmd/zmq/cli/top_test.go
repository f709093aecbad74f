// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"strings"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/metrics/zmqstats"
)

func TestTopOfAProgram(t *testing.T) {
	s, _ := bound(t, zmq.PUB)
	stats, err := zmqstats.Listen(zmq.DefaultContext(), anyPort)
	if err != nil {
		t.Fatal(err)
	}
	defer stats.Close()
	p := start(t, "", "top", stats.Endpoint(), "--count", "1", "--peers")
	p.ends(t, exitOK)
	for _, want := range []string{s.String(), "bound " + s.LastEndpoint() + ": ready", "sent/s"} {
		if !strings.Contains(p.out.String(), want) {
			t.Errorf("no %q in %s", want, p.out)
		}
	}
	start(t, "", "top").ends(t, exitUsage)
	start(t, "", "top", "nonsense").ends(t, exitUsage)
	start(t, "", "top", "--interval", "0", anyPort).ends(t, exitUsage)
}
