// SPDX-License-Identifier: Apache-2.0

// The exported API of a package as sorted lines of text, one a name: names and
// types, no parameter names, no bodies. An alias of a type of an internal
// package is followed, so that its fields and methods count as promised too.

package archtest

import (
	"bytes"
	"go/ast"
	"go/printer"
	"go/token"
	"slices"
	"strings"
)

// apiWriter gathers the lines of one package.
type apiWriter struct {
	t     *tree
	lines []string
}

// exportedAPI returns the API of the package in a folder, nothing when there
// is no package.
func exportedAPI(t *tree, dir string) []string {
	w := &apiWriter{t: t}
	for _, f := range t.files {
		if f.dir == dir && !f.test {
			w.file(f)
		}
	}
	slices.Sort(w.lines)
	return slices.Compact(w.lines)
}

func (w *apiWriter) add(parts ...string) {
	w.lines = append(w.lines, strings.Join(parts, ""))
}

func (w *apiWriter) file(f *file) {
	for _, decl := range f.ast.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			switch {
			case !d.Name.IsExported():
			case d.Recv == nil:
				w.add("func ", d.Name.Name, w.signature(d.Type))
			case ast.IsExported(receiver(d.Recv)):
				w.method(d, receiver(d.Recv))
			}
		case *ast.GenDecl:
			w.group(f, d)
		}
	}
}

// method prints a method as one of the type called owner.
func (w *apiWriter) method(d *ast.FuncDecl, owner string) {
	if _, pointer := d.Recv.List[0].Type.(*ast.StarExpr); pointer {
		owner = "*" + owner
	}
	w.add("method (", owner, ") ", d.Name.Name, w.signature(d.Type))
}

func (w *apiWriter) group(f *file, d *ast.GenDecl) {
	var inherited ast.Expr // the type that an empty constant takes from the one above
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() {
				w.typ(f, s)
			}
		case *ast.ValueSpec:
			if d.Tok == token.CONST && (s.Type != nil || len(s.Values) > 0) {
				inherited = s.Type
			}
			w.value(d.Tok, s, inherited)
		}
	}
}

// value prints a constant or variable with its type, or with its value where
// the type is not written down.
func (w *apiWriter) value(tok token.Token, s *ast.ValueSpec, inherited ast.Expr) {
	typ := s.Type
	if typ == nil && tok == token.CONST && len(s.Values) == 0 {
		typ = inherited
	}
	for i, name := range s.Names {
		switch {
		case !name.IsExported():
		case typ != nil:
			w.add(tok.String(), " ", name.Name, " ", w.text(typ))
		case i < len(s.Values):
			w.add(tok.String(), " ", name.Name, " = ", w.text(s.Values[i]))
		default:
			w.add(tok.String(), " ", name.Name)
		}
	}
}

func (w *apiWriter) typ(f *file, s *ast.TypeSpec) {
	head := "type " + s.Name.Name + w.typeParams(s.TypeParams)
	if s.Assign.IsValid() {
		w.add(head, " = ", w.text(s.Type))
		if sel, ok := s.Type.(*ast.SelectorExpr); ok {
			w.alias(f, s.Name.Name, sel)
		}
		return
	}
	w.shape(head, s)
}

// alias prints what a type of an internal package offers under its public name.
func (w *apiWriter) alias(f *file, name string, sel *ast.SelectorExpr) {
	pkg, ok := sel.X.(*ast.Ident)
	if !ok {
		return
	}
	dir, ok := relative(f.imported(pkg.Name))
	if !ok {
		return
	}
	for _, g := range w.t.files {
		if g.dir != dir || g.test {
			continue
		}
		for _, decl := range g.ast.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Recv != nil && receiver(d.Recv) == sel.Sel.Name && d.Name.IsExported() {
					w.method(d, name)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if s, ok := spec.(*ast.TypeSpec); ok && s.Name.Name == sel.Sel.Name {
						w.shape("type "+name, s)
					}
				}
			}
		}
	}
}

// shape prints a type, its exported fields or methods each on a line.
func (w *apiWriter) shape(head string, s *ast.TypeSpec) {
	switch typ := s.Type.(type) {
	case *ast.StructType:
		w.add(head, " struct")
		w.members(head+" struct, ", typ.Fields)
	case *ast.InterfaceType:
		w.add(head, " interface")
		w.members(head+" interface, ", typ.Methods)
	default:
		w.add(head, " ", w.text(s.Type))
	}
}

func (w *apiWriter) members(head string, fields *ast.FieldList) {
	hidden := false
	for _, f := range fields.List {
		if len(f.Names) == 0 {
			w.add(head, "embedded ", w.text(f.Type))
		}
		for _, name := range f.Names {
			fn, isFunc := f.Type.(*ast.FuncType)
			switch {
			case !name.IsExported():
				hidden = true
			case isFunc && strings.HasSuffix(head, "interface, "):
				w.add(head, name.Name, w.signature(fn))
			default:
				w.add(head, name.Name, " ", w.text(f.Type))
			}
		}
	}
	if hidden {
		// Whether a struct can be compared, converted or built without
		// field names depends on it.
		w.add(head, "and unexported members")
	}
}

// signature prints the types of parameters and results.
func (w *apiWriter) signature(fn *ast.FuncType) string {
	var b strings.Builder
	b.WriteString(w.typeParams(fn.TypeParams))
	b.WriteString("(" + strings.Join(w.types(fn.Params), ", ") + ")")
	results := w.types(fn.Results)
	switch len(results) {
	case 0:
	case 1:
		b.WriteString(" " + results[0])
	default:
		b.WriteString(" (" + strings.Join(results, ", ") + ")")
	}
	return b.String()
}

func (w *apiWriter) typeParams(params *ast.FieldList) string {
	if params == nil {
		return ""
	}
	var list []string
	for _, p := range params.List {
		for _, name := range p.Names {
			list = append(list, name.Name+" "+w.text(p.Type))
		}
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// types repeats the type of a field for each of its names.
func (w *apiWriter) types(fields *ast.FieldList) []string {
	var list []string
	if fields == nil {
		return nil
	}
	for _, f := range fields.List {
		for range max(1, len(f.Names)) {
			list = append(list, w.text(f.Type))
		}
	}
	return list
}

// text prints an expression on one line; function types lose their parameter
// names like functions do.
func (w *apiWriter) text(x ast.Expr) string {
	if fn, ok := x.(*ast.FuncType); ok {
		return "func" + w.signature(fn)
	}
	var b bytes.Buffer
	if err := printer.Fprint(&b, w.t.fset, x); err != nil {
		return err.Error()
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
