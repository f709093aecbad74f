// SPDX-License-Identifier: Apache-2.0

package source

import (
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

// parsed returns a file that was not loaded from anywhere.
func parsed(t *testing.T, src string) *File {
	t.Helper()
	fset := token.NewFileSet()
	f := &File{Path: "x.go", Src: []byte(src), Orig: []byte(src)}
	var err error
	if f.AST, err = parser.ParseFile(fset, f.Path, src, parser.ParseComments); err != nil {
		t.Fatal(err)
	}
	f.tok = fset.File(f.AST.FileStart)
	return f
}

// rangeOf returns the range of the first occurrence of text.
func (f *File) rangeOf(text string) Range {
	i := strings.Index(string(f.Src), text)
	return Range{f.tok.Pos(i), f.tok.Pos(i + len(text))}
}

func TestEditsNest(t *testing.T) {
	f := parsed(t, "package x\n\nvar a = f(g(1), 2)\n")
	e := f.Edits()
	e.Replace(f.rangeOf("f(g(1), 2)"), "h(", f.rangeOf("2"), ", ", f.rangeOf("g(1)"), ")")
	e.Replace(f.rangeOf("1"), "[", f.rangeOf("1"), "]")
	e.Replace(f.rangeOf("g(1)"), "outer(", f.rangeOf("g(1)"), ")")
	e.Replace(f.rangeOf("g(1)"), "inner(", f.rangeOf("g(1)"), ")")
	if got, want := string(e.Apply()), "package x\n\nvar a = h(2, outer(inner(g([1]))))\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEditsInsertBeforeReplacement(t *testing.T) {
	f := parsed(t, "package x\n\nvar a = f(b)\n")
	e := f.Edits()
	e.Replace(f.rangeOf("b"), f.rangeOf("b"), ".c")
	e.Insert(f.rangeOf("b").Pos, "ctx, ")
	e.Insert(f.rangeOf("b").End, ", d")
	if got, want := string(e.Apply()), "package x\n\nvar a = f(ctx, b.c, d)\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEditsMoveFromDeletedText(t *testing.T) {
	f := parsed(t, "package x\n\nfunc _() {\n\tsend(a, more)\n\t// why\n\tsend(b, last)\n}\n")
	e := f.Edits()
	e.Delete(f.Line(f.rangeOf("send(a, more)")))
	e.Replace(f.rangeOf("b, last"), f.rangeOf("a"+", more"), "; ", f.rangeOf("b"))
	e.Replace(f.rangeOf("more"), "MORE")
	if got, want := string(e.Apply()), "package x\n\nfunc _() {\n\t// why\n\tsend(a, MORE; b)\n}\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAddImport(t *testing.T) {
	const context = "context"
	tests := map[string]struct{ src, path, alias, want string }{
		"no imports": {
			"package x\n\nvar a int\n", context, "",
			"package x\n\nimport \"context\"\n\nvar a int\n",
		},
		"one line before": {
			"package x\n\nimport \"fmt\"\nimport \"os\"\n", context, "",
			"package x\n\nimport \"context\"\nimport \"fmt\"\nimport \"os\"\n",
		},
		"one line behind": {
			"package x\n\nimport \"bytes\"\n", context, "std",
			"package x\n\nimport \"bytes\"\nimport std \"context\"\n",
		},
		"group": {
			"package x\n\nimport (\n\t\"bytes\"\n\t\"fmt\"\n\n\t\"a.b/c\"\n)\n", context, "",
			"package x\n\nimport (\n\t\"bytes\"\n\t\"context\"\n\t\"fmt\"\n\n\t\"a.b/c\"\n)\n",
		},
		"group of others only": {
			"package x\n\nimport (\n\t\"a.b/c\"\n)\n", context, "",
			"package x\n\nimport (\n\t\"context\"\n\n\t\"a.b/c\"\n)\n",
		},
		"another module": {
			"package x\n\nimport (\n\t\"bytes\"\n)\n", "a.b/c", "",
			"package x\n\nimport (\n\t\"bytes\"\n\n\t\"a.b/c\"\n)\n",
		},
		"there already": {
			"package x\n\nimport \"context\"\n", context, "", "package x\n\nimport \"context\"\n",
		},
		"behind cgo": {
			"package x\n\n// #include <a.h>\nimport \"C\"\n\nimport \"os\"\n", context, "",
			"package x\n\n// #include <a.h>\nimport \"C\"\n\nimport \"context\"\nimport \"os\"\n",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := parsed(t, test.src)
			e := f.Edits()
			AddImport(f, e, test.path, test.alias)
			if got := string(e.Apply()); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

func TestRemoveUnused(t *testing.T) {
	tests := map[string]struct{ src, want string }{
		"the only one": {"package x\n\nimport \"time\"\n\nvar a int\n", "package x\n\nvar a int\n"},
		"one of a group": {
			"package x\n\nimport (\n\t\"fmt\"\n\t\"time\"\n)\n\nvar a = fmt.Sprint()\n",
			"package x\n\nimport (\n\t\"fmt\"\n)\n\nvar a = fmt.Sprint()\n",
		},
		"all of a group": {"package x\n\nimport (\n\t\"fmt\"\n\t\"time\"\n)\n\nvar a int\n", "package x\n\nvar a int\n"},
		"blank":          {"package x\n\nimport _ \"time\"\n", "package x\n\nimport _ \"time\"\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := RemoveUnused([]byte(test.src), "fmt", "time")
			if err != nil || string(got) != test.want {
				t.Errorf("got %v\n%s\nwant\n%s", err, got, test.want)
			}
		})
	}
}

func TestFormatLeavesOtherStylesAlone(t *testing.T) {
	if got := string(Format([]byte("package x\nvar  a int\n"), []byte("package x\nvar  b int\n"))); got != "package x\nvar  b int\n" {
		t.Errorf("a file that was not formatted became %q", got)
	}
	if got := string(Format([]byte("package x\n\nvar a int\n"), []byte("package x\n\nvar  b int\n"))); got != "package x\n\nvar b int\n" {
		t.Errorf("a file that was formatted became %q", got)
	}
}
