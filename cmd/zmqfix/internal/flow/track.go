// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"go/ast"
	"go/types"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/library"
	"golang.org/x/tools/go/ast/inspector"
)

// track joins everything that is assigned, passed or returned in a file.
func (t *tracker) track(file *ast.File) {
	in := inspector.New([]*ast.File{file})
	for c := range in.Root().Preorder() {
		switch n := c.Node().(type) {
		case *ast.AssignStmt:
			t.assign(n.Lhs, n.Rhs)
		case *ast.ValueSpec:
			t.declare(n)
		case *ast.CallExpr:
			t.call(n)
		case *ast.ReturnStmt:
			t.returns(c, n)
		case *ast.RangeStmt:
			t.ranges(n)
		case *ast.SendStmt:
			t.flow(t.slot(n.Chan), t.element(n.Chan), n.Value)
		case *ast.CompositeLit:
			t.composite(n)
		case *ast.BinaryExpr:
			t.compare(n.X, n.Y)
		case *ast.SwitchStmt:
			for _, s := range n.Body.List {
				for _, e := range s.(*ast.CaseClause).List {
					t.compare(n.Tag, e)
				}
			}
		case *ast.TypeAssertExpr:
			if n.Type != nil && !t.errors && t.tracked(t.info.TypeOf(n)) {
				t.graph.Pin(n, n.Pos(), "comes out of an interface")
			}
		case *ast.FuncDecl:
			t.method(n)
		case *ast.SelectorExpr:
			t.methodValue(c, n)
		case *ast.StructType:
			t.embedded(n)
		case *ast.InterfaceType:
			t.declared(n)
		}
	}
}

// assign follows an assignment: value by value, or from one call or expression
// with several results.
func (t *tracker) assign(to, from []ast.Expr) {
	if len(to) == len(from) {
		for i := range to {
			t.flow(t.slot(to[i]), t.targetType(to[i], from[i]), from[i])
		}
		return
	}
	if len(from) != 1 {
		return
	}
	for i, e := range to {
		if call, ok := ast.Unparen(from[0]).(*ast.CallExpr); ok {
			t.graph.Flow(t.slot(e), t.result(call, i))
		} else if i == 0 {
			t.flow(t.slot(e), t.targetType(e, from[0]), from[0])
		}
	}
}

// targetType is the type of an assignment's left side; the blank identifier
// takes any.
func (t *tracker) targetType(to, from ast.Expr) types.Type {
	if id, ok := to.(*ast.Ident); ok && id.Name == "_" {
		return t.info.TypeOf(from)
	}
	return t.info.TypeOf(to)
}

func (t *tracker) declare(n *ast.ValueSpec) {
	names := make([]ast.Expr, len(n.Names))
	for i, id := range n.Names {
		names[i] = id
		if c, ok := t.info.Defs[id].(*types.Const); ok && i < len(n.Values) && t.tracked(c.Type()) {
			t.graph.Join(c, t.slot(n.Values[i]))
			return
		}
	}
	t.assign(names, n.Values)
}

// call joins arguments with parameters. A call into a library joins everything
// that takes part in it; what goes into other packages is pinned.
func (t *tracker) call(n *ast.CallExpr) {
	fun := ast.Unparen(n.Fun)
	tv := t.info.Types[fun]
	f := t.callee(n)
	switch {
	case tv.IsType():
		return
	case tv.IsBuiltin():
		if id, ok := fun.(*ast.Ident); ok && id.Name == "append" {
			for i, arg := range n.Args[1:] {
				typ := t.element(n.Args[0])
				if n.Ellipsis.IsValid() && i == len(n.Args)-2 {
					typ = t.info.TypeOf(n.Args[0])
				}
				t.flow(t.slot(n.Args[0]), typ, arg)
			}
		}
	case f != nil && f.Pkg() != nil && library.Of(f.Pkg().Path()) != library.None:
		if t.narrow {
			return
		}
		if sel, ok := fun.(*ast.SelectorExpr); ok && t.info.Selections[sel] != nil {
			t.graph.Join(n, t.slot(sel.X))
		}
		for _, arg := range n.Args {
			t.graph.Join(n, t.slot(arg))
		}
	case f != nil && !t.program[f.Pkg()]:
		for _, arg := range n.Args {
			if t.errors {
				t.graph.Flow(n, t.slot(arg)) // wrapped, as fmt.Errorf does
			} else if f.FullName() != "errors.Is" && !t.sameText(f, arg) {
				t.pin(arg, arg.Pos(), "is passed to "+f.Name()+", which takes any type")
			}
		}
	default:
		t.arguments(n, f)
	}
}

