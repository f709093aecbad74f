// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/library"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/source"
)

// A tracker follows values of some types through one package and joins the
// slots that they pass through.
type tracker struct {
	graph   *Graph
	program map[*types.Package]bool // packages whose source is at hand
	pkg     *source.Package
	info    *types.Info
	errors  bool // follow errors instead of the libraries' types
	narrow  bool // a call of a library joins nothing: follow each value for itself
}

// tracked reports whether values of a type are followed.
func (t *tracker) tracked(typ types.Type) bool {
	return typ != nil && mentions(typ, t.wanted, map[types.Type]bool{})
}

func (t *tracker) wanted(n *types.TypeName) bool {
	if t.errors {
		return n.Pkg() == nil && n.Name() == "error"
	}
	return n.Pkg() != nil && library.Of(n.Pkg().Path()) != library.None
}

// mentions reports whether a type is made of one that is wanted. It does not
// look into the fields of structs, which are slots of their own.
func mentions(typ types.Type, wanted func(*types.TypeName) bool, seen map[types.Type]bool) bool {
	if seen[typ] {
		return false
	}
	seen[typ] = true
	in := func(typ types.Type) bool { return mentions(typ, wanted, seen) }
	switch typ := typ.(type) {
	case *types.Alias:
		return wanted(typ.Obj()) || in(types.Unalias(typ))
	case *types.Named:
		if wanted(typ.Obj()) {
			return true
		}
		for arg := range typ.TypeArgs().Types() {
			if in(arg) {
				return true
			}
		}
		switch typ.Underlying().(type) {
		case *types.Struct, *types.Interface:
			return false
		}
		return typ.Obj().Pkg() != nil && in(typ.Underlying())
	case *types.Pointer:
		return in(typ.Elem())
	case *types.Slice:
		return in(typ.Elem())
	case *types.Array:
		return in(typ.Elem())
	case *types.Chan:
		return in(typ.Elem())
	case *types.Map:
		return in(typ.Key()) || in(typ.Elem())
	case *types.Signature:
		return in(typ.Params()) || in(typ.Results())
	case *types.Tuple:
		for v := range typ.Variables() {
			if in(v.Type()) {
				return true
			}
		}
	}
	return false
}

// variable returns the slot of a variable, joined with the declared types that
// its own is made of.
func (t *tracker) variable(v *types.Var) Slot {
	if v == nil || !t.tracked(v.Type()) {
		return nil
	}
	t.joinNamed(v, v.Type())
	return v
}

// joinNamed joins a slot with the names of the types of this program that
// a type mentions, such as type sockets []*zmq4.Socket.
func (t *tracker) joinNamed(s Slot, typ types.Type) {
	switch typ := typ.(type) {
	case *types.Alias:
		t.graph.Join(s, typ.Obj())
		t.joinNamed(s, typ.Rhs())
	case *types.Named:
		if !t.wanted(typ.Obj()) && t.tracked(typ) {
			t.graph.Join(s, typ.Obj())
		}
	case *types.Pointer:
		t.joinNamed(s, typ.Elem())
	case *types.Slice:
		t.joinNamed(s, typ.Elem())
	case *types.Array:
		t.joinNamed(s, typ.Elem())
	case *types.Chan:
		t.joinNamed(s, typ.Elem())
	case *types.Map:
		t.joinNamed(s, typ.Key())
		t.joinNamed(s, typ.Elem())
	}
}

// slot returns the slot of an expression's value; nil if it is not followed.
func (t *tracker) slot(e ast.Expr) Slot {
	if e == nil || !t.tracked(t.info.TypeOf(e)) {
		return nil
	}
	switch e := e.(type) {
	case *ast.Ident:
		return t.object(e, t.info.ObjectOf(e))
	case *ast.SelectorExpr:
		if s := t.info.Selections[e]; s == nil {
			return t.object(e.Sel, t.info.Uses[e.Sel])
		} else if v, ok := s.Obj().(*types.Var); ok {
			if !t.program[v.Pkg()] {
				return t.slot(e.X) // a field of a library's struct
			}
			return t.variable(v)
		}
		return nil
	case *ast.ParenExpr:
		return t.slot(e.X)
	case *ast.StarExpr:
		return t.slot(e.X)
	case *ast.UnaryExpr:
		return t.slot(e.X)
	case *ast.IndexExpr:
		return t.slot(e.X)
	case *ast.SliceExpr:
		return t.slot(e.X)
	case *ast.BinaryExpr:
		if s := t.slot(e.X); s != nil {
			return s
		}
		return t.slot(e.Y)
	case *ast.CallExpr:
		return t.result(e, 0)
	case *ast.FuncLit:
		return nil
	}
	return e // composite literals, type assertions
}

