// SPDX-License-Identifier: Apache-2.0

// Package null is github.com/gozmq/zmq/compat/gozeromq/security/null.
package null

import (
	zmq4 "github.com/gozmq/zmq/compat/gozeromq"
	"github.com/gozmq/zmq/compat/gozeromq/security/null"
)

// Security is that of package gozeromq/security/null.
func Security() zmq4.Security { return null.Security() }
