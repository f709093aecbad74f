// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestAssemblyIsWhatTheProgramWrites: salsa20_amd64.s was not changed by hand, and is
// not older than the program.
func TestAssemblyIsWhatTheProgramWrites(t *testing.T) {
	out := filepath.Join(t.TempDir(), "salsa20_amd64.s")
	cmd := exec.Command("go", "run", ".", "-out", out, "-pkg", "salsa20")
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	want, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../salsa20_amd64.s")
	if err != nil {
		t.Fatal(err)
	}
	if body(got) != body(want) {
		t.Error("salsa20_amd64.s is not what this program writes: go run . -out ../salsa20_amd64.s -pkg salsa20")
	}
}

// body leaves out the first line, which has the name of the file that was written.
func body(text []byte) string {
	for i, c := range text {
		if c == '\n' {
			return string(text[i:])
		}
	}
	return ""
}
