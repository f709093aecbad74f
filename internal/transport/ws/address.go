// SPDX-License-Identifier: Apache-2.0

package ws

import (
	"strings"

	"github.com/gozmq/zmq/internal/zerr"
)

// split cuts "host:port/path" where the path begins: at the first slash behind the last
// colon. Without one the path is "/" (libzmq, zmq_ws).
func split(address string) (host, path string, err error) {
	colon := strings.LastIndexByte(address, ':')
	if colon < 0 {
		return "", "", zerr.Errorf(zerr.ErrInvalid, "address %q has no port", address)
	}
	host, path = address, "/"
	if i := strings.IndexByte(address[colon:], '/'); i >= 0 {
		host, path = address[:colon+i], address[colon+i:]
	}
	for i := range len(path) {
		if c := path[i]; c <= ' ' || c == '#' || c >= 0x7F {
			return "", "", zerr.Errorf(zerr.ErrInvalid, "path %q has the character %q, which a request of HTTP cannot carry: write it as %%%02X", path, c, c)
		}
	}
	return host, path, nil
}

// hostOnly returns the host as it was written, without the port, which is what libzmq
// puts into the Host field.
func hostOnly(hostPort string) string {
	hostPort = hostPort[strings.LastIndexByte(hostPort, ';')+1:]
	return hostPort[:strings.LastIndexByte(hostPort, ':')]
}
