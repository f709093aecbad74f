// SPDX-License-Identifier: Apache-2.0

package capi

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"
)

// TestMulticastInC: zmq_has("pgm"), the options and errors as with libzmq; and with ours
// two sockets of one machine, which libzmq's have no way to reach each other.
func TestMulticastInC(t *testing.T) {
	bin := compile(t, "multicast", "programs/multicast.c", "-I"+source, "-L"+draftLibrary(t), "-lzmq", "-lpthread")
	at := fmt.Sprintf("epgm://127.0.0.1;239.193.%d.%d:%d", rand.IntN(256), rand.IntN(256), 20_000+rand.IntN(10_000))
	if r := execute(t, time.Minute, using(draftLibrary(t)), bin, at); r.code != 0 {
		t.Errorf("ours: %s", r.out)
	}
	if r := execute(t, time.Minute, os.Environ(), bin); r.code != 0 {
		t.Errorf("libzmq: %s", r.out)
	}
}
