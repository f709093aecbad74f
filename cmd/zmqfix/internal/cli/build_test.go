// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// module is a folder in which programs can be built against this repository.
func module(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", "..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	mod := "module example.com/program\n\ngo 1.26\n\n"
	for _, name := range []string{"", "/compat/gozmq", "/compat/zmq4", "/compat/gozeromq"} {
		mod += fmt.Sprintf("require github.com/gozmq/zmq%s v0.0.0\nreplace github.com/gozmq/zmq%s => %s\n",
			name, name, filepath.ToSlash(root)+name)
	}
	own, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^\s+(golang\.org/x/\S+ \S+)`).FindAllSubmatch(own, -1) {
		mod += fmt.Sprintf("require %s\n", m[1])
	}
	dir := t.TempDir()
	write(t, dir, map[string][]byte{"go.mod": []byte(mod), "go.sum": sum})
	return dir
}

// in puts the files of a program into a folder of the module and makes their
// imports of each other fit.
func in(t *testing.T, dir, folder string, files map[string][]byte) {
	t.Helper()
	moved := map[string][]byte{}
	for name, data := range files {
		if strings.HasSuffix(name, ".go") {
			moved[folder+"/"+name] = bytes.ReplaceAll(data, []byte(`"example.com/program/`), []byte(`"example.com/program/`+folder+`/`))
		}
	}
	write(t, dir, moved)
}

// command runs the go command in a folder.
func command(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-mod=mod", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// TestResultsBuild vets what becomes of the golden programs, with both levels.
// Programs that goczmq remains in need C and are left out.
func TestResultsBuild(t *testing.T) {
	dir := module(t)
	for _, g := range readGoldens(t) {
		for level, files := range g.levels(t) {
			in(t, dir, g.name+"_"+level, files)
		}
	}
	command(t, dir, "vet", "./...")
}

// known has the levels of the goldens that have been asked for, by name.
var known = map[string]map[string]map[string][]byte{}

// levels returns the program as each level makes it, as far as that builds.
func (g *golden) levels(t *testing.T) map[string]map[string][]byte {
	t.Helper()
	if known[g.name] == nil {
		known[g.name] = g.makeLevels(t)
	}
	return known[g.name]
}

func (g *golden) makeLevels(t *testing.T) map[string]map[string][]byte {
	t.Helper()
	levels := map[string]map[string][]byte{}
	native := map[string][]byte{}
	for name, data := range g.in {
		native[name] = data
		if want, ok := g.want[name]; ok {
			native[name] = want
		}
	}
	if builds(native) {
		levels["want"] = native
	}
	if slices.Contains(g.flags, "-compat") {
		return levels
	}
	t.Run(g.name, func(t *testing.T) {
		if compat, _, _ := g.fix(t, "-compat"); builds(compat) {
			levels["compat"] = compat
		}
	})
	return levels
}

func builds(files map[string][]byte) bool {
	for _, data := range files {
		for _, library := range []string{"zeromq/goczmq", `"github.com/alecthomas/`, `"github.com/pebbe/`, `"github.com/go-zeromq/`, "example.org/"} {
			if bytes.Contains(data, []byte(library)) {
				return false
			}
		}
	}
	return true
}

// TestResultsRun runs the golden programs that say what they print, as both
// levels make them.
func TestResultsRun(t *testing.T) {
	dir, bin := module(t), t.TempDir()
	var packages []string
	for _, g := range readGoldens(t) {
		if _, ok := g.extra["output"]; ok {
			for level, files := range g.levels(t) {
				in(t, dir, g.name+"_"+level, files)
				packages = append(packages, "./"+g.name+"_"+level)
			}
		}
	}
	command(t, dir, append([]string{"build", "-o", bin + string(filepath.Separator)}, packages...)...)
	for _, g := range readGoldens(t) {
		if want, ok := g.extra["output"]; ok {
			for level := range g.levels(t) {
				t.Run(g.name+"_"+level, func(t *testing.T) { runs(t, filepath.Join(bin, g.name+"_"+level), want) })
			}
		}
	}
}

// runs runs a program that prints something.
func runs(t *testing.T, program string, want []byte) {
	t.Helper()
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program)
	cmd.Dir = t.TempDir() // where names of ipc sockets that are relative are
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Equal(out, want) {
		t.Errorf("%v; it prints\n%s\nwant\n%s", err, out, want)
	}
}
