// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package multicast

import "runtime"

// batches is whether the system tells which group a packet has come for.
var batches = runtime.GOOS == "darwin" || runtime.GOOS == "freebsd"

// alertRouters is for Linux. Elsewhere packets concern no router.
func alertRouters(uintptr, bool) error { return nil }
