// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"fmt"
	"go/ast"
	"strings"
)

// checkComments wants a comment that begins with the name on every exported
// declaration of a package that others can import, any comment on exported
// fields and interface methods, and one package comment in each package.
func checkComments(t *tree) []string {
	var wrong []string
	packageDoc := map[string]bool{}
	first := map[string]*file{}
	for _, f := range t.files {
		if f.test {
			continue
		}
		if first[f.dir] == nil {
			first[f.dir] = f
		}
		if f.ast.Doc != nil {
			packageDoc[f.dir] = true
		}
		if f.internal() || f.ast.Name.Name == "main" {
			continue
		}
		for _, decl := range f.ast.Decls {
			wrong = append(wrong, t.undocumented(decl)...)
		}
	}
	for dir, f := range first {
		if !packageDoc[dir] {
			wrong = append(wrong, fmt.Sprintf("%s: package %s has no package comment", dir, f.ast.Name.Name))
		}
	}
	return wrong
}

func (t *tree) undocumented(decl ast.Decl) []string {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && (d.Recv == nil || ast.IsExported(receiver(d.Recv))) {
			return t.comment(d.Name, d.Doc)
		}
	case *ast.GenDecl:
		var wrong []string
		for _, spec := range d.Specs {
			wrong = append(wrong, t.undocumentedSpec(d, spec)...)
		}
		return wrong
	}
	return nil
}

func (t *tree) undocumentedSpec(d *ast.GenDecl, spec ast.Spec) []string {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		if !s.Name.IsExported() {
			return nil
		}
		return append(t.comment(s.Name, s.Doc, alone(d), s.Comment), t.undocumentedMembers(s)...)
	case *ast.ValueSpec:
		for _, name := range s.Names {
			if name.IsExported() {
				// One comment serves all names of a line.
				return t.comment(name, s.Doc, alone(d), s.Comment)
			}
		}
	}
	return nil
}

// alone is the comment of a declaration that is not a group.
func alone(d *ast.GenDecl) *ast.CommentGroup {
	if d.Lparen.IsValid() {
		return nil
	}
	return d.Doc
}

// comment takes the first comment that is there.
func (t *tree) comment(name *ast.Ident, candidates ...*ast.CommentGroup) []string {
	for _, c := range candidates {
		text := c.Text()
		switch {
		case text == "":
			continue
		case strings.HasPrefix(text, name.Name+" "), strings.HasPrefix(text, name.Name+"\n"),
			strings.HasPrefix(text, name.Name+","), strings.HasPrefix(text, name.Name+":"):
			return nil
		}
		return []string{fmt.Sprintf("%s: the comment of %s does not begin with its name", t.at(name), name.Name)}
	}
	return []string{fmt.Sprintf("%s: exported %s has no comment", t.at(name), name.Name)}
}

// undocumentedMembers finds exported fields and methods without any comment.
func (t *tree) undocumentedMembers(s *ast.TypeSpec) []string {
	var fields *ast.FieldList
	switch typ := s.Type.(type) {
	case *ast.StructType:
		fields = typ.Fields
	case *ast.InterfaceType:
		fields = typ.Methods
	default:
		return nil
	}
	var wrong []string
	for _, f := range fields.List {
		for _, name := range f.Names {
			if name.IsExported() && f.Doc.Text() == "" && f.Comment.Text() == "" {
				wrong = append(wrong, fmt.Sprintf("%s: exported %s.%s has no comment", t.at(name), s.Name.Name, name.Name))
			}
		}
	}
	return wrong
}

// receiver is the name of the type that a method belongs to.
func receiver(recv *ast.FieldList) string {
	for x := recv.List[0].Type; ; {
		switch e := x.(type) {
		case *ast.StarExpr:
			x = e.X
		case *ast.IndexExpr:
			x = e.X
		case *ast.IndexListExpr:
			x = e.X
		case *ast.Ident:
			return e.Name
		default:
			return ""
		}
	}
}
