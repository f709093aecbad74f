// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/compat/classic"
)

// Version returns the version of libzmq that this package behaves like, 4.3.5.
func Version() (major, minor, patch int) { return classic.Version() }

// HasCurve tells whether there is the CURVE mechanism: true.
func HasCurve() bool { return true }

// HasGssapi tells whether there is the GSSAPI mechanism: false.
func HasGssapi() bool { return false }

// HasIpc tells whether there is the transport ipc.
func HasIpc() bool { return slices.Contains(transports(), "ipc") }

// HasNorm tells whether there is the transport norm.
func HasNorm() bool { return slices.Contains(transports(), "norm") }

// HasPgm tells whether there is the transport pgm.
func HasPgm() bool { return slices.Contains(transports(), "pgm") }

// HasTipc tells whether there is the transport tipc.
func HasTipc() bool { return slices.Contains(transports(), "tipc") }

// transports asks the library which schemes it knows, of those that not every system
// or build has.
var transports = sync.OnceValue(func() (list []string) {
	c, err := zmq.NewContext(zmq.ContextConfig{})
	if err != nil {
		return nil
	}
	s, err := c.NewSocket(zmq.PUB)
	if err != nil {
		return nil
	}
	for _, scheme := range []string{"ipc", "norm", "pgm", "tipc"} {
		if err := s.Connect(scheme + "://x"); !errors.Is(err, zmq.ErrUnsupportedTransport) {
			list = append(list, scheme)
		}
	}
	_ = s.Close()
	_ = c.Term(context.Background())
	return list
})
