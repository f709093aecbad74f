// SPDX-License-Identifier: Apache-2.0

// Package flow finds out which sockets, contexts and the like of a program have
// to be rewritten together, because values flow between the places that hold
// them, and which cannot be rewritten at all.
package flow

import (
	"go/ast"
	"go/types"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/library"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/source"
	"golang.org/x/tools/go/ast/inspector"
)

// An Analysis is all that a program does with the libraries.
type Analysis struct {
	Program *source.Program
	Values  *Graph // of values of the libraries' types
	Errors  *Graph // of errors
	Origins *Graph // of values, each for itself: which call made a socket
	Files   []*File
}

// A File is what one file does with the libraries.
type File struct {
	*source.File
	Package *source.Package
	Info    *types.Info
	Inspect *inspector.Inspector

	Calls   []*Call
	Refs    []*Ref
	Unknown []*ast.SelectorExpr // names that the libraries are not known to declare

	values, errors, origins *tracker
}

// A Call is one call of a library's function or method. Its Node is its slot.
type Call struct {
	Node    *ast.CallExpr
	Func    *types.Func
	Library library.ID
	Recv    ast.Expr // nil for functions
	Cursor  inspector.Cursor
}

// Name is the name of the type that has the method, a point and the name of
// the method; the name of a function.
func (c *Call) Name() string { return funcName(c.Func) }

func funcName(f *types.Func) string {
	recv := f.Signature().Recv()
	if recv == nil {
		return f.Name()
	}
	typ := recv.Type()
	if p, ok := typ.(*types.Pointer); ok {
		typ = p.Elem()
	}
	if n, ok := typ.(*types.Named); ok {
		return n.Obj().Name() + "." + f.Name()
	}
	return f.Name()
}

// A Ref is one mention of a library's type, constant, variable or field.
type Ref struct {
	Ident   *ast.Ident
	Object  types.Object
	Library library.ID
	Slots   []Slot // whose types it helps to spell, or that it is a value of
	Cursor  inspector.Cursor
}

// Analyze looks at a program that was checked.
func Analyze(p *source.Program) *Analysis {
	a := &Analysis{Program: p, Values: newGraph(), Errors: newGraph(), Origins: newGraph()}
	ours := map[*types.Package]bool{}
	for _, pkg := range p.Packages {
		if pkg.Types != nil {
			ours[pkg.Types] = true
		}
	}
	for _, pkg := range p.Packages {
		for _, f := range pkg.Files {
			a.Files = append(a.Files, &File{
				File: f, Package: pkg, Info: pkg.Info,
				Inspect: inspector.New([]*ast.File{f.AST}),
				values:  &tracker{graph: a.Values, program: ours, pkg: pkg, info: pkg.Info},
				errors:  &tracker{graph: a.Errors, program: ours, pkg: pkg, info: pkg.Info, errors: true},
				origins: &tracker{graph: a.Origins, program: ours, pkg: pkg, info: pkg.Info, narrow: true},
			})
		}
	}
	for _, f := range a.Files {
		f.values.track(f.AST)
		f.errors.track(f.AST)
		f.origins.track(f.AST)
	}
	for _, f := range a.Files {
		f.collect()
	}
	return a
}

// Slot returns the slot of an expression of a library's type.
func (f *File) Slot(e ast.Expr) Slot { return f.values.slot(e) }

// ErrorSlot returns the slot of an error.
func (f *File) ErrorSlot(e ast.Expr) Slot { return f.errors.slot(e) }

// ErrorResult returns the slot of an error that is result i of a call; of the value
// itself where the expression is no call.
func (f *File) ErrorResult(e ast.Expr, i int) Slot {
	if call, ok := ast.Unparen(e).(*ast.CallExpr); ok {
		return f.errors.result(call, i)
	}
	return f.errors.slot(e)
}

// OriginSlot returns the slot of an expression in the graph of origins.
func (f *File) OriginSlot(e ast.Expr) Slot { return f.origins.slot(e) }

// collect finds the file's calls of the libraries and mentions of what they
// declare.
func (f *File) collect() {
	for c := range f.Inspect.Root().Preorder((*ast.Ident)(nil)) {
		id := c.Node().(*ast.Ident)
		o := f.Info.Uses[id]
		if p, ok := o.(*types.PkgName); ok && library.Of(p.Imported().Path()) != library.None {
			if sel, ok := c.Parent().Node().(*ast.SelectorExpr); ok && f.Info.Uses[sel.Sel] == nil {
				f.Unknown = append(f.Unknown, sel)
			}
			continue
		}
		if o == nil || o.Pkg() == nil || library.Of(o.Pkg().Path()) == library.None {
			continue
		}
		of := library.Of(o.Pkg().Path())
		switch o := o.(type) {
		case *types.Func:
			if call := f.callAt(c, o, of); call != nil {
				f.Calls = append(f.Calls, call)
			} else {
				f.Refs = append(f.Refs, &Ref{id, o, of, nil, c})
				f.values.pinSignature(o, id)
			}
		case *types.TypeName:
			f.Refs = append(f.Refs, &Ref{id, o, of, f.owners(c), c})
		case *types.Var:
			ref := &Ref{id, o, of, nil, c}
			if o.IsField() {
				ref.Slots = f.fieldSlots(c)
			}
			f.Refs = append(f.Refs, ref)
		default:
			f.Refs = append(f.Refs, &Ref{id, o, of, []Slot{id}, c})
		}
	}
}

