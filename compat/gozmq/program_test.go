// SPDX-License-Identifier: Apache-2.0

package gozmq

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The echo server and client of gozmq's README, in its own words: built once with
// a replace line and the import unchanged, once with the import path changed, both
// without cgo, and run against each other.

const replaceLine = `module echo

go 1.26.0

require github.com/alecthomas/gozmq v0.0.0

replace github.com/alecthomas/gozmq => %s

replace github.com/gozmq/zmq => %s
`

const importChanged = `module echo

go 1.26.0

require github.com/gozmq/zmq/compat/gozmq v0.0.0

replace github.com/gozmq/zmq/compat/gozmq => %s

replace github.com/gozmq/zmq => %s
`

func TestProgramsOfTheReadme(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command")
	}
	ports := freePorts(t)
	server := program(t, "server", replaceLine, ports)
	client := program(t, "client", importChanged, ports)

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	got := &bytes.Buffer{}
	run := exec.CommandContext(ctx, server)
	run.Stderr = got // println
	must(t, run.Start())
	out, err := exec.CommandContext(ctx, client).CombinedOutput()
	_ = run.Process.Kill()
	_ = run.Wait()
	must(t, err)
	var sending, echoed strings.Builder
	for i := range 10 {
		fmt.Fprintf(&sending, "Sending msg %d\n", i)
		fmt.Fprintf(&echoed, "Got msg %d\n", i)
	}
	if string(out) != sending.String() {
		t.Errorf("the client says %q", out)
	}
	if got.String() != echoed.String() {
		t.Errorf("the server says %q", got)
	}
}

// freePorts returns two ports without a listener, in place of the README's. They are below
// those that systems choose from, so that no other program is given them meanwhile.
func freePorts(t *testing.T) *strings.Replacer {
	t.Helper()
	var old []string
	for _, port := range []string{"5000", "6000"} {
		for {
			free := fmt.Sprint(":", 20_000+rand.IntN(10_000))
			l, err := net.Listen("tcp", "127.0.0.1"+free)
			if err != nil {
				continue
			}
			defer l.Close()
			old = append(old, ":"+port+`"`, free+`"`)
			break
		}
	}
	return strings.NewReplacer(old...)
}

// program builds a program of testdata in a module of its own.
func program(t *testing.T, name, mod string, ports *strings.Replacer) string {
	t.Helper()
	here, err := os.Getwd()
	must(t, err)
	source, err := os.ReadFile(filepath.Join("testdata", "echo", name+".go.txt"))
	must(t, err)
	text := ports.Replace(string(source))
	if mod == importChanged {
		text = strings.ReplaceAll(text, "github.com/alecthomas/gozmq", "github.com/gozmq/zmq/compat/gozmq")
	}
	sums, err := os.ReadFile("go.sum")
	must(t, err)
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte(text), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "go.mod"), fmt.Appendf(nil, mod, here, filepath.Dir(filepath.Dir(here))), 0o600))
	binary := filepath.Join(dir, name+".exe")
	build := exec.Command("go", "build", "-mod=mod", "-o", binary, ".")
	build.Dir = dir
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return binary
}
