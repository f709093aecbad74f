// SPDX-License-Identifier: Apache-2.0

// Package source loads Go programs, type-checks them against the declarations
// in package library, and changes their text in place.
package source

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/library"
)

// A Program is all packages that are looked at in one run.
type Program struct {
	Fset     *token.FileSet
	Packages []*Package

	// Fallback says why packages were found by looking at folders instead of by
	// the go command; empty if they were not.
	Fallback string
	// Unresolved lists imports whose types are not known, with the reason.
	Unresolved map[string]string
	// Ignored lists files that import a library and were not looked at, because
	// their build constraints leave them out.
	Ignored []string

	others map[string]*types.Package // imports from outside the program
}

// A Package is one package of a Program, its tests included.
type Package struct {
	Path       string
	Files      []*File
	Generation library.Generation

	// Set by Check.
	Types  *types.Package
	Info   *types.Info
	Errors []error // of types; in the order in which they were found
}

// A File is one Go file.
type File struct {
	Path string
	Src  []byte // as it is now
	Orig []byte // as it was read

	// Set by Check.
	AST *ast.File
	tok *token.File
}

// Edits returns an empty collection of changes of the file.
func (f *File) Edits() *Edits { return &Edits{file: f} }

// Text returns the text of a range, without changes.
func (f *File) Text(r Range) string {
	return string(f.Src[f.tok.Offset(r.Pos):f.tok.Offset(r.End)])
}

// Line returns the range of the lines that a range touches, with the last line's
// end.
func (f *File) Line(r Range) Range {
	from, to := f.tok.Offset(r.Pos), f.tok.Offset(r.End)
	for from > 0 && f.Src[from-1] != '\n' {
		from--
	}
	for to < len(f.Src) && f.Src[to] != '\n' {
		to++
	}
	if to < len(f.Src) {
		to++
	}
	return Range{f.tok.Pos(from), f.tok.Pos(to)}
}

// Indent returns the white space that the line of a position begins with.
func (f *File) Indent(pos token.Pos) string {
	from := f.tok.Offset(f.Line(Range{pos, pos}).Pos)
	to := from
	for to < len(f.Src) && (f.Src[to] == ' ' || f.Src[to] == '\t') {
		to++
	}
	return string(f.Src[from:to])
}

// Import returns the spec that imports a path, nil if there is none.
func (f *File) Import(path string) *ast.ImportSpec {
	for _, spec := range f.AST.Imports {
		if importPath(spec) == path {
			return spec
		}
	}
	return nil
}

// Libraries returns the import specs of the file that are of a library.
func (f *File) Libraries() []*ast.ImportSpec {
	var specs []*ast.ImportSpec
	for _, spec := range f.AST.Imports {
		if library.Of(importPath(spec)) != library.None {
			specs = append(specs, spec)
		}
	}
	return specs
}

// Strangers returns the import specs of the file that are in a library's module
// and that zmqfix has no declarations of.
func (f *File) Strangers() []*ast.ImportSpec {
	var specs []*ast.ImportSpec
	for _, spec := range f.AST.Imports {
		if path := importPath(spec); library.Of(path) == library.None && library.Inside(path) != library.None {
			specs = append(specs, spec)
		}
	}
	return specs
}

// Check parses all files as they are now and type-checks them. Errors of types
// are no errors here: what could not be typed is not rewritten.
func (p *Program) Check() error {
	p.Fset = token.NewFileSet()
	for _, pkg := range p.Packages {
		pkg.Types, pkg.Info = nil, nil
		for _, f := range pkg.Files {
			var err error
			f.AST, err = parser.ParseFile(p.Fset, f.Path, f.Src, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			f.tok = p.Fset.File(f.AST.FileStart)
		}
	}
	p.resolve()
	c := checker{program: p, running: map[string]bool{}, declared: map[declaredKey]*types.Package{}}
	for _, pkg := range p.Packages {
		c.check(pkg)
	}
	return nil
}
