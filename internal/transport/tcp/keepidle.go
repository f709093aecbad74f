// SPDX-License-Identifier: Apache-2.0

//go:build linux || freebsd

package tcp

import "golang.org/x/sys/unix"

const tcpKeepIdle = unix.TCP_KEEPIDLE
