// SPDX-License-Identifier: Apache-2.0

package gozmq

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
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
		ours[version] = exported(t, tags)
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

// exported returns the names that the package exports under build tags, with
// their types.
func exported(t *testing.T, tags []string) (lines []string) {
	t.Helper()
	ctx := build.Default
	ctx.BuildTags = tags
	pkg, err := ctx.ImportDir(".", 0)
	if err != nil {
		t.Fatal(err)
	}
	constants := make(map[string]string)
	for _, name := range pkg.GoFiles {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				lines = append(lines, function(d))
			case *ast.GenDecl:
				for _, s := range d.Specs {
					lines = append(lines, spec(d.Tok, s, constants)...)
				}
			}
		}
	}
	for name, typ := range constants {
		for constants[typ] != "" { // an alias of another constant
			typ = constants[typ]
		}
		lines = append(lines, "const "+name+" "+typ)
	}
	return lines
}

func function(d *ast.FuncDecl) string {
	signature := d.Name.Name + "(" + list(d.Type.Params) + ")"
	switch results := list(d.Type.Results); {
	case strings.Contains(results, ","):
		signature += " (" + results + ")"
	case results != "":
		signature += " " + results
	}
	if d.Recv == nil {
		return "func " + signature
	}
	return "method (" + types.ExprString(d.Recv.List[0].Type) + ") " + signature
}

func list(fields *ast.FieldList) string {
	var all []string
	if fields != nil {
		for _, f := range fields.List {
			for range max(len(f.Names), 1) {
				all = append(all, types.ExprString(f.Type))
			}
		}
	}
	return strings.Join(all, ", ")
}

func spec(tok token.Token, s ast.Spec, constants map[string]string) (lines []string) {
	switch s := s.(type) {
	case *ast.ValueSpec:
		for i, name := range s.Names {
			switch {
			case tok == token.VAR:
				lines = append(lines, "var "+name.Name+" "+types.ExprString(s.Type))
			case i < len(s.Values):
				constants[name.Name] = typeOf(s.Values[i])
			}
		}
	case *ast.TypeSpec:
		st, ok := s.Type.(*ast.StructType)
		if !ok {
			return []string{"type " + s.Name.Name + " " + types.ExprString(s.Type)}
		}
		lines = append(lines, "type "+s.Name.Name+" struct")
		for _, f := range st.Fields.List {
			for _, name := range f.Names {
				lines = append(lines, "field "+s.Name.Name+"."+name.Name+" "+types.ExprString(f.Type))
			}
		}
	}
	return lines
}

// typeOf tells the type of a constant: that of its conversion, or the name of
// another constant.
func typeOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.CallExpr:
		return types.ExprString(e.Fun)
	case *ast.Ident:
		return e.Name
	}
	return "untyped"
}
