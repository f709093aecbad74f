// SPDX-License-Identifier: Apache-2.0

//go:build !race

package rig

// RaceEnabled reports whether the race detector is on, which allocates memory
// and takes time of its own.
const RaceEnabled = false
