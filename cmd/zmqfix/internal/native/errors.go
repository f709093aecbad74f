// SPDX-License-Identifier: Apache-2.0

package native

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/flow"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/library"
	"golang.org/x/tools/go/ast/inspector"
)

// An errorOp is a place where a program asks what an error is.
type errorOp struct {
	w       *rewriter
	file    *file
	node    ast.Node
	sources []*site // calls that the error may come from
	rewrite func()  // nil if it stays as it is
}

// findErrors looks for everything that asks what an error is, and joins it with
// the calls that the error may come from: both change together.
func (w *rewriter) findErrors() {
	for _, f := range w.files {
		if len(f.Libraries()) == 0 && !w.anyCalls() {
			continue
		}
		in := f.Inspect.Root()
		for c := range in.Preorder((*ast.BinaryExpr)(nil), (*ast.SwitchStmt)(nil), (*ast.TypeAssertExpr)(nil), (*ast.CallExpr)(nil)) {
			switch n := c.Node().(type) {
			case *ast.BinaryExpr:
				f.comparison(n)
			case *ast.SwitchStmt:
				f.errorSwitch(n)
			case *ast.TypeAssertExpr:
				f.errorAssertion(c, n)
			case *ast.CallExpr:
				f.errorCall(n)
			}
		}
	}
}

func (w *rewriter) anyCalls() bool { return len(w.sites) > 0 }

// sourcesOf returns the calls that an error may come from.
func (f *file) sourcesOf(e ast.Expr) []*site {
	reach := f.w.Errors.Sources(f.errorOrigins(e)...)
	var from []*site
	for _, s := range f.w.sites {
		if reach[flow.Slot(s.Node)] && s.Func.Name() != "AsErrno" {
			from = append(from, s)
		}
	}
	return from
}

// add notes a question about an error. Unless it means the same with any
// library, it changes together with the sources.
func (f *file) add(n ast.Node, e ast.Expr, together bool, rewrite func()) *errorOp {
	op := &errorOp{w: f.w, file: f, node: n, sources: f.sourcesOf(e), rewrite: rewrite}
	if together {
		for _, s := range op.sources {
			f.w.Values.Join(n, s.Node)
		}
	}
	f.w.errorOps = append(f.w.errorOps, op)
	return op
}

// write makes the edit if any of the sources is rewritten.
func (op *errorOp) write() {
	if op.rewrite == nil || op.w.Values.Pinned(op.node) {
		return
	}
	for _, s := range op.sources {
		if !op.w.Values.Pinned(s.Node) {
			op.rewrite()
			return
		}
	}
}

// comparison is for err == X, AsErrno(err) == X and err.Error() == X.
func (f *file) comparison(n *ast.BinaryExpr) {
	if n.Op != token.EQL && n.Op != token.NEQ {
		return
	}
	for _, pair := range [][2]ast.Expr{{n.X, n.Y}, {n.Y, n.X}} {
		e, x := pair[0], pair[1]
		if f.comparesText(n, e) {
			return
		}
		if inner := f.asErrno(e); inner != nil {
			target := f.errorTarget(x)
			op := f.add(n, inner, true, nil)
			f.w.Values.Join(n, ast.Unparen(e))
			if target == nil {
				f.w.Values.Pin(n, n.Pos(), "compares the number of an error with something that is not constant")
				return
			}
			f.consume(x)
			f.w.consumed[ast.Unparen(e)] = true
			op.rewrite = func() { f.writeIs(n, n.Op == token.NEQ, inner, target) }
			f.joinMentions(n, x)
			return
		}
		if !f.isError(e) || f.Info.Types[x].IsNil() {
			continue
		}
		target := f.errorTarget(x)
		if target == nil {
			f.pinComparison(n, e, x)
			continue
		}
		foreign := f.isSyscall(x)
		if len(f.sourcesOf(e)) == 0 && foreign {
			return
		}
		f.add(n, e, !foreign, func() { f.writeIs(n, n.Op == token.NEQ, e, target) })
		if !foreign {
			f.consume(x)
			f.joinMentions(n, x)
		}
		return
	}
}

// pinComparison pins the comparison of an error with one that has no
// counterpart: one of a library's, or, with go-zeromq, whose errors are others',
// any.
func (f *file) pinComparison(n ast.Node, e, x ast.Expr) {
	sources := f.sourcesOf(e)
	if len(sources) == 0 || !f.isError(x) || !f.isSentinel(x) {
		return
	}
	of := f.bindingOf(x)
	if of == library.None && !slices.ContainsFunc(sources, func(s *site) bool { return s.Library == library.GoZeroMQ }) {
		return
	}
	f.add(n, e, true, nil)
	f.w.Values.Pin(n, n.Pos(), "compares an error with "+f.Text(rangeOf(x))+", which package zmq does not return")
}

// isSentinel reports whether an expression is a variable of another package.
func (f *file) isSentinel(e ast.Expr) bool {
	sel, ok := ast.Unparen(e).(*ast.SelectorExpr)
	return ok && qualified(f.Info, sel) != nil
}

// bindingOf returns the library that a qualified name belongs to.
func (f *file) bindingOf(e ast.Expr) library.ID {
	sel, ok := ast.Unparen(e).(*ast.SelectorExpr)
	if !ok {
		return library.None
	}
	p := qualified(f.Info, sel)
	if p == nil {
		return library.None
	}
	return library.Of(p.Imported().Path())
}

// joinMentions joins the library's constants in an expression with a slot.
func (f *file) joinMentions(to flow.Slot, in ast.Expr) {
	ast.Inspect(in, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if o := f.Info.Uses[id]; o != nil && o.Pkg() != nil && library.Of(o.Pkg().Path()) != library.None {
				f.w.Values.Join(to, id)
			}
		}
		return true
	})
}

