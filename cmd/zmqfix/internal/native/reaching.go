// SPDX-License-Identifier: Apache-2.0

package native

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/flow"
	"golang.org/x/tools/go/ast/inspector"
)

// errorOrigins returns the slots that an error may have come from last. For a local
// variable these are of the assignments that reach the expression: a variable err
// that was a library's error before may be one of another package now.
func (f *file) errorOrigins(e ast.Expr) []flow.Slot {
	e = ast.Unparen(e)
	whole := []flow.Slot{f.ErrorSlot(e)}
	id, ok := e.(*ast.Ident)
	if !ok {
		return whole
	}
	v, ok := f.Info.ObjectOf(id).(*types.Var)
	if !ok || v.Kind() == types.PackageVar || v.Kind() == types.FieldVar || f.changesUnseen(v) {
		return whole
	}
	at, ok := f.Inspect.Root().FindNode(id)
	if !ok {
		return whole
	}
	r := reaching{file: f, v: v}
	if !r.search(at) {
		return whole
	}
	return r.found
}

// changesUnseen reports whether a variable may be assigned to at other times than
// the order of the statements says: by a function literal, or by its address.
func (f *file) changesUnseen(v *types.Var) bool {
	for _, c := range f.uses[v] {
		switch n := c.Parent().Node().(type) {
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				return true
			}
		case *ast.AssignStmt:
			for _, to := range n.Lhs {
				if to == c.Node() && declaredOutside(v, c) {
					return true
				}
			}
		}
	}
	return false
}

// declaredOutside reports whether a variable is declared outside the function
// literal that c is in.
func declaredOutside(v *types.Var, c inspector.Cursor) bool {
	for lit := range c.Enclosing((*ast.FuncLit)(nil)) {
		return v.Pos() < lit.Node().Pos() || v.Pos() >= lit.Node().End()
	}
	return false
}

// reaching collects the assignments of a variable that reach a place.
type reaching struct {
	file  *file
	v     *types.Var
	found []flow.Slot
}

// search goes from a place outwards and backwards. It reports false if the
// variable belongs to a function around the one that the place is in.
func (r *reaching) search(at inspector.Cursor) bool {
	for child, c := at, at.Parent(); c.Node() != nil; child, c = c, c.Parent() {
		switch n := c.Node().(type) {
		case *ast.BlockStmt:
			if r.before(n.List, child.Node()) {
				return true
			}
		case *ast.CaseClause:
			if r.before(n.Body, child.Node()) {
				return true
			}
		case *ast.CommClause:
			if r.before(n.Body, child.Node()) || n.Comm != child.Node() && r.effect(n.Comm) {
				return true
			}
		case *ast.IfStmt:
			if n.Init != child.Node() && r.effect(n.Init) {
				return true
			}
		case *ast.SwitchStmt:
			if n.Init != child.Node() && r.effect(n.Init) {
				return true
			}
		case *ast.TypeSwitchStmt:
			if n.Init != child.Node() && r.effect(n.Init) {
				return true
			}
		case *ast.ForStmt:
			if n.Init == child.Node() {
				continue
			}
			r.all(n) // of the rounds before
			if r.effect(n.Init) {
				return true
			}
		case *ast.RangeStmt:
			if n.X != child.Node() {
				r.all(n)
			}
		case *ast.FuncLit, *ast.FuncDecl:
			if r.v.Pos() < n.Pos() || r.v.Pos() >= n.End() {
				return false
			}
			r.found = append(r.found, r.file.ErrorSlot(r.file.identOf(r.v)))
			return true
		}
	}
	return false
}

// before looks at the statements of a list in front of one, the last first. It
// reports whether one of them certainly assigns to the variable.
func (r *reaching) before(list []ast.Stmt, one ast.Node) bool {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Pos() < one.Pos() && r.effect(list[i]) {
			return true
		}
	}
	return false
}

// effect notes what a statement assigns to the variable, and reports whether it
// certainly does.
func (r *reaching) effect(stmt ast.Stmt) bool {
	switch n := stmt.(type) {
	case nil:
		return false
	case *ast.AssignStmt:
		return r.assign(n.Lhs, n.Rhs)
	case *ast.DeclStmt:
		d, _ := n.Decl.(*ast.GenDecl)
		for _, spec := range d.Specs {
			if spec, ok := spec.(*ast.ValueSpec); ok && r.declare(spec) {
				return true
			}
		}
		return false
	case *ast.LabeledStmt:
		return r.effect(n.Stmt)
	case *ast.BlockStmt:
		return len(n.List) > 0 && r.before(n.List, &ast.EmptyStmt{Semicolon: n.End()})
	}
	r.all(stmt)
	return false
}

// all notes everything within a node that assigns to the variable.
func (r *reaching) all(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			r.assign(n.Lhs, n.Rhs)
		case *ast.ValueSpec:
			r.declare(n)
		case *ast.RangeStmt:
			for _, e := range []ast.Expr{n.Key, n.Value} {
				if r.is(e) {
					r.found = append(r.found, r.file.ErrorSlot(n.X))
				}
			}
		}
		return true
	})
}

func (r *reaching) is(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && r.file.Info.ObjectOf(id) == r.v
}

func (r *reaching) declare(n *ast.ValueSpec) bool {
	names := make([]ast.Expr, len(n.Names))
	for i, id := range n.Names {
		names[i] = id
	}
	return r.assign(names, n.Values)
}

func (r *reaching) assign(to, from []ast.Expr) bool {
	for i, e := range to {
		if !r.is(e) {
			continue
		}
		switch {
		case len(from) == len(to):
			r.found = append(r.found, r.file.ErrorSlot(from[i]))
		case len(from) == 1:
			r.found = append(r.found, r.file.ErrorResult(from[0], i))
		}
		return true
	}
	return false
}

// identOf returns an identifier that a variable is mentioned by.
func (f *file) identOf(v *types.Var) ast.Expr {
	for _, c := range f.uses[v] {
		return c.Node().(*ast.Ident)
	}
	return nil
}