// object returns the slot of what an identifier refers to.
func (t *tracker) object(id *ast.Ident, o types.Object) Slot {
	switch o := o.(type) {
	case *types.Var:
		if o.Pkg() != nil && !t.program[o.Pkg()] {
			return id
		}
		return t.variable(o)
	case *types.Const:
		if t.program[o.Pkg()] {
			return o
		}
		return id // each mention for itself
	}
	return nil
}

// result returns the slot of result i of a call.
func (t *tracker) result(call *ast.CallExpr, i int) Slot {
	fun := ast.Unparen(call.Fun)
	if tv := t.info.Types[fun]; tv.IsType() {
		if s := t.slot(call.Args[0]); s != nil {
			return s
		}
		return call
	} else if tv.IsBuiltin() {
		if id, ok := fun.(*ast.Ident); ok && id.Name == "append" {
			return t.slot(call.Args[0])
		}
		return call
	}
	if f := t.callee(call); f != nil && !t.program[f.Pkg()] {
		return call
	}
	if sig, ok := t.info.TypeOf(fun).(*types.Signature); ok && i < sig.Results().Len() {
		return t.resultOf(call, sig, i)
	}
	return call
}

func (t *tracker) resultOf(call *ast.CallExpr, sig *types.Signature, i int) Slot {
	if f := t.callee(call); f != nil {
		sig = f.Origin().Signature()
	}
	v := sig.Results().At(i)
	if !t.tracked(v.Type()) {
		return nil
	}
	return t.variable(v)
}

// callee returns the function or method that a call names; nil if it calls
// a value.
func (t *tracker) callee(call *ast.CallExpr) *types.Func {
	var id *ast.Ident
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		id = fun
	case *ast.SelectorExpr:
		id = fun.Sel
	case *ast.IndexExpr:
		if x, ok := fun.X.(*ast.Ident); ok {
			id = x
		} else if x, ok := fun.X.(*ast.SelectorExpr); ok {
			id = x.Sel
		}
	}
	if id == nil {
		return nil
	}
	f, _ := t.info.Uses[id].(*types.Func)
	return f
}

// flow joins a slot of some type with an expression whose value goes there.
func (t *tracker) flow(to Slot, typ types.Type, from ast.Expr) {
	source := t.info.TypeOf(from)
	if source == nil {
		return
	}
	if !t.tracked(typ) {
		if t.tracked(source) && !t.errors {
			t.graph.Pin(t.slot(from), from.Pos(), "goes where any type can go")
			t.pinMethods(typ, from.Pos())
		}
		return
	}
	if !t.tracked(source) && !t.errors && !isNil(t.info, from) && !isUntyped(source) {
		t.graph.Pin(to, from.Pos(), "gets a value of a type that is no type of the library")
		return
	}
	t.graph.Flow(to, t.slot(from))
	t.joinTypes(typ, source)
}

// pinMethods pins the parameters of an interface's methods, since it gets a value
// of a library's type.
func (t *tracker) pinMethods(typ types.Type, pos token.Pos) {
	if typ == nil {
		return
	}
	i, ok := typ.Underlying().(*types.Interface)
	if !ok {
		return
	}
	for f := range i.Methods() {
		for _, tuple := range []*types.Tuple{f.Signature().Params(), f.Signature().Results()} {
			for v := range tuple.Variables() {
				t.graph.Pin(t.variable(v), pos, "is of a method of an interface that a value of the library goes into")
			}
		}
	}
}

// joinTypes joins the parameters and results of two function types, wherever
// they are in two types of the same structure.
func (t *tracker) joinTypes(a, b types.Type) {
	switch a := a.Underlying().(type) {
	case *types.Signature:
		b, ok := b.Underlying().(*types.Signature)
		if !ok || a == b {
			return
		}
		t.joinTuples(a.Params(), b.Params())
		t.joinTuples(a.Results(), b.Results())
	case *types.Slice:
		if b, ok := b.Underlying().(*types.Slice); ok {
			t.joinTypes(a.Elem(), b.Elem())
		}
	case *types.Map:
		if b, ok := b.Underlying().(*types.Map); ok {
			t.joinTypes(a.Elem(), b.Elem())
		}
	case *types.Chan:
		if b, ok := b.Underlying().(*types.Chan); ok {
			t.joinTypes(a.Elem(), b.Elem())
		}
	}
}

func (t *tracker) joinTuples(a, b *types.Tuple) {
	for i := range min(a.Len(), b.Len()) {
		t.graph.Join(t.variable(a.At(i)), t.variable(b.At(i)))
		t.joinTypes(a.At(i).Type(), b.At(i).Type())
	}
}

func isNil(info *types.Info, e ast.Expr) bool { return info.Types[e].IsNil() }

func isUntyped(t types.Type) bool {
	b, ok := t.(*types.Basic)
	return ok && b.Info()&types.IsUntyped != 0
}

// pin keeps what an expression holds as it is.
func (t *tracker) pin(e ast.Expr, pos token.Pos, reason string) {
	t.graph.Pin(t.slot(e), pos, reason)
}
