// SPDX-License-Identifier: Apache-2.0

package proof

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// unlike are the calls that no program makes, with the reason; the tests of
// compat/zmq4 make them.
var unlike = map[string]string{
	"GetFd":                 "a descriptor in libzmq, EINVAL in ours",
	"HasGssapi":             "Debian's libzmq has it, ours has not",
	"HasNorm":               "Debian's libzmq has it, ours has not",
	"HasPgm":                "depends on the build of libzmq",
	"HasTipc":               "depends on the build of libzmq",
	"SetVmciBufferSize":     "Debian's libzmq is built without VMCI, ours takes the option",
	"SetVmciBufferMinSize":  "Debian's libzmq is built without VMCI, ours takes the option",
	"SetVmciBufferMaxSize":  "Debian's libzmq is built without VMCI, ours takes the option",
	"SetVmciConnectTimeout": "Debian's libzmq is built without VMCI, ours takes the option",
}

var call = regexp.MustCompile(`^(?:func|method \([*]?\w+\)) (\w+)\(`)

// TestProgramsMakeEveryCall looks for the name of each function and method of the
// original in the programs, or in the tests of compat/zmq4 for those that cannot
// print the same.
func TestProgramsMakeEveryCall(t *testing.T) {
	names := read(t, filepath.Join("..", "zmq4", "testdata", "api.txt"))
	programs := read(t, filepath.Join("testdata", "zmq4", "*.go"))
	tests := read(t, filepath.Join("..", "zmq4", "*_test.go"))
	n := 0
	for line := range strings.Lines(names) {
		m := call.FindStringSubmatch(line)
		if m == nil || m[1] == "String" {
			continue
		}
		n++
		where, what := programs, "programs"
		if unlike[m[1]] != "" {
			where, what = tests, "tests of compat/zmq4"
		}
		if !regexp.MustCompile(`\b` + m[1] + `\(`).MatchString(where) {
			t.Errorf("the %s do not call %s", what, m[1])
		}
	}
	if n < 200 {
		t.Errorf("the list has %d calls only", n)
	}
}

var constant = regexp.MustCompile(`(?m)^const (\w+) `)

// TestProgramsShowEveryConstant keeps the values of all of them in the comparison.
func TestProgramsShowEveryConstant(t *testing.T) {
	program := read(t, filepath.Join("testdata", "zmq4", "constants.go"))
	all := constant.FindAllStringSubmatch(read(t, filepath.Join("..", "zmq4", "testdata", "api.txt")), -1)
	if len(all) < 50 {
		t.Errorf("the list has %d constants only", len(all))
	}
	for _, m := range all {
		if !regexp.MustCompile(`\bzmq\.` + m[1] + `\b`).MatchString(program) {
			t.Errorf("constants.go does not show %s", m[1])
		}
	}
}

func read(t *testing.T, pattern string) string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no files, %v", pattern, err)
	}
	var all strings.Builder
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	return all.String()
}
