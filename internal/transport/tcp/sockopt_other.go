// SPDX-License-Identifier: Apache-2.0

//go:build !unix && !windows

package tcp

import "github.com/gozmq/zmq/internal/transport"

// hasOptions says that sockets have none: the network of js/wasm is one inside
// the process.
const hasOptions = false

func setListening(uintptr, *transport.Config) error      { return nil }
func setConnecting(uintptr, *transport.Config) error     { return nil }
func setConnectingFrom(uintptr, *transport.Config) error { return nil }
func setAccepted(uintptr, *transport.Config) error       { return nil }
func setConnected(uintptr, *transport.Config) error      { return nil }
