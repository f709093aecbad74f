// SPDX-License-Identifier: Apache-2.0

package transport

import "testing"

// TestWhatCountsAsOneSource: parts of an address that a stranger can vary do not
// distinguish sources.
func TestWhatCountsAsOneSource(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7",
		"2001:db8:0:1::7": "2001:db8:0:1::", "2001:db8:0:1:ffff::8": "2001:db8:0:1::", "fe80::1%eth0": "fe80::",
		"localhost:1000:100:4711": "localhost:1000", "": "",
	} {
		if got := SourceOf(address); got != want {
			t.Errorf("%q is of %q, want %q", address, got, want)
		}
	}
}
