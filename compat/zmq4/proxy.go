// SPDX-License-Identifier: Apache-2.0

package zmq4

import "github.com/gozmq/zmq/compat/classic"

// Proxy passes messages on between two sockets until one of them is closed, or its
// context ends, and returns that error. capture gets a copy of every message and may
// be nil. A nil frontend or backend is EINVAL.
func Proxy(frontend, backend, capture *Socket) error {
	return ProxySteerable(frontend, backend, capture, nil)
}

// ProxySteerable is Proxy that takes commands from a socket, each one part: PAUSE,
// RESUME, TERMINATE, for which it returns nil, and STATISTICS, which it answers with
// eight numbers of 8 bytes. A REP answers the others with an empty part. capture and
// control may be nil.
func ProxySteerable(frontend, backend, capture, control *Socket) error {
	var all [4]*classic.Socket
	for i, soc := range [...]*Socket{frontend, backend, capture, control} {
		if soc == nil {
			continue
		}
		s, err := soc.open()
		if err != nil {
			return err
		}
		all[i] = s
	}
	err := classic.Proxy(all[0], all[1], all[2], all[3])
	for _, soc := range [...]*Socket{frontend, backend, capture, control} {
		if err == nil || soc == nil {
			continue
		}
		if _, closed := soc.open(); closed != nil {
			return closed
		}
	}
	return errno(err)
}
