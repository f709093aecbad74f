// SPDX-License-Identifier: Apache-2.0

package library

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/format"
	goimporter "go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

var update = flag.Bool("update", false, "write the declarations anew")

// TestDeclarations compares what is declared of each library with what the
// compatibility package exports, which has the same API, and what is declared of
// package zmq with that package.
func TestDeclarations(t *testing.T) {
	folders := map[string]string{
		"gozmq":              "compat/gozmq",
		"zmq4":               "compat/zmq4",
		"gozeromq":           "compat/gozeromq",
		"gozeromq_null":      "compat/gozeromq/security/null",
		"gozeromq_plain":     "compat/gozeromq/security/plain",
		"gozeromq_transport": "compat/gozeromq/transport",
		"zmq":                ".",
	}
	for name, folder := range folders {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join("..", "..", "..", "..", filepath.FromSlash(folder))
			cfg := &packages.Config{Dir: dir, Mode: packages.LoadTypes}
			loaded, err := packages.Load(cfg, ".")
			if err != nil {
				t.Fatal(err)
			}
			if len(loaded) != 1 || len(loaded[0].Errors) > 0 {
				t.Fatalf("%s does not load: %v", dir, loaded)
			}
			want := declarations(t, loaded[0].Types)
			file := filepath.Join("declared", name+".txt")
			if *update {
				if err := os.WriteFile(file, want, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			got, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s is not what %s exports: go test -run TestDeclarations -update ./internal/library", file, folder)
			}
		})
	}
}

// declarations prints what a package exports as Go source.
func declarations(t *testing.T, p *types.Package) []byte {
	t.Helper()
	var body bytes.Buffer
	internal := map[string]bool{}
	imports := map[string]bool{}
	qualify := func(q *types.Package) string {
		if q == p || strings.Contains(q.Path(), "/internal/") {
			return "" // declareInternal writes the types of internal packages
		}
		imports[original(q.Path())] = true
		return q.Name()
	}
	for _, name := range p.Scope().Names() {
		if !token.IsExported(name) {
			continue
		}
		switch o := p.Scope().Lookup(name).(type) {
		case *types.Const:
			fmt.Fprintf(&body, "const %s%s = %s\n", name, typeOfConst(o, qualify), o.Val().ExactString())
			declareInternal(&body, p, o.Type(), qualify, internal)
		case *types.Var:
			fmt.Fprintf(&body, "var %s %s\n", name, types.TypeString(o.Type(), qualify))
		case *types.Func:
			fmt.Fprintln(&body, types.ObjectString(o, qualify))
		case *types.TypeName:
			declareType(&body, o, qualify)
		}
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "package %s\n\n", p.Name())
	for _, path := range slices.Sorted(maps.Keys(imports)) {
		fmt.Fprintf(&out, "import %q\n", path)
	}
	out.WriteByte('\n')
	out.Write(body.Bytes())
	src, err := format.Source(out.Bytes())
	if err != nil {
		t.Fatalf("%v\n%s", err, out.Bytes())
	}
	return src
}

func typeOfConst(o *types.Const, q types.Qualifier) string {
	if b, ok := o.Type().(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		return ""
	}
	return " " + types.TypeString(o.Type(), q)
}

// declareType prints a type with its exported fields and methods.
func declareType(w *bytes.Buffer, o *types.TypeName, q types.Qualifier) {
	named := types.Unalias(o.Type()).(*types.Named)
	if s, ok := named.Underlying().(*types.Struct); ok {
		fmt.Fprintf(w, "type %s%s struct {\n", o.Name(), typeParams(named, q))
		for f := range s.Fields() {
			if f.Embedded() && f.Exported() {
				fmt.Fprintln(w, types.TypeString(f.Type(), q))
			} else if f.Exported() {
				fmt.Fprintf(w, "%s %s\n", f.Name(), types.TypeString(f.Type(), q))
			}
		}
		fmt.Fprintln(w, "}")
	} else if sig, ok := named.Underlying().(*types.Signature); ok && !exportedOnly(sig) {
		fmt.Fprintf(w, "type %s func()\n", o.Name())
	} else {
		fmt.Fprintf(w, "type %s %s\n", o.Name(), types.TypeString(named.Underlying(), q))
	}
	if types.IsInterface(named) {
		return
	}
	var methods []string
	for m := range named.Methods() {
		if m.Exported() {
			sig := m.Type().(*types.Signature)
			methods = append(methods, fmt.Sprintf("func (%s) %s%s", types.TypeString(sig.Recv().Type(), q), m.Name(),
				strings.TrimPrefix(types.TypeString(sig, q), "func")))
		}
	}
	slices.Sort(methods)
	for _, m := range methods {
		fmt.Fprintln(w, m)
	}
}

// declareInternal prints the type of an exported constant where an internal
// package has it.
func declareInternal(w *bytes.Buffer, p *types.Package, t types.Type, q types.Qualifier, done map[string]bool) {
	n, ok := t.(*types.Named)
	if !ok || n.Obj().Pkg() == nil || n.Obj().Pkg() == p || done[n.Obj().Name()] {
		return
	}
	done[n.Obj().Name()] = true
	declareType(w, n.Obj(), q)
}

// typeParams prints the list of a generic type's parameters.
func typeParams(n *types.Named, q types.Qualifier) string {
	var list []string
	for p := range n.TypeParams().TypeParams() {
		list = append(list, p.Obj().Name()+" "+types.TypeString(p.Constraint(), q))
	}
	if len(list) == 0 {
		return ""
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// exportedOnly reports whether a signature can be written outside its package.
func exportedOnly(sig *types.Signature) bool {
	for v := range sig.Params().Variables() {
		t := v.Type()
		if p, ok := t.(*types.Pointer); ok {
			t = p.Elem()
		}
		if n, ok := t.(*types.Named); ok && n.Obj().Pkg() != nil && !n.Obj().Exported() {
			return false
		}
	}
	return true
}

// original returns the import path in the library of a package of ours.
func original(path string) string {
	for of, p := range known {
		if p.Compat == path {
			return of
		}
	}
	return path
}

// TestResultDeclarations type-checks what is declared of the packages that
// rewritten programs import.
func TestResultDeclarations(t *testing.T) {
	for _, path := range []string{Native, compat + "gozmq", compat + "zmq4", compat + "gozeromq"} {
		t.Run(path, func(t *testing.T) {
			src, ok := ResultDeclarations(path)
			if !ok {
				t.Fatal("not declared")
			}
			fset := token.NewFileSet()
			f, err := parser.ParseFile(fset, path, src, 0)
			if err != nil {
				t.Fatal(err)
			}
			std := goimporter.ForCompiler(fset, "source", nil)
			cfg := types.Config{IgnoreFuncBodies: true, Importer: importerFunc(func(path string) (*types.Package, error) {
				text, ok := ResultDeclarations(path)
				if !ok {
					return std.Import(path)
				}
				f, err := parser.ParseFile(fset, path, text, 0)
				if err != nil {
					return nil, err
				}
				cfg := types.Config{IgnoreFuncBodies: true, Importer: std}
				return cfg.Check(path, fset, []*ast.File{f}, nil)
			})}
			if _, err := cfg.Check(path, fset, []*ast.File{f}, nil); err != nil {
				t.Error(err)
			}
		})
	}
}

type importerFunc func(path string) (*types.Package, error)

func (f importerFunc) Import(path string) (*types.Package, error) { return f(path) }
