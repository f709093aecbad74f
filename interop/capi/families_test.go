// SPDX-License-Identifier: Apache-2.0

package capi

import (
	"os"
	"testing"
	"time"
)

// TestFamiliesInC: endpoints of tipc are what libzmq makes of the same texts, and vsock and
// vmci are there.
func TestFamiliesInC(t *testing.T) {
	bin := compile(t, "families", "programs/families.c", "-I"+source, "-L"+draftLibrary(t), "-lzmq", "-lpthread")
	for name, env := range map[string][]string{"ours": using(draftLibrary(t), "ALL=1"), "libzmq": os.Environ()} {
		if r := execute(t, time.Minute, env, bin); r.code != 0 {
			t.Errorf("%s: %s", name, r.out)
		}
	}
}
