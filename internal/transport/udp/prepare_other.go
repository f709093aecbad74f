// SPDX-License-Identifier: Apache-2.0

//go:build !unix && !windows

package udp

func prepare(uintptr, bool, bool) error { return nil }

func isCut(error) bool { return false }
