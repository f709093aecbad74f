// SPDX-License-Identifier: Apache-2.0

package source

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/types"
	"path"
	"runtime"
	"strconv"
	"strings"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/library"
)

// A checker type-checks the packages of a program in the order of their imports.
type checker struct {
	program  *Program
	running  map[string]bool
	declared map[declaredKey]*types.Package
}

type declaredKey struct {
	path       string
	generation library.Generation
}

// check sets pkg.Types and pkg.Info.
func (c *checker) check(pkg *Package) {
	if pkg.Types != nil || c.running[pkg.Path] {
		return
	}
	c.running[pkg.Path] = true
	defer delete(c.running, pkg.Path)
	pkg.Errors = nil
	pkg.Info = &types.Info{
		Types:      map[ast.Expr]types.TypeAndValue{},
		Defs:       map[*ast.Ident]types.Object{},
		Uses:       map[*ast.Ident]types.Object{},
		Implicits:  map[ast.Node]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
		Scopes:     map[ast.Node]*types.Scope{},
		Instances:  map[*ast.Ident]types.Instance{},
	}
	cfg := types.Config{
		Importer:    importer{c, pkg.Generation},
		FakeImportC: true,
		Error:       func(err error) { pkg.Errors = append(pkg.Errors, err) }, // go on
		Sizes:       types.SizesFor("gc", runtime.GOARCH),
	}
	var files []*ast.File
	for _, f := range pkg.Files {
		files = append(files, f.AST)
	}
	pkg.Types, _ = cfg.Check(pkg.Path, c.program.Fset, files, pkg.Info)
}

// An importer finds the packages that a package of one generation imports.
type importer struct {
	*checker
	generation library.Generation
}

// Import implements types.Importer. It never fails: a package that is not to be
// had is empty.
func (i importer) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if library.Of(path) != library.None || library.IsResult(path) {
		return i.declarations(path)
	}
	for _, pkg := range i.program.Packages {
		if pkg.Path == path && !i.running[path] {
			i.check(pkg)
			return pkg.Types, nil
		}
	}
	if p := i.program.others[path]; p != nil {
		return p, nil
	}
	return empty(path), nil
}

// declarations type-checks what package library declares of a package.
func (i importer) declarations(path string) (*types.Package, error) {
	key := declaredKey{path, i.generation}
	if p := i.declared[key]; p != nil {
		return p, nil
	}
	src, ok := library.Declarations(path, i.generation)
	if !ok {
		src, ok = library.ResultDeclarations(path)
	}
	if !ok {
		return nil, fmt.Errorf("no declarations of %s", path)
	}
	f, err := parser.ParseFile(i.program.Fset, path, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	cfg := types.Config{Importer: i, IgnoreFuncBodies: true, Error: func(error) {}}
	p, _ := cfg.Check(path, i.program.Fset, []*ast.File{f}, nil)
	i.declared[key] = p
	return p, nil
}

// empty returns a package without anything in it, under the name that the last
// element of its path suggests.
func empty(importPath string) *types.Package {
	name := path.Base(importPath)
	if len(name) > 1 && name[0] == 'v' && strings.Trim(name[1:], "0123456789") == "" {
		name = path.Base(path.Dir(importPath))
	}
	p := types.NewPackage(importPath, strings.ReplaceAll(name, "-", "_"))
	p.MarkComplete()
	return p
}

func importPath(spec *ast.ImportSpec) string {
	p, _ := strconv.Unquote(spec.Path.Value)
	return p
}