// comparesText pins what the text of an error is asked of.
func (f *file) comparesText(n ast.Node, e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok || len(call.Args) > 0 {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Error" || !f.isError(sel.X) || len(f.sourcesOf(sel.X)) == 0 {
		return false
	}
	f.add(n, sel.X, true, nil)
	f.w.Values.Pin(n, n.Pos(), "asks for the text of an error, which is another one in package zmq: use errors.Is")
	return true
}

func (f *file) isError(e ast.Expr) bool {
	t := f.Info.TypeOf(e)
	return t != nil && t.String() == "error"
}

// asErrno returns the error whose number an expression asks pebbe's AsErrno
// for.
func (f *file) asErrno(e ast.Expr) ast.Expr {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return nil
	}
	if s := f.w.byNode[call]; s != nil && s.Func.Name() == "AsErrno" {
		return call.Args[0]
	}
	return nil
}

// errorTarget returns how to write an error of a library, or a syscall.Errno,
// for errors.Is.
func (f *file) errorTarget(e ast.Expr) func() []any {
	e = ast.Unparen(e)
	if call, ok := e.(*ast.CallExpr); ok && f.Info.Types[call.Fun].IsType() && len(call.Args) == 1 {
		return f.errorTarget(call.Args[0]) // zmq4.Errno(syscall.EAGAIN)
	}
	if f.isSyscall(e) {
		return func() []any { return []any{rangeOf(e)} }
	}
	o := f.named(e)
	if o == nil || o.Pkg() == nil || library.Of(o.Pkg().Path()) == library.None || o.Parent() != o.Pkg().Scope() {
		return nil
	}
	name := errorNames[o.Name()]
	if name == "" {
		return nil
	}
	return func() []any {
		if of, ok := strings.CutPrefix(name, "syscall."); ok {
			return []any{f.std("syscall") + "." + of}
		}
		return []any{f.ours(name)}
	}
}

// isSyscall reports whether an expression is a constant of package syscall.
func (f *file) isSyscall(e ast.Expr) bool {
	sel, ok := ast.Unparen(e).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	p := qualified(f.Info, sel)
	return p != nil && p.Imported().Path() == "syscall"
}

// writeIs writes a call of errors.Is in the place of a node.
func (f *file) writeIs(n ast.Node, not bool, e ast.Expr, target func() []any) {
	bang := ""
	if not {
		bang = "!"
	}
	parts := append([]any{bang + f.std("errors") + ".Is(", rangeOf(e), ", "}, target()...)
	f.edits.Replace(rangeOf(n), append(parts, ")")...)
}

// errorAssertion pins what an error's type is asked of.
func (f *file) errorAssertion(c inspector.Cursor, n *ast.TypeAssertExpr) {
	if !f.isError(n.X) || len(f.sourcesOf(n.X)) == 0 {
		return
	}
	var asked []ast.Expr
	if n.Type != nil {
		asked = append(asked, n.Type)
	} else {
		for s := range c.Enclosing((*ast.TypeSwitchStmt)(nil)) {
			for _, clause := range s.Node().(*ast.TypeSwitchStmt).Body.List {
				asked = append(asked, clause.(*ast.CaseClause).List...)
			}
			break
		}
	}
	for _, typ := range asked {
		if f.isErrnoType(f.Info.TypeOf(typ)) {
			f.add(n, n.X, true, nil)
			f.w.Values.Pin(n, n.Pos(), "asks for the number of an error: use errors.Is")
			return
		}
	}
}

// isErrnoType reports whether a type is one of the libraries' errors, or that
// of the system's.
func (f *file) isErrnoType(t types.Type) bool {
	n, ok := t.(*types.Named)
	if !ok || n.Obj().Pkg() == nil {
		return false
	}
	path := n.Obj().Pkg().Path()
	return path == "syscall" || library.Of(path) != library.None
}

// errorCall is for errors.Is and errors.As, AsErrno in other places, and
// functions that search the text of an error.
func (f *file) errorCall(n *ast.CallExpr) {
	sel, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr)
	if !ok || len(n.Args) == 0 {
		return
	}
	if inner := f.asErrno(n); inner != nil {
		for _, s := range f.sourcesOf(inner) {
			f.w.Values.Join(n, s.Node)
		}
		return
	}
	p := qualified(f.Info, sel)
	if p == nil {
		return
	}
	switch path := p.Imported().Path(); {
	case path == "strings":
		for _, arg := range n.Args {
			f.comparesText(n, arg)
		}
	case path == "errors" && sel.Sel.Name == "Is" && len(n.Args) == 2:
		f.errorsIs(n)
	case path == "errors" && sel.Sel.Name == "As" && len(n.Args) == 2:
		t := f.Info.TypeOf(n.Args[1])
		if ptr, ok := t.(*types.Pointer); ok && f.isErrnoType(ptr.Elem()) {
			f.add(n, n.Args[0], true, nil)
			f.w.Values.Pin(n, n.Pos(), "asks for the number of an error: use errors.Is")
		}
	}
}

// errorsIs changes the second argument of errors.Is.
func (f *file) errorsIs(n *ast.CallExpr) {
	if f.isSyscall(n.Args[1]) {
		return // the same with any library
	}
	target := f.errorTarget(n.Args[1])
	if target == nil {
		f.pinComparison(n, n.Args[0], n.Args[1])
		return
	}
	f.add(n, n.Args[0], true, func() { f.edits.Replace(rangeOf(n.Args[1]), target()...) })
	f.joinMentions(n, n.Args[1])
	f.consume(n.Args[1])
}
