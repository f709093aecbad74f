// SPDX-License-Identifier: Apache-2.0

package capi

import (
	"os"
	"testing"
	"time"

	"github.com/gozmq/zmq/interop/peer"
)

// TestSOCKSInC: a program in C gets through a proxy with our library as with libzmq.
func TestSOCKSInC(t *testing.T) {
	bin := compile(t, "socks", "programs/socks.c", "-I"+source, "-L"+draftLibrary(t), "-lzmq", "-lpthread")
	env := []string{"PROXY=" + peer.StartMicrosocks(t), "PROXY_WITH_USER=" + peer.StartMicrosocks(t, "-u", "user", "-P", "secret")}
	for name, with := range map[string][]string{"ours": using(draftLibrary(t), env...), "libzmq": append(os.Environ(), env...)} {
		if r := execute(t, time.Minute, with, bin); r.code != 0 {
			t.Errorf("%s: %s", name, r.out)
		}
	}
}
