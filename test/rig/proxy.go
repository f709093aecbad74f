// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
)

// Relay is a proxy that runs, between two sockets that are bound.
type Relay struct {
	*zmq.Proxy
	// Front and Back are the sockets.
	Front, Back *zmq.Socket
	// FrontAt and BackAt are where they are bound.
	FrontAt, BackAt string
	// End ends the context of Run.
	End context.CancelFunc
	// Result receives what Run returned.
	Result chan error
}

// EachPlace gives the endpoints of a proxy over every transport.
func EachPlace(t *testing.T, test func(r *Test, at func(string) string)) {
	t.Helper()
	EachTransport(t, func(r *Test, endpoint string) {
		test(r, func(name string) string {
			switch {
			case IsInproc(endpoint):
				return endpoint + name
			case strings.HasPrefix(endpoint, "ipc:"):
				return endpoint + name
			}
			return endpoint
		})
	})
}
