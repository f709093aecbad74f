// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package transport

// OnlyItsGroups is about Linux: elsewhere a socket receives what it has joined.
func OnlyItsGroups(uintptr, bool) error { return nil }
