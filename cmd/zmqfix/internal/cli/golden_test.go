// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write the expected files anew")

// A golden is one test: an archive with the flags on the last line of its
// comment, the program in in/, what becomes of it in want/, the report and the
// exit code.
type golden struct {
	name  string
	file  string
	flags []string
	in    map[string][]byte
	want  map[string][]byte
	extra map[string][]byte // report, exit, output
	text  string            // the comment
}

func readGoldens(t *testing.T) []*golden {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "golden", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	var all []*golden
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		g := &golden{
			name: strings.TrimSuffix(filepath.Base(file), ".txtar"), file: file, text: string(a.Comment),
			in: map[string][]byte{}, want: map[string][]byte{}, extra: map[string][]byte{},
		}
		lines := strings.Split(strings.TrimSpace(g.text), "\n")
		if command, ok := strings.CutPrefix(lines[len(lines)-1], "zmqfix"); ok {
			g.flags = strings.Fields(command)
		}
		for _, f := range a.Files {
			switch {
			case strings.HasPrefix(f.Name, "in/"):
				g.in[f.Name[len("in/"):]] = f.Data
			case strings.HasPrefix(f.Name, "want/"):
				g.want[f.Name[len("want/"):]] = f.Data
			default:
				g.extra[f.Name] = f.Data
			}
		}
		all = append(all, g)
	}
	return all
}

// write writes files into a folder.
func write(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()
	for name, data := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// fix runs the command with -w over the files of a golden and returns what
// they are then, the report and the exit code.
func (g *golden) fix(t *testing.T, flags ...string) (files map[string][]byte, report string, code int) {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, g.in)
	if g.in["go.mod"] == nil {
		write(t, dir, map[string][]byte{"go.mod": []byte("module example.com/program\n\ngo 1.26\n")})
	}
	t.Chdir(dir)
	var out, err bytes.Buffer
	code = Run(append(flags, "-w", "./..."), &out, &err)
	files = map[string][]byte{}
	for name := range g.in {
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = data
	}
	return files, err.String(), code
}

// TestGolden rewrites the programs in testdata.
func TestGolden(t *testing.T) {
	for _, g := range readGoldens(t) {
		t.Run(g.name, func(t *testing.T) {
			file, err := filepath.Abs(g.file)
			if err != nil {
				t.Fatal(err)
			}
			files, report, code := g.fix(t, g.flags...)
			exit := fmt.Sprintln(code)
			if *update {
				g.write(t, file, files, report, exit)
				return
			}
			for name, data := range files {
				want, changed := g.want[name]
				if !changed {
					want = g.in[name]
				}
				if !bytes.Equal(data, want) {
					t.Errorf("%s is\n%s\nwant\n%s", name, data, want)
				}
			}
			if want := string(g.extra["report"]); report != want {
				t.Errorf("the report is\n%s\nwant\n%s", report, want)
			}
			if want := string(g.extra["exit"]); exit != want {
				t.Errorf("the exit code is %s, want %s", exit, want)
			}
		})
	}
}

// write writes the archive with new results.
func (g *golden) write(t *testing.T, file string, files map[string][]byte, report, exit string) {
	t.Helper()
	old, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	a := &txtar.Archive{Comment: old.Comment}
	for _, f := range old.Files {
		if strings.HasPrefix(f.Name, "in/") || f.Name == "output" {
			a.Files = append(a.Files, f)
		}
	}
	for _, f := range old.Files {
		if name, ok := strings.CutPrefix(f.Name, "in/"); ok && !bytes.Equal(files[name], f.Data) {
			a.Files = append(a.Files, txtar.File{Name: "want/" + name, Data: files[name]})
		}
	}
	a.Files = append(a.Files, txtar.File{Name: "report", Data: []byte(report)}, txtar.File{Name: "exit", Data: []byte(exit)})
	if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}
