// SPDX-License-Identifier: Apache-2.0

package tcp

import "golang.org/x/sys/unix"

// tcpKeepIdle is what the other systems call TCP_KEEPIDLE.
const tcpKeepIdle = unix.TCP_KEEPALIVE
