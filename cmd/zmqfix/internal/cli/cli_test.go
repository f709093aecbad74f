// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const pushing = `package main

import "github.com/pebbe/zmq4"

func main() {
	s, _ := zmq4.NewSocket(zmq4.PUSH)
	s.Connect("tcp://127.0.0.1:5555")
	s.SendMessage("a")
}
`

// run runs the command in a folder with files.
func run(t *testing.T, files map[string]string, args ...string) (dir, out, err string, code int) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range files {
		write(t, dir, map[string][]byte{name: []byte(text)})
	}
	t.Chdir(dir)
	var o, e bytes.Buffer
	code = Run(args, &o, &e)
	return dir, o.String(), e.String(), code
}

func TestNamesWhatItWouldChange(t *testing.T) {
	dir, out, _, code := run(t, map[string]string{"go.mod": "module m\n", "main.go": pushing})
	if out != "main.go\n" || code != Done {
		t.Errorf("exit code %d, output %q", code, out)
	}
	if got, _ := os.ReadFile(filepath.Join(dir, "main.go")); string(got) != pushing {
		t.Errorf("the file became\n%s", got)
	}
}

func TestDiff(t *testing.T) {
	_, out, _, code := run(t, map[string]string{"go.mod": "module m\n", "main.go": pushing}, "-diff", "-compat", ".")
	for _, line := range []string{"--- a/main.go", "+++ b/main.go", `-import "github.com/pebbe/zmq4"`, `+import "github.com/gozmq/zmq/compat/zmq4"`} {
		if !strings.Contains(out, "\n"+line+"\n") {
			t.Errorf("the difference has no line %q:\n%s", line, out)
		}
	}
	if code != Done {
		t.Errorf("exit code %d", code)
	}
}

// TestWithoutModule finds packages by their folders, as in old programs that
// have no go.mod, and passes over testdata.
func TestWithoutModule(t *testing.T) {
	broken := "package broken\n\nfunc {"
	dir, _, err, code := run(t, map[string]string{
		"a/main.go": pushing, "b/main.go": pushing, "b/testdata/broken.go": broken, "_c/broken.go": broken,
	}, "-w", "./...")
	if code != Done || !strings.Contains(err, "note: packages were found by their folders") {
		t.Errorf("exit code %d, report\n%s", code, err)
	}
	for _, name := range []string{"a/main.go", "b/main.go"} {
		got, _ := os.ReadFile(filepath.Join(dir, name))
		if !bytes.Contains(got, []byte(`s.SendString(context.Background(), "a")`)) {
			t.Errorf("%s is\n%s", name, got)
		}
	}
}

func TestFilesByName(t *testing.T) {
	dir, _, report, code := run(t, map[string]string{"a.go": pushing, "b.go": pushing}, "-w", "a.go")
	if code != Done {
		t.Errorf("exit code %d, report\n%s", code, report)
	}
	if got, _ := os.ReadFile(filepath.Join(dir, "b.go")); string(got) != pushing {
		t.Errorf("a file that was not named became\n%s", got)
	}
	if got, _ := os.ReadFile(filepath.Join(dir, "a.go")); !bytes.Contains(got, []byte("SendString")) {
		t.Errorf("the file is\n%s", got)
	}
}

func TestExitCodes(t *testing.T) {
	left := strings.Replace(pushing, `s.SendMessage("a")`, "s.GetFd()", 1)
	tests := map[string]struct {
		files map[string]string
		args  []string
		want  int
	}{
		"nothing to do":    {map[string]string{"go.mod": "module m\n", "a.go": "package a\n"}, nil, Done},
		"help":             {nil, []string{"-h"}, Done},
		"something left":   {map[string]string{"go.mod": "module m\n", "a.go": left}, []string{"-w"}, Look},
		"compat does all":  {map[string]string{"go.mod": "module m\n", "a.go": left}, []string{"-compat"}, Done},
		"goczmq in compat": {map[string]string{"go.mod": "module m\n", "a.go": "package a\n\nimport _ \"github.com/zeromq/goczmq\"\n"}, []string{"-compat"}, Look},
		"unknown flag":     {nil, []string{"-x"}, Failed},
		"flags that clash": {nil, []string{"-w", "-diff"}, Failed},
		"no such package":  {map[string]string{"go.mod": "module m\n"}, []string{"./nowhere"}, Failed},
		"a syntax error":   {map[string]string{"go.mod": "module m\n", "a.go": "package a\n\nfunc {"}, nil, Failed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, out, err, code := run(t, test.files, test.args...); code != test.want {
				t.Errorf("exit code %d, want %d\n%s\n%s", code, test.want, out, err)
			}
		})
	}
}

// TestSecondRunDoesNothing runs the command over what it has made.
func TestSecondRunDoesNothing(t *testing.T) {
	for _, g := range readGoldens(t) {
		if len(g.want) == 0 {
			continue
		}
		t.Run(g.name, func(t *testing.T) {
			again := &golden{in: map[string][]byte{}}
			for name, data := range g.in {
				if again.in[name] = data; g.want[name] != nil {
					again.in[name] = g.want[name]
				}
			}
			files, _, _ := again.fix(t, g.flags...)
			for name, data := range files {
				if !bytes.Equal(data, again.in[name]) {
					t.Errorf("%s changes once more:\n%s", name, data)
				}
			}
		})
	}
}
