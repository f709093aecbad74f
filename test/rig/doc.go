// SPDX-License-Identifier: Apache-2.0

// Package rig has what the black-box tests share. A Test has a context of its own
// and waits for events instead of sleeping, a RawPeer is a peer that a test plays
// byte by byte, and Log is what a context logs. Only tests may import the package,
// and nothing of it is promised to programs.
//
// The package starts no goroutine but the one of GoSend, which ends with its call.
package rig
