// SPDX-License-Identifier: Apache-2.0

package peer

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

//go:embed jszmq.js
var jszmqScript string

// jszmqVariable names a folder with the package jszmq of Node.js:
//
//	npm install --ignore-scripts --prefix DIR jszmq@0.1.2
const jszmqVariable = "ZMQ_INTEROP_JSZMQ"

// StartJSZMQ is Start for jszmq. It skips the test, loudly, when there is none, and fails
// it if ZMQ_INTEROP_JSZMQ names a folder where it is not.
func StartJSZMQ(t testing.TB) *Process {
	t.Helper()
	dir, err := jszmqModules()
	if err != nil {
		if os.Getenv(jszmqVariable) != "" {
			t.Fatal(err)
		}
		saySkippedJSZMQ.Do(func() { fmt.Fprintf(os.Stderr, "!!! NOT TESTED AGAINST JSZMQ: %v\n", err) })
		t.Skip(err)
	}
	return startProgram(t, func() *exec.Cmd {
		cmd := exec.Command("node", "--no-warnings", "-e", jszmqScript)
		cmd.Dir = dir // where the package is looked for
		return cmd
	})
}

// saySkippedJSZMQ prints the loud line once.
var saySkippedJSZMQ sync.Once

// jszmqModules returns the folder in which the package is.
var jszmqModules = sync.OnceValues(func() (string, error) {
	dir := os.Getenv(jszmqVariable)
	if dir == "" {
		return "", errors.New(jszmqVariable + " names no folder with the npm package jszmq")
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "jszmq")); err != nil {
		return "", err
	}
	_, err := exec.LookPath("node")
	return dir, err
})
