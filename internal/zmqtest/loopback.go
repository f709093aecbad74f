// SPDX-License-Identifier: Apache-2.0

package zmqtest

import (
	"net"
	"testing"
)

// Loopback returns the interface of this machine's own addresses. It skips the test if
// there is none.
func Loopback(t testing.TB) *net.Interface {
	t.Helper()
	all, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		if all[i].Flags&net.FlagLoopback != 0 && all[i].Flags&net.FlagUp != 0 {
			return &all[i]
		}
	}
	t.Skip("there is no loopback interface")
	return nil
}
