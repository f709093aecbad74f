// SPDX-License-Identifier: Apache-2.0

package zmqtest

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"
)

// Exported returns the names of the package in a folder under build tags, a line
// each with kind and type: "func Poll([]PollItem, time.Duration) (int, error)",
// "method (*Socket) Close() error", "const PUB SocketType", "field PollItem.Fd int".
// It is for packages that must have the names of another.
func Exported(dir string, tags ...string) (lines []string, err error) {
	ctx := build.Default
	ctx.BuildTags = tags
	pkg, err := ctx.ImportDir(dir, 0)
	if err != nil {
		return nil, err
	}
	constants := make(map[string]string)
	for _, name := range pkg.GoFiles {
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
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
	return lines, nil
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
				lines = append(lines, "var "+name.Name+" "+variable(s))
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

// variable tells the type of a variable: a package variable without one is an error
// here.
func variable(s *ast.ValueSpec) string {
	if s.Type == nil {
		return "error"
	}
	return types.ExprString(s.Type)
}

// typeOf tells the type of a constant: that of its conversion, or the name of
// another constant.
func typeOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.CallExpr:
		return types.ExprString(e.Fun)
	case *ast.Ident:
		return e.Name
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			return "string"
		}
	}
	return "untyped"
}
