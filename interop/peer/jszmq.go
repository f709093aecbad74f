// SPDX-License-Identifier: Apache-2.0

package peer

import (
	_ "embed"
	"os/exec"
	"testing"
)

//go:embed jszmq.js
var jszmqScript string

// jszmqPackage is installed by
//
//	npm install --ignore-scripts --prefix DIR jszmq@0.1.2
var jszmqPackage = nodePackage{name: "jszmq", variable: "ZMQ_INTEROP_JSZMQ", peer: "JSZMQ"}

// StartJSZMQ is Start for jszmq. It skips the test, loudly, when there is none, and fails
// it if ZMQ_INTEROP_JSZMQ names a folder where it is not.
func StartJSZMQ(t testing.TB) *Process {
	t.Helper()
	return startProgram(t, func() *exec.Cmd { return jszmqPackage.command(t, jszmqScript) })
}
