// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestEveryNameOfTheOriginalIsThere looks each line of the list up in what the type
// checker says of this package, which includes aliases and promoted methods.
func TestEveryNameOfTheOriginalIsThere(t *testing.T) {
	list, err := os.ReadFile(filepath.Join("testdata", "api.txt"))
	must(t, err)
	ours := exported(t)
	n := 0
	for line := range strings.Lines(string(list)) {
		name := strings.TrimSpace(line)
		if name == "" || strings.HasPrefix(name, "#") {
			continue
		}
		n++
		if runtime.GOOS == "windows" && strings.Contains(name, " GetFd(") {
			name = "method (*Socket) GetFd() (uintptr, error)"
		}
		if !ours[name] {
			t.Errorf("there is no %s", name)
		}
	}
	if n < 330 {
		t.Errorf("the list has %d names only", n)
	}
}

// exported returns what this package exports, as the list writes it.
func exported(t *testing.T) map[string]bool {
	t.Helper()
	pkg := load(t, "github.com/gozmq/zmq/compat/zmq4/draft")
	lines := make(map[string]bool)
	for _, name := range pkg.Scope().Names() {
		switch o := pkg.Scope().Lookup(name).(type) {
		case *types.Const:
			lines["const "+name+" "+strings.TrimPrefix(typeText(o.Type()), "untyped ")] = true
		case *types.Var:
			lines["var "+name+" "+typeText(o.Type())] = true
		case *types.Func:
			lines["func "+name+signature(o)] = true
		case *types.TypeName:
			describe(lines, name, o.Type())
		}
	}
	return lines
}

// load returns what the compiler has written down of a package.
func load(t *testing.T, importPath string) *types.Package {
	t.Helper()
	list, err := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", importPath).Output()
	must(t, err)
	files := make(map[string]string)
	for line := range strings.Lines(string(list)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		files[path] = file
	}
	open := func(path string) (io.ReadCloser, error) { return os.Open(files[path]) }
	pkg, err := importer.ForCompiler(token.NewFileSet(), "gc", open).Import(importPath)
	must(t, err)
	return pkg
}

// describe adds a type with its fields and methods.
func describe(lines map[string]bool, name string, typ types.Type) {
	if st, ok := typ.Underlying().(*types.Struct); ok {
		lines["type "+name+" struct"] = true
		for f := range st.Fields() {
			lines["field "+name+"."+f.Name()+" "+typeText(f.Type())] = true
		}
	} else {
		lines["type "+name+" "+typeText(typ.Underlying())] = true
	}
	for receiver, of := range map[string]types.Type{name: typ, "*" + name: types.NewPointer(typ)} {
		for s := range types.NewMethodSet(of).Methods() {
			lines["method ("+receiver+") "+s.Obj().Name()+signature(s.Obj().(*types.Func))] = true
		}
	}
}

func signature(f *types.Func) string {
	s := f.Signature()
	text := "(" + tuple(s.Params(), s.Variadic()) + ")"
	switch results := tuple(s.Results(), false); {
	case s.Results().Len() > 1:
		text += " (" + results + ")"
	case results != "":
		text += " " + results
	}
	return text
}

func tuple(vars *types.Tuple, variadic bool) string {
	var all []string
	for v := range vars.Variables() {
		all = append(all, typeText(v.Type()))
	}
	if variadic {
		last := &all[len(all)-1]
		*last = "..." + strings.TrimPrefix(*last, "[]")
	}
	return strings.Join(all, ", ")
}

// typeText writes a type with the names of this package and of package zmq4 bare, and
// functions without parameter names.
func typeText(t types.Type) string {
	if f, ok := t.(*types.Signature); ok {
		return "func" + signature(types.NewFunc(token.NoPos, nil, "", f))
	}
	return types.TypeString(t, func(p *types.Package) string {
		if strings.Contains(p.Path(), "/zmq4") {
			return ""
		}
		return p.Name()
	})
}

// TestConstantsHaveTheOriginalsValues checks those that package zmq4 does not have.
func TestConstantsHaveTheOriginalsValues(t *testing.T) {
	for name, c := range map[string][2]int{
		"SERVER": {int(SERVER), 12}, "CLIENT": {int(CLIENT), 13}, "RADIO": {int(RADIO), 14}, "DISH": {int(DISH), 15},
		"GATHER": {int(GATHER), 16}, "SCATTER": {int(SCATTER), 17}, "DGRAM": {int(DGRAM), 18},
		"NotifyConnect": {int(NotifyConnect), 1}, "NotifyDisconnect": {int(NotifyDisconnect), 2},
	} {
		if c[0] != c[1] {
			t.Errorf("%s is %d, not %d", name, c[0], c[1])
		}
	}
	for kind, name := range map[Type]string{
		PAIR: "PAIR", STREAM: "STREAM", SERVER: "SERVER", CLIENT: "CLIENT", RADIO: "RADIO", DISH: "DISH",
		GATHER: "GATHER", SCATTER: "SCATTER", DGRAM: "DGRAM", 19: "<INVALID>", -1: "<INVALID>",
	} {
		if kind.String() != name {
			t.Errorf("type %d is called %s, not %s", int(kind), kind, name)
		}
	}
}

// TestConstantsOfPackageZmq4AreTheSame compares all values by name. What they are is
// compared with the original's there.
func TestConstantsOfPackageZmq4AreTheSame(t *testing.T) {
	ours, theirs := load(t, "github.com/gozmq/zmq/compat/zmq4/draft"), load(t, "github.com/gozmq/zmq/compat/zmq4")
	n := 0
	for _, name := range theirs.Scope().Names() {
		want, ok := theirs.Scope().Lookup(name).(*types.Const)
		if !ok || !want.Exported() {
			continue
		}
		n++
		got, ok := ours.Scope().Lookup(name).(*types.Const)
		if !ok || got.Val().ExactString() != want.Val().ExactString() {
			t.Errorf("%s is not %s", name, want.Val())
		}
	}
	if n < 50 {
		t.Errorf("package zmq4 has %d constants only", n)
	}
}