// sameText reports whether a function prints a value whose text is the same in
// package zmq, a type of sockets, or can be made so, an event of a monitor.
func (t *tracker) sameText(f *types.Func, arg ast.Expr) bool {
	n, ok := t.info.TypeOf(arg).(*types.Named)
	if !ok || n.Obj().Pkg() == nil || library.Of(n.Obj().Pkg().Path()) != library.Pebbe ||
		f.Pkg().Path() != "fmt" && f.Pkg().Path() != "log" {
		return false
	}
	_, variable := arg.(*ast.Ident)
	return n.Obj().Name() == "Type" || n.Obj().Name() == "Event" && variable
}

// arguments follows the arguments of a call within the program.
func (t *tracker) arguments(n *ast.CallExpr, f *types.Func) {
	sig, ok := t.info.TypeOf(n.Fun).(*types.Signature)
	if f != nil {
		sig, ok = f.Origin().Signature(), true
	}
	if !ok {
		for _, arg := range n.Args {
			if !t.errors {
				t.pin(arg, arg.Pos(), "is passed to a function whose type is not known")
			}
		}
		return
	}
	if len(n.Args) == 1 && sig.Params().Len() > 1 {
		if call, ok := ast.Unparen(n.Args[0]).(*ast.CallExpr); ok {
			for i := range sig.Params().Len() {
				t.graph.Flow(t.variable(sig.Params().At(i)), t.result(call, i))
			}
		}
		return
	}
	for i, arg := range n.Args {
		last := sig.Params().Len() - 1
		p := sig.Params().At(min(i, last))
		typ := p.Type()
		if sig.Variadic() && i >= last && !n.Ellipsis.IsValid() {
			typ = typ.(*types.Slice).Elem()
		}
		if _, generic := typ.(*types.TypeParam); generic {
			t.pin(arg, arg.Pos(), "is passed to a generic function")
			continue
		}
		t.flow(t.variable(p), typ, arg)
	}
}

// returns joins what a function returns with its results.
func (t *tracker) returns(c inspector.Cursor, n *ast.ReturnStmt) {
	var sig *types.Signature
	for f := range c.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		switch f := f.Node().(type) {
		case *ast.FuncDecl:
			if o := t.info.Defs[f.Name]; o != nil {
				sig, _ = o.Type().(*types.Signature)
			}
		case *ast.FuncLit:
			sig, _ = t.info.TypeOf(f).(*types.Signature)
		}
		break
	}
	if sig == nil {
		return
	}
	for i := range sig.Results().Len() {
		v := sig.Results().At(i)
		if len(n.Results) == sig.Results().Len() {
			t.flow(t.variable(v), v.Type(), n.Results[i])
		} else if len(n.Results) == 1 {
			if call, ok := ast.Unparen(n.Results[0]).(*ast.CallExpr); ok {
				t.graph.Flow(t.variable(v), t.result(call, i))
			}
		}
	}
}

func (t *tracker) ranges(n *ast.RangeStmt) {
	for _, e := range []ast.Expr{n.Key, n.Value} {
		if e != nil && t.tracked(t.info.TypeOf(e)) {
			t.graph.Flow(t.slot(e), t.slot(n.X))
		}
	}
}

// element returns the type of what a slice, channel or the like is made of.
func (t *tracker) element(e ast.Expr) types.Type {
	typ := t.info.TypeOf(e)
	if typ == nil {
		return nil
	}
	switch typ := typ.Underlying().(type) {
	case *types.Slice:
		return typ.Elem()
	case *types.Array:
		return typ.Elem()
	case *types.Chan:
		return typ.Elem()
	case *types.Map:
		return typ.Elem()
	}
	return nil
}

// composite follows the elements of a composite literal.
func (t *tracker) composite(n *ast.CompositeLit) {
	typ := t.info.TypeOf(n)
	if typ == nil {
		typ = types.Typ[types.Invalid]
	}
	s, isStruct := typ.Underlying().(*types.Struct)
	for i, e := range n.Elts {
		kv, keyed := e.(*ast.KeyValueExpr)
		if keyed {
			e = kv.Value
		}
		switch {
		case isStruct:
			field := t.field(s, kv, i)
			if field == nil {
				t.flow(nil, nil, e)
				continue
			}
			if t.program[field.Pkg()] {
				t.flow(t.variable(field), field.Type(), e)
			} else {
				t.graph.Join(n, t.slot(e))
			}
		default:
			if keyed {
				if m, ok := typ.Underlying().(*types.Map); ok {
					t.flow(n, m.Key(), kv.Key)
				}
			}
			t.flow(t.slot(n), t.element(n), e)
		}
	}
}

