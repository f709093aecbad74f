// SPDX-License-Identifier: Apache-2.0

// Package upgrade rewrites programs for older versions of
// github.com/alecthomas/gozmq to its last API. What has changed:
//
//   - NewContext and Context.NewSocket return an error, too.
//   - Context and Socket are structs behind pointers. They were interfaces.
//   - The time-out of Poll is a time.Duration. It was a number of microseconds.
package upgrade

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/library"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/report"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/source"
	"golang.org/x/tools/go/ast/inspector"
)

const gozmq = "github.com/alecthomas/gozmq"

// Program upgrades all packages of a program that need it and checks it anew.
func Program(p *source.Program, r *report.Report) error {
	old := false
	for _, pkg := range p.Packages {
		pkg.Generation = generation(pkg)
		old = old || pkg.Generation != library.Current
	}
	if old {
		if err := p.Check(); err != nil {
			return err
		}
	}
	changed := false
	for _, pkg := range p.Packages {
		for _, f := range pkg.Files {
			if f.Import(gozmq) == nil {
				continue
			}
			u := upgrader{program: p, pkg: pkg, file: f, edits: f.Edits(), report: r}
			u.run()
			if !u.edits.Empty() {
				f.Src = u.edits.Apply()
				changed = true
			}
		}
		pkg.Generation = library.Current
	}
	if !old && !changed {
		return nil
	}
	return p.Check()
}

// generation tells from a package's syntax for which API it was written.
func generation(pkg *source.Package) library.Generation {
	g := library.Current
	for _, f := range pkg.Files {
		spec := f.Import(gozmq)
		if spec == nil {
			continue
		}
		name := "gozmq"
		if spec.Name != nil {
			name = spec.Name.Name
		}
		in := inspector.New([]*ast.File{f.AST})
		for c := range in.Root().Preorder((*ast.SelectorExpr)(nil)) {
			sel := c.Node().(*ast.SelectorExpr)
			x, ok := sel.X.(*ast.Ident)
			of := ok && x.Name == name
			switch {
			case sel.Sel.Name == "NewContext" && of, sel.Sel.Name == "NewSocket" && !of:
				if call := callOf(c); call != nil && values(call) == 1 {
					return library.Oldest
				}
			case of && (sel.Sel.Name == "Context" || sel.Sel.Name == "Socket"):
				if _, pointer := c.Parent().Node().(*ast.StarExpr); !pointer {
					g = library.Middle
				}
			}
		}
	}
	return g
}

// callOf returns the cursor of the call whose function is at c, nil if there is
// no call.
func callOf(c inspector.Cursor) *inspector.Cursor {
	parent := c.Parent()
	if call, ok := parent.Node().(*ast.CallExpr); ok && call.Fun == c.Node() {
		return &parent
	}
	return nil
}

// values returns how many values the statement around a call takes from it, 0
// if it takes any number.
func values(call *inspector.Cursor) int {
	switch s := call.Parent().Node().(type) {
	case *ast.AssignStmt:
		if len(s.Rhs) == 1 {
			return len(s.Lhs)
		}
		return 1
	case *ast.ValueSpec:
		if len(s.Values) == 1 {
			return len(s.Names)
		}
		return 1
	case *ast.ExprStmt, *ast.ReturnStmt:
		return 0
	}
	return 1 // an operand, an argument, an element
}

// An upgrader rewrites one file.
type upgrader struct {
	program *source.Program
	pkg     *source.Package
	file    *source.File
	edits   *source.Edits
	report  *report.Report
}

func (u *upgrader) run() {
	in := inspector.New([]*ast.File{u.file.AST})
	timed := false
	for c := range in.Root().Preorder((*ast.SelectorExpr)(nil)) {
		sel := c.Node().(*ast.SelectorExpr)
		o := u.pkg.Info.Uses[sel.Sel]
		if o == nil || o.Pkg() == nil || o.Pkg().Path() != gozmq {
			continue
		}
		switch o.Name() {
		case "NewContext", "NewSocket":
			if call := callOf(c); call != nil && u.pkg.Generation == library.Oldest {
				u.addError(call, o.Name())
			}
		case "Context", "Socket":
			if _, ok := o.(*types.TypeName); ok && u.pkg.Generation != library.Current {
				u.edits.Insert(sel.Pos(), "*")
			}
		case "Poll":
			if call := callOf(c); call != nil {
				timed = u.timeout(call.Node().(*ast.CallExpr)) || timed
			}
		}
	}
	if timed {
		source.AddImport(u.file, u.edits, "time", "")
	}
}

// addError makes a statement take the error of a call that had none, and drop
// it: a nil Context or Socket comes with it, as it did before.
func (u *upgrader) addError(call *inspector.Cursor, name string) {
	switch s := call.Parent().Node().(type) {
	case *ast.AssignStmt:
		if len(s.Lhs) == 1 {
			u.edits.Insert(s.Lhs[0].End(), ", _")
			u.say(call.Node(), report.Note, "%s has an error now, which is dropped here", name)
			return
		}
	case *ast.ValueSpec:
		if len(s.Names) == 1 && s.Type == nil {
			u.edits.Insert(s.Names[0].End(), ", _")
			u.say(call.Node(), report.Note, "%s has an error now, which is dropped here", name)
			return
		}
	case *ast.ExprStmt:
		return
	}
	u.say(call.Node(), report.Look, "%s has two results now: take the error in a statement of its own", name)
}

// timeout turns a number of microseconds into a time.Duration and reports
// whether package time is needed for it.
func (u *upgrader) timeout(call *ast.CallExpr) bool {
	if len(call.Args) != 2 {
		return false
	}
	arg := call.Args[1]
	tv := u.pkg.Info.Types[arg]
	bare := u.untyped(arg)
	if !bare && isDuration(tv.Type) || tv.Type == nil {
		return false
	}
	if tv.Value != nil && constant.Sign(tv.Value) <= 0 {
		return false // never and at once are the same in both
	}
	switch {
	case !bare:
		u.edits.Replace(source.Of(arg), "time.Duration(", source.Of(arg), ") * time.Microsecond")
	case u.pkg.Generation == library.Current:
		u.say(arg, report.Look, "Poll waits for so many nanoseconds: it took microseconds before February 2013")
		return false
	default:
		if _, binary := arg.(*ast.BinaryExpr); binary {
			u.edits.Replace(source.Of(arg), "(", source.Of(arg), ") * time.Microsecond")
		} else {
			u.edits.Replace(source.Of(arg), source.Of(arg), " * time.Microsecond")
		}
	}
	return true
}

// untyped reports whether a constant has no type of its own.
func (u *upgrader) untyped(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return true
	case *ast.ParenExpr:
		return u.untyped(e.X)
	case *ast.UnaryExpr:
		return u.untyped(e.X)
	case *ast.BinaryExpr:
		return u.untyped(e.X) && u.untyped(e.Y)
	case *ast.Ident:
		c, ok := u.pkg.Info.Uses[e].(*types.Const)
		if !ok {
			return false
		}
		b, ok := c.Type().(*types.Basic)
		return ok && b.Info()&types.IsUntyped != 0
	}
	return false
}

func isDuration(t types.Type) bool {
	n, ok := t.(*types.Named)
	return ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "time" && n.Obj().Name() == "Duration"
}

func (u *upgrader) say(at interface{ Pos() token.Pos }, kind report.Kind, format string, args ...any) {
	u.report.Add(u.program.Fset.Position(at.Pos()), kind, format, args...)
}
