// SPDX-License-Identifier: Apache-2.0

// Package plain is github.com/gozmq/zmq/compat/gozeromq/security/plain.
package plain

import (
	zmq4 "github.com/gozmq/zmq/compat/gozeromq"
	"github.com/gozmq/zmq/compat/gozeromq/security/plain"
)

// Security is that of package gozeromq/security/plain.
func Security(user, pass string) zmq4.Security { return plain.Security(user, pass) }
