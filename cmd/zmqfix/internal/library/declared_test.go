// SPDX-License-Identifier: Apache-2.0

package library

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
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
// compatibility package exports, which has the same API.
func TestDeclarations(t *testing.T) {
	folders := map[string]string{
		"gozmq":              "gozmq",
		"zmq4":               "zmq4",
		"gozeromq":           "gozeromq",
		"gozeromq_null":      "gozeromq/security/null",
		"gozeromq_plain":     "gozeromq/security/plain",
		"gozeromq_transport": "gozeromq/transport",
	}
	for name, folder := range folders {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join("..", "..", "..", "..", "compat", filepath.FromSlash(folder))
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
	imports := map[string]bool{}
	qualify := func(q *types.Package) string {
		if q == p {
			return ""
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
	named := o.Type().(*types.Named)
	if s, ok := named.Underlying().(*types.Struct); ok {
		fmt.Fprintf(w, "type %s struct {\n", o.Name())
		for f := range s.Fields() {
			if f.Exported() {
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