func (t *tracker) field(s *types.Struct, kv *ast.KeyValueExpr, i int) *types.Var {
	if kv == nil {
		if i < s.NumFields() {
			return s.Field(i)
		}
		return nil
	}
	if id, ok := kv.Key.(*ast.Ident); ok {
		v, _ := t.info.Uses[id].(*types.Var)
		return v
	}
	return nil
}

// compare joins two operands.
func (t *tracker) compare(x, y ast.Expr) {
	if x != nil && y != nil && !t.narrow && !t.errors {
		t.graph.Join(t.slot(x), t.slot(y))
	}
}

// method joins the parameters of all methods of one name, since any of them may
// be called through an interface.
func (t *tracker) method(n *ast.FuncDecl) {
	f, ok := t.info.Defs[n.Name].(*types.Func)
	if !ok || n.Recv == nil {
		return
	}
	t.sameMethod(f, false)
}

// declared joins the methods that an interface declares with those of their
// names, whether they are called or not: a type that has them stays one that has
// them only if all change together.
func (t *tracker) declared(n *ast.InterfaceType) {
	for _, field := range n.Methods.List {
		for _, name := range field.Names {
			if f, ok := t.info.Defs[name].(*types.Func); ok {
				t.sameMethod(f, true)
			}
		}
	}
}

// sameMethod joins the parameters and results of a method with those of all
// methods of its name: what goes into the method of an interface comes to those
// that have bodies, and what these return comes back.
func (t *tracker) sameMethod(f *types.Func, abstract bool) {
	for i, tuple := range []*types.Tuple{f.Signature().Params(), f.Signature().Results()} {
		returned := i == 1
		n := 0
		for v := range tuple.Variables() {
			shared := fmt.Sprintf("method %s %t %d", f.Name(), returned, n)
			n++
			s := t.variable(v)
			switch {
			case s == nil:
			case returned == abstract:
				t.graph.Flow(s, shared)
			default:
				t.graph.Flow(shared, s)
			}
			if s != nil && !t.errors {
				t.graph.Join(s, "method "+f.Name())
			}
		}
	}
}

// methodValue pins the receiver of a library's method that is not called at
// once.
func (t *tracker) methodValue(c inspector.Cursor, n *ast.SelectorExpr) {
	s := t.info.Selections[n]
	if s == nil && !t.errors && t.info.Uses[n.Sel] == nil {
		t.pin(n.X, n.Pos(), "its method "+n.Sel.Name+" is not known to zmqfix")
	}
	if s == nil || s.Kind() == types.FieldVal || t.errors {
		return
	}
	if types.IsInterface(s.Recv()) {
		if f := s.Obj().(*types.Func); t.program[f.Pkg()] {
			t.sameMethod(f, true)
		}
	}
	if f := s.Obj(); f.Pkg() == nil || library.Of(f.Pkg().Path()) == library.None {
		return
	}
	parent := c.Parent().Node()
	if call, ok := parent.(*ast.CallExpr); ok && ast.Unparen(call.Fun) == n {
		if len(s.Index()) > 1 {
			t.graph.Pin(call, n.Pos(), "is a method that a struct has from what it embeds")
		}
		return
	}
	t.pin(n.X, n.Pos(), "its method "+n.Sel.Name+" is used as a value")
}

// embedded pins sockets and the like that a struct embeds: their methods are
// the struct's.
func (t *tracker) embedded(n *ast.StructType) {
	for _, f := range n.Fields.List {
		if len(f.Names) > 0 || t.errors || !t.tracked(t.info.TypeOf(f.Type)) {
			continue
		}
		s, ok := t.info.TypeOf(n).(*types.Struct)
		if !ok {
			continue
		}
		for v := range s.Fields() {
			if v.Embedded() && v.Pos() >= f.Pos() && v.Pos() <= f.End() {
				t.graph.Pin(t.variable(v), f.Pos(), "is embedded in a struct, which gets its methods")
			}
		}
	}
}
