// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
)

// TestMulticastFromTheCommandLine: a publisher and a subscriber of a group, bound and
// connected alike.
func TestMulticastFromTheCommandLine(t *testing.T) {
	at := fmt.Sprintf("epgm://127.0.0.1;239.193.%d.%d:%d", rand.IntN(256), rand.IntN(256), 20_000+rand.IntN(10_000))
	s, err := zmq.NewSocket(zmq.SUB)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Connect(at)
	_ = s.Close()
	if err != nil {
		t.Skipf("the loopback interface carries no multicast: %v", err)
	}
	sub := start(t, "", "sub", "--connect", at, "--count", "3")
	pub := start(t, strings.Repeat("rain\tLondon\n", 1000), "pub", "--bind", at, "--interval", "20ms", "--set", "RATE=10000")
	sub.wrote(t, strings.Repeat("rain\tLondon\n", 3))
	pub.interrupt()
}

// TestMulticastWithoutAnInterfaceSaysWhichThereAre: an endpoint names one.
func TestMulticastWithoutAnInterfaceSaysWhichThereAre(t *testing.T) {
	sub := start(t, "", "sub", "--connect", "epgm://nosuch0;239.192.1.1:5555")
	sub.ends(t, exitError)
	if text := sub.errs.String(); !strings.Contains(text, "nosuch0") || !strings.Contains(text, "there are ") {
		t.Errorf("it says %q", text)
	}
}
