// SPDX-License-Identifier: Apache-2.0

package proof

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "record what the programs print with the original")

// binding is an API, and how a program for it is built on libzmq and on ours. The
// texts are go.mod files, with the folders of compat and of the repository.
type binding struct {
	name, original, ours string
}

var bindings = []binding{
	{"zmq4", `module program

go 1.25.0

require github.com/pebbe/zmq4 v1.4.0
`, `module program

go 1.25.0

require github.com/pebbe/zmq4 v1.4.0

replace github.com/pebbe/zmq4 => DIR_COMPAT/zmq4

replace github.com/gozmq/zmq => DIR_ROOT
`},
	// alecthomas/gozmq is not to be had as a Go module. What the programs need of it is
	// in testdata/reference, over pebbe/zmq4.
	{"gozmq", `module program

go 1.25.0

require github.com/alecthomas/gozmq v0.0.0

replace github.com/alecthomas/gozmq => DIR_COMPAT/proof/testdata/reference
`, `module program

go 1.25.0

require github.com/alecthomas/gozmq v0.0.0

replace github.com/alecthomas/gozmq => DIR_COMPAT/gozmq

replace github.com/gozmq/zmq => DIR_ROOT
`},
}

// TestSameProgramPrintsTheSame builds each program twice, its text unchanged: on
// libzmq, and on ours by a replace line and without cgo.
func TestSameProgramPrintsTheSame(t *testing.T) {
	original := originalBuilds(t)
	for _, b := range bindings {
		programs, err := filepath.Glob(filepath.Join("testdata", b.name, "*.go"))
		if err != nil || len(programs) == 0 {
			t.Fatalf("no programs: %v", err)
		}
		for _, source := range programs {
			name := strings.TrimSuffix(filepath.Base(source), ".go")
			t.Run(b.name+"/"+name, func(t *testing.T) {
				record := strings.TrimSuffix(source, ".go") + ".out"
				if original {
					program := b.build(t, source, true)
					if *update {
						printed, err := run(t, program)
						if err == nil {
							err = os.WriteFile(record, printed, 0o644)
						}
						if err != nil {
							t.Fatal(err)
						}
					}
					printsRecorded(t, "the original", program, record)
				}
				printsRecorded(t, "ours", b.build(t, source, false), record)
			})
		}
	}
}

// originalBuilds tells whether the original can be built here.
func originalBuilds(t *testing.T) bool {
	t.Helper()
	err := bindings[0].tryBuild(t.TempDir(), filepath.Join("testdata", "zmq4", "constants.go"), true)
	switch {
	case err == nil:
		return true
	case os.Getenv("ZMQ_INTEROP_REQUIRED") == "1" || *update:
		t.Fatalf("github.com/pebbe/zmq4 cannot be built: %v", err)
	}
	fmt.Fprintln(os.Stderr, "!!! SKIPPED: github.com/pebbe/zmq4 cannot be built here (gcc, libzmq3-dev); ours is compared with what it printed elsewhere")
	return false
}

func (b *binding) build(t *testing.T, source string, original bool) string {
	t.Helper()
	dir := t.TempDir()
	if err := b.tryBuild(dir, source, original); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "program.exe")
}

// tryBuild builds a program in a module of its own, in an empty folder.
func (b *binding) tryBuild(dir, source string, original bool) error {
	text, err := os.ReadFile(source)
	if err != nil {
		return err
	}
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	compat := filepath.Dir(here)
	mod, sum, cgo := b.ours, filepath.Join(compat, b.name, "go.sum"), "0"
	if original {
		mod, sum, cgo = b.original, filepath.Join("testdata", "original.sum"), "1"
	}
	mod = strings.NewReplacer("DIR_COMPAT", filepath.ToSlash(compat), "DIR_ROOT", filepath.ToSlash(filepath.Dir(compat))).Replace(mod)
	sums, err := os.ReadFile(sum)
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{"main.go": text, "go.mod": []byte(mod), "go.sum": sums} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return err
		}
	}
	cmd := exec.Command("go", "build", "-mod=mod", "-o", "program.exe", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED="+cgo, "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
}

// printsRecorded runs a program and compares what it prints. Some have pauses and short
// time-outs, and print something else where the machine is held up, so a program has
// three runs until one of them prints what was recorded.
func printsRecorded(t *testing.T, who, program, record string) {
	t.Helper()
	want, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; ; n++ {
		printed, err := run(t, program)
		switch {
		case err == nil && (bytes.Equal(printed, want) || n == 3):
			compare(t, who, string(want), string(printed))
			return
		case n == 3:
			t.Fatal(err)
		}
		t.Logf("run %d of %s printed something else: %v\n%s", n, who, err, printed)
	}
}

func run(t *testing.T, program string) ([]byte, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program)
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil {
		return out.Bytes(), fmt.Errorf("%w\n%s", err, &complaints)
	}
	return out.Bytes(), nil
}

// compare reports the lines that differ, the first few of them.
func compare(t *testing.T, who, want, printed string) {
	t.Helper()
	a, b := strings.Split(want, "\n"), strings.Split(printed, "\n")
	wrong := 0
	for i := range max(len(a), len(b)) {
		var x, y string
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y {
			if wrong++; wrong <= 10 {
				t.Errorf("line %d of %s: %q, recorded %q", i+1, who, y, x)
			}
		}
	}
	if wrong > 10 {
		t.Errorf("and %d lines more", wrong-10)
	}
}
