// SPDX-License-Identifier: Apache-2.0

package gozmq

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gozmq/zmq/internal/zmqtest"
)

// tags are the versions of ZeroMQ that the original is built for, and how.
var tags = map[string][]string{"2.1": {"zmq_2_1"}, "2.2": nil, "3.x": {"zmq_3_x"}, "4.x": {"zmq_4_x"}}

// otherwise lists what is not as in the original, with the reason.
var otherwise = map[string]string{
	"const RCVMORE UInt64SocketOption": "a constant without a type fits GetSockOptUInt64 and GetSockOptInt",
}

func TestEveryNameOfTheOriginalIsThere(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the list is that of Unix: ZmqOsSocketType is another on Windows")
	}
	text, err := os.ReadFile(filepath.Join("testdata", "api.txt"))
	if err != nil {
		t.Fatal(err)
	}
	ours := make(map[string][]string)
	for version, tags := range tags {
		names, err := zmqtest.Exported(".", tags...)
		if err != nil {
			t.Fatal(err)
		}
		ours[version] = names
	}
	n := 0
	for line := range strings.Lines(string(text)) {
		versions, name, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok || otherwise[name] != "" {
			continue
		}
		n++
		for version := range strings.FieldsSeq(versions) {
			if !slices.Contains(ours[version], name) {
				t.Errorf("%s: there is no %s", version, name)
			}
		}
	}
	if n < 200 {
		t.Errorf("the list has %d names only", n)
	}
}
