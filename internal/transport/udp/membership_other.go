// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package udp

// onlyItsGroups is about Linux: elsewhere a socket receives what it has joined.
func onlyItsGroups(uintptr, bool) error { return nil }
