// SPDX-License-Identifier: Apache-2.0

//go:build !race

package zmq_test

// raceEnabled tells that the race detector is on, which allocates on its own.
const raceEnabled = false
