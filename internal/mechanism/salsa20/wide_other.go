// SPDX-License-Identifier: Apache-2.0

//go:build !amd64 || purego

package salsa20

// wide reports whether eight blocks can be made at a time.
func wide() bool { return false }

// xorGroups is there for processors that are wide.
func xorGroups(_, _ *byte, _ int, _ *input) { panic("salsa20: no eight blocks at a time here") }