// pinSignature keeps the types of a library's function that is used as a value.
func (t *tracker) pinSignature(o *types.Func, at ast.Node) {
	for _, tuple := range []*types.Tuple{o.Signature().Params(), o.Signature().Results()} {
		for v := range tuple.Variables() {
			t.graph.Pin(t.variable(v), at.Pos(), o.Name()+" is used as a value")
		}
	}
}

// callAt returns the call of the function that is named at c.
func (f *File) callAt(c inspector.Cursor, o *types.Func, of library.ID) *Call {
	var recv ast.Expr
	fun := c
	if sel, ok := c.Parent().Node().(*ast.SelectorExpr); ok && sel.Sel == c.Node() {
		fun = c.Parent()
		if f.Info.Selections[sel] != nil {
			recv = sel.X
		}
	}
	for {
		if _, ok := fun.Parent().Node().(*ast.ParenExpr); !ok {
			break
		}
		fun = fun.Parent()
	}
	call, ok := fun.Parent().Node().(*ast.CallExpr)
	if !ok || call.Fun != fun.Node() {
		return nil
	}
	return &Call{call, o, of, recv, fun.Parent()}
}

// fieldSlots returns the slot of the struct that a field belongs to.
func (f *File) fieldSlots(c inspector.Cursor) []Slot {
	for p := range c.Enclosing((*ast.SelectorExpr)(nil), (*ast.CompositeLit)(nil)) {
		switch n := p.Node().(type) {
		case *ast.SelectorExpr:
			if n.Sel == c.Node() {
				return []Slot{f.Slot(n.X)}
			}
		case *ast.CompositeLit:
			return []Slot{f.Slot(n)}
		}
	}
	return nil
}

// owners returns the slots whose declaration a type is mentioned in; none where
// it is not known.
func (f *File) owners(c inspector.Cursor) []Slot {
	child := c
	var slots []Slot
	for p := c.Parent(); p.Node() != nil; child, p = p, p.Parent() {
		switch n := p.Node().(type) {
		case *ast.Field:
			slots = append(slots, f.fieldOwners(p, n)...)
			// A field of a function type inside another type belongs to
			// that one, too.
			continue
		case *ast.ValueSpec:
			for _, id := range n.Names {
				slots = append(slots, f.Slot(id))
			}
			return slots
		case *ast.TypeSpec:
			if o := f.Info.Defs[n.Name]; o != nil && len(slots) == 0 {
				slots = append(slots, o)
			}
			return slots
		case *ast.CompositeLit:
			if n.Type == child.Node() {
				slots = append(slots, f.Slot(n))
			}
			return slots
		case *ast.CallExpr:
			if n.Fun != child.Node() || f.Info.Types[n.Fun].IsType() {
				slots = append(slots, f.Slot(n))
			}
			return slots
		case *ast.TypeAssertExpr:
			return append(slots, f.Slot(n))
		case *ast.StarExpr, *ast.ArrayType, *ast.MapType, *ast.ChanType, *ast.FuncType,
			*ast.FieldList, *ast.SelectorExpr, *ast.ParenExpr, *ast.Ellipsis, *ast.IndexExpr, *ast.StructType:
		default:
			return slots
		}
	}
	return slots
}

// fieldOwners returns the slots of the parameters, results or struct fields
// that an ast.Field declares.
func (f *File) fieldOwners(c inspector.Cursor, n *ast.Field) []Slot {
	var slots []Slot
	for _, id := range n.Names {
		if v, ok := f.Info.Defs[id].(*types.Var); ok {
			slots = append(slots, f.values.variable(v))
		}
	}
	if len(n.Names) > 0 {
		return slots
	}
	switch owner := c.Parent().Parent().Node().(type) {
	case *ast.FuncType:
		sig := f.signature(c.Parent().Parent(), owner)
		if sig == nil {
			return nil
		}
		for _, tuple := range []*types.Tuple{sig.Params(), sig.Results()} {
			for v := range tuple.Variables() {
				if v.Pos() >= n.Pos() && v.Pos() <= n.End() {
					slots = append(slots, f.values.variable(v))
				}
			}
		}
	case *ast.StructType:
		if s, ok := f.Info.TypeOf(owner).(*types.Struct); ok {
			for v := range s.Fields() {
				if v.Pos() >= n.Pos() && v.Pos() <= n.End() {
					slots = append(slots, f.values.variable(v))
				}
			}
		}
	}
	return slots
}

// signature returns the type of a function type in the source: of the
// declaration, the literal or the type that it is.
func (f *File) signature(c inspector.Cursor, n *ast.FuncType) *types.Signature {
	switch p := c.Parent().Node().(type) {
	case *ast.FuncDecl:
		if o := f.Info.Defs[p.Name]; o != nil {
			sig, _ := o.Type().(*types.Signature)
			return sig
		}
	case *ast.FuncLit:
		sig, _ := f.Info.TypeOf(p).(*types.Signature)
		return sig
	case *ast.Field: // a method of an interface
		if len(p.Names) == 1 {
			if o, ok := f.Info.Defs[p.Names[0]].(*types.Func); ok {
				return o.Signature()
			}
		}
	}
	sig, _ := f.Info.TypeOf(n).(*types.Signature)
	return sig
}
