// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"go/ast"
	"go/types"
	"strconv"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/library"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/report"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/source"
)

// A stranger is a package in a library's module that zmqfix has no declarations
// of, such as github.com/pebbe/zmq4/draft. Its import stays, and so does a package
// in which its values meet those of the library.

// tellStrangers lists the imports of strangers.
func tellStrangers(p *source.Program, r *report.Report) {
	for _, pkg := range p.Packages {
		for _, f := range pkg.Files {
			for _, spec := range f.Strangers() {
				instead := "there is none to take its place"
				if path, _ := strconv.Unquote(spec.Path.Value); path != "" {
					if ours, ok := library.Substitute(path); ok {
						instead = ours + " has the same API"
					}
				}
				r.Add(p.Fset.Position(spec.Pos()), report.Look,
					"stays: %s is a package that zmqfix does not know, and %s", spec.Path.Value, instead)
			}
		}
	}
}

// meetsStranger returns the import path of a stranger whose values go into calls of
// a library, or that gets values of it; "" if there is none.
func meetsStranger(pkg *source.Package) string {
	for _, f := range pkg.Files {
		for _, spec := range f.Strangers() {
			path, _ := strconv.Unquote(spec.Path.Value)
			met := false
			ast.Inspect(f.AST, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok && !met {
					met = meets(pkg.Info, call, path)
				}
				return !met
			})
			if met {
				return path
			}
		}
	}
	return ""
}

// meets reports whether a call passes a value from a stranger to a library or the
// other way round.
func meets(info *types.Info, call *ast.CallExpr, stranger string) bool {
	to := packageOf(info, call.Fun)
	for _, arg := range call.Args {
		t := info.TypeOf(arg)
		unknown := t == nil || t == types.Typ[types.Invalid] || mentionsPackage(info, arg, stranger)
		switch {
		case library.Of(to) != library.None && unknown:
			return true
		case to == stranger && t != nil && ofLibrary(t):
			return true
		}
	}
	return false
}

// packageOf returns the path of the package that a function or method is declared
// in; of an unknown name, of the package that it is taken from.
func packageOf(info *types.Info, fun ast.Expr) string {
	sel, ok := ast.Unparen(fun).(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	if o := info.Uses[sel.Sel]; o != nil && o.Pkg() != nil {
		return o.Pkg().Path()
	}
	if x, ok := sel.X.(*ast.Ident); ok {
		if p, ok := info.Uses[x].(*types.PkgName); ok {
			return p.Imported().Path()
		}
	}
	return ""
}

// mentionsPackage reports whether an expression names something of a package.
func mentionsPackage(info *types.Info, e ast.Expr, path string) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if p, ok := info.Uses[id].(*types.PkgName); ok && p.Imported().Path() == path {
				found = true
			}
		}
		return !found
	})
	return found
}

// ofLibrary reports whether a type is one that a library declares, or a pointer
// to one.
func ofLibrary(t types.Type) bool {
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := t.(*types.Named)
	return ok && n.Obj().Pkg() != nil && library.Of(n.Obj().Pkg().Path()) != library.None
}
