// SPDX-License-Identifier: Apache-2.0

package source

import (
	"bytes"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/library"
)

// AddImport makes a file import a path, under a name if that is not empty. It
// does nothing if the file does so already. New lines go where gofmt would sort
// them: into the first group of imports for the standard library, the last one
// for others.
func AddImport(f *File, e *Edits, path, name string) {
	for _, spec := range f.AST.Imports {
		if importPath(spec) == path && (name == "" || spec.Name != nil && spec.Name.Name == name) {
			return
		}
	}
	line := strconv.Quote(path)
	if name != "" {
		line = name + " " + line
	}
	var decls []*ast.GenDecl
	for _, d := range f.AST.Decls {
		if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.IMPORT && !isC(d) {
			decls = append(decls, d)
		}
	}
	for _, d := range decls {
		if d.Lparen.IsValid() && len(d.Specs) > 0 {
			addSpec(f, e, d, path, line)
			return
		}
	}
	if len(decls) > 0 {
		// One line for each import: ours comes before, if it is smaller.
		at := decls[0]
		if path < importPath(at.Specs[0].(*ast.ImportSpec)) {
			e.Insert(f.Line(Of(at)).Pos, "import "+line+"\n")
		} else {
			e.Insert(f.Line(Of(decls[len(decls)-1])).End, "import "+line+"\n")
		}
		return
	}
	e.Insert(f.Line(Of(f.AST.Name)).End, "\nimport "+line+"\n")
}

func isC(d *ast.GenDecl) bool {
	return len(d.Specs) == 1 && importPath(d.Specs[0].(*ast.ImportSpec)) == "C"
}

// addSpec puts a line into a declaration with parentheses.
func addSpec(f *File, e *Edits, d *ast.GenDecl, path, line string) {
	groups := specGroups(f, d)
	group := groups[len(groups)-1]
	if isStandard(path) {
		group = groups[0]
		if !isStandard(importPath(group[0])) {
			e.Insert(f.Line(Of(group[0])).Pos, "\t"+line+"\n\n")
			return
		}
	} else if isStandard(importPath(group[0])) && isStandard(importPath(group[len(group)-1])) {
		e.Insert(f.Line(Of(group[len(group)-1])).End, "\n\t"+line+"\n")
		return
	}
	for _, spec := range group {
		if path < importPath(spec) {
			e.Insert(f.Line(Of(spec)).Pos, "\t"+line+"\n")
			return
		}
	}
	e.Insert(f.Line(Of(group[len(group)-1])).End, "\t"+line+"\n")
}

// specGroups returns the specs of a declaration as empty lines divide them.
func specGroups(f *File, d *ast.GenDecl) [][]*ast.ImportSpec {
	var groups [][]*ast.ImportSpec
	last := -1
	for _, s := range d.Specs {
		spec := s.(*ast.ImportSpec)
		line := f.tok.Line(spec.Pos())
		if spec.Doc != nil {
			line = f.tok.Line(spec.Doc.Pos())
		}
		if last < 0 || line > last+1 {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], spec)
		last = f.tok.Line(spec.End())
	}
	return groups
}

func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

// RemoveUnused takes those of the named imports away that the text does not use
// any more.
func RemoveUnused(src []byte, paths ...string) ([]byte, error) {
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, "", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	f := &File{Src: src, AST: parsed, tok: fset.File(parsed.FileStart)}
	e := f.Edits()
	for _, d := range parsed.Decls {
		d, ok := d.(*ast.GenDecl)
		if !ok || d.Tok != token.IMPORT {
			continue
		}
		gone := 0
		for _, s := range d.Specs {
			spec := s.(*ast.ImportSpec)
			if slices.Contains(paths, importPath(spec)) && !uses(parsed, localName(spec)) {
				e.Delete(f.Line(Of(spec)))
				gone++
			}
		}
		if gone > 0 && gone == len(d.Specs) {
			e = replaceAll(f, e, d)
		}
	}
	return e.Apply(), nil
}

// replaceAll drops the edits inside a declaration in favour of its deletion.
func replaceAll(f *File, e *Edits, d *ast.GenDecl) *Edits {
	whole := f.Line(Of(d))
	e.list = slices.DeleteFunc(e.list, func(x edit) bool { return x.Pos >= whole.Pos && x.End <= whole.End })
	if rest := f.Src[f.tok.Offset(whole.End):]; len(rest) > 0 && rest[0] == '\n' {
		whole.End++ // the empty line behind it
	}
	e.Delete(whole)
	return e
}

func localName(spec *ast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	if p, ok := library.Lookup(importPath(spec)); ok {
		return p.Name
	}
	return empty(importPath(spec)).Name()
}

// uses reports whether a file mentions a package by name.
func uses(f *ast.File, name string) bool {
	if name == "_" || name == "." {
		return true
	}
	found := false
	ast.Inspect(f, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == name {
				found = true
			}
		}
		return !found
	})
	return found
}

// Format returns the text as gofmt would have it, if the text that it was made
// from was so, too; otherwise it leaves it alone.
func Format(orig, src []byte) []byte {
	was, err := format.Source(orig)
	if err != nil || !bytes.Equal(was, orig) {
		return src
	}
	if formatted, err := format.Source(src); err == nil {
		return formatted
	}
	return src
}
