// SPDX-License-Identifier: Apache-2.0

//go:build !linux

// Command multicast measures epgm beside libzmq, in network namespaces of Linux.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "multicast: NOT MEASURED: the machines are network namespaces, which take Linux and root")
	os.Exit(1)
}
