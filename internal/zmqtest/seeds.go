// SPDX-License-Identifier: Apache-2.0

package zmqtest

import "testing"

// Seeds returns with how many seeds, 0 and up, a property test runs: all of them, or with
// -short a fifth, but three at least, because tests vary their cases by the seed, too.
func Seeds(all uint64) uint64 {
	if testing.Short() {
		return min(all, max(3, all/5))
	}
	return all
}
