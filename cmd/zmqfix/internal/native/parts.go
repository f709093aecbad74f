// SPDX-License-Identifier: Apache-2.0

package native

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/library"
)

// A receivedPart is a statement that receives one part of a message whose parts are
// received one after the other.
type receivedPart struct {
	site  *site
	stmt  ast.Stmt
	set   *ast.AssignStmt // nil if the part is dropped
	check ast.Stmt        // the statement behind it that looks at the error; nil if there is none
	form  form
}

// parts returns the statements that receive the parts of one message, with the call
// as the first; nil if the call is no part of such a sequence. A sequence is all that
// receives parts of the socket, so that it begins where messages begin.
func (s *site) parts() []*receivedPart {
	if s.Library != library.Pebbe && s.Library != library.GoZMQ || !plain(s.Recv) {
		return nil
	}
	_, c := s.statement()
	stmts := list(c)
	first := slices.IndexFunc(stmts, func(n ast.Stmt) bool { return n == c.Node() })
	if first < 0 {
		return nil
	}
	root := s.Origins.Root(s.file.OriginSlot(s.Recv))
	all := 0
	for _, o := range s.sites {
		if o.Recv == nil || s.Origins.Root(o.file.OriginSlot(o.Recv)) != root {
			continue
		}
		switch kind(o.Func.Name()) {
		case asksMore:
			return nil
		case receives:
			all++
		}
	}
	var seq []*receivedPart
	for rest := stmts[first:]; len(rest) > 0 && len(seq) < all; {
		p := s.partOf(rest[0])
		if p == nil {
			if len(seq) == 1 && seq[0].check == nil {
				if seq[0].check = s.file.errorCheck(seq[0].set, rest); seq[0].check != nil {
					rest = rest[1:]
					continue
				}
			}
			if !s.passes(rest[0]) && !(len(seq) == 1 && s.asksFor(seq[0].errorVariable(s.file), rest[0])) {
				return nil
			}
			rest = rest[1:]
			continue
		}
		rest = rest[1:]
		if p.check = s.file.errorCheck(p.set, rest); p.check != nil {
			rest = rest[1:]
		}
		seq = append(seq, p)
	}
	if all < 2 || len(seq) != all || !s.sameErrors(seq) {
		return nil
	}
	return seq
}

// partOf returns a statement as one that receives a part from the call's socket; nil
// if it does anything else.
func (s *site) partOf(stmt ast.Stmt) *receivedPart {
	p := &receivedPart{stmt: stmt, form: asString}
	var e ast.Expr
	switch n := stmt.(type) {
	case *ast.ExprStmt:
		e = n.X
	case *ast.AssignStmt:
		if len(n.Rhs) != 1 || len(n.Lhs) != 2 {
			return nil
		}
		e, p.set = n.Rhs[0], n
	default:
		return nil
	}
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return nil
	}
	p.site = s.byNode[call]
	if p.site == nil || p.site.Recv == nil || kind(p.site.Func.Name()) != receives ||
		s.file.Text(rangeOf(p.site.Recv)) != s.file.Text(rangeOf(s.Recv)) {
		return nil
	}
	if fl, ok := p.site.flags(call.Args[0]); !ok || fl.more || fl.dontWait {
		return nil
	}
	if p.site.Func.Name() == "RecvBytes" || s.Library == library.GoZMQ {
		p.form = asBytes
	}
	return p
}

// passes reports whether a statement between two that receive parts always goes on to
// the next one and has nothing to do with the socket.
func (s *site) passes(stmt ast.Stmt) bool {
	name := s.file.Text(rangeOf(s.Recv))
	ok := true
	ast.Inspect(stmt, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ReturnStmt, *ast.BranchStmt, *ast.FuncLit:
			ok = false
		case *ast.CallExpr:
			if o := s.byNode[n]; o != nil {
				ok = false
			}
		case ast.Expr:
			if s.file.Text(rangeOf(n)) == name {
				ok = false
			}
		}
		return ok
	})
	return ok
}

// asksFor reports whether a statement is one if that leaves what follows it undone
// where an error is a certain one, not nil.
func (s *site) asksFor(err types.Object, stmt ast.Stmt) bool {
	n, ok := stmt.(*ast.IfStmt)
	if !ok || err == nil || n.Init != nil || n.Else != nil || !ends(n) {
		return false
	}
	switch cond := ast.Unparen(n.Cond).(type) {
	case *ast.BinaryExpr:
		if cond.Op != token.EQL || s.file.Info.Types[cond.Y].IsNil() {
			return false
		}
		if inner := s.file.asErrno(cond.X); inner != nil {
			return s.file.isVariable(inner, err)
		}
		return s.file.isVariable(cond.X, err)
	case *ast.CallExpr:
		sel, ok := cond.Fun.(*ast.SelectorExpr)
		return ok && sel.Sel.Name == "Is" && len(cond.Args) == 2 && s.file.isVariable(cond.Args[0], err)
	}
	return false
}

func (f *file) isVariable(e ast.Expr, v types.Object) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	return ok && f.Info.ObjectOf(id) == v
}

// sameErrors reports whether it is the same to look at the errors of some parts as to
// look at that of the first: the others succeed when that has.
func (s *site) sameErrors(seq []*receivedPart) bool {
	first := seq[0].errorVariable(s.file)
	if seq[0].check != nil && !ends(seq[0].check) {
		return false
	}
	for _, p := range seq[1:] {
		v := p.errorVariable(s.file)
		switch {
		case v == nil:
			if p.set != nil && !isBlank(p.set.Lhs[1]) {
				return false
			}
		case first == nil: // gets the error of the whole message
		case v == first:
		case p.check == nil || !s.file.usedOnlyIn(v, p.check):
			return false
		}
	}
	return true
}

// errorVariable returns the variable that gets the error of a part; nil if there is
// none.
func (p *receivedPart) errorVariable(f *file) types.Object {
	if p.set == nil || isBlank(p.set.Lhs[1]) {
		return nil
	}
	id, ok := p.set.Lhs[1].(*ast.Ident)
	if !ok {
		return nil
	}
	return f.Info.ObjectOf(id)
}

// ends reports whether a statement if leaves what follows it undone.
func ends(check ast.Stmt) bool {
	body := check.(*ast.IfStmt).Body.List
	if len(body) == 0 {
		return false
	}
	switch n := body[len(body)-1].(type) {
	case *ast.ReturnStmt, *ast.BranchStmt:
		return true
	case *ast.ExprStmt:
		call, ok := n.X.(*ast.CallExpr)
		if !ok {
			return false
		}
		switch fun := call.Fun.(type) {
		case *ast.Ident:
			return fun.Name == "panic"
		case *ast.SelectorExpr:
			switch fun.Sel.Name {
			case "Fatal", "Fatalf", "Fatalln", "Exit", "Panic", "Panicf", "Panicln", "FailNow", "SkipNow":
				return true
			}
		}
	}
	return false
}

// usedOnlyIn reports whether a variable is mentioned within a statement alone, apart
// from its declaration.
func (f *file) usedOnlyIn(v types.Object, stmt ast.Stmt) bool {
	for _, c := range f.uses[v] {
		if c.Node().Pos() < stmt.Pos() || c.Node().End() > stmt.End() {
			return false
		}
	}
	return true
}

// receiveParts makes the first of some calls receive a whole message, and the others
// take their parts of it.
func (s *site) receiveParts(seq []*receivedPart) func() {
	for _, p := range seq[1:] {
		s.consumed[p.site.Node] = true
	}
	return func() {
		f := s.file
		call := []any{f.call(exactParts) + "(" + f.context(s.Node.Pos()) + ", ", rangeOf(s.Recv), ", " + strconv.Itoa(len(seq)) + ")"}
		f.edits.Replace(rangeOf(s.Node), call...)
		first := seq[0].errorVariable(f)
		err := ""
		if first == nil && slices.ContainsFunc(seq, func(p *receivedPart) bool { return p.errorVariable(f) != nil }) {
			err = f.fresh("recvErr")
		}
		m := f.firstPart(seq[0], err)
		for i, p := range seq[1:] {
			f.nextPart(p, m, i+1, err)
			if p.check != nil && err == "" && (seq[0].check != nil || p.errorVariable(f) != first) {
				f.remove(p.check)
			}
		}
		f.note(s.Node, "a message that has not %d parts is an error here now", len(seq))
	}
}

// firstPart writes the statement of the first part, with a name for the error if it
// had none, and returns the name of the message.
func (f *file) firstPart(p *receivedPart, err string) string {
	m := f.fresh("m")
	if p.set == nil {
		f.edits.Insert(p.stmt.Pos(), m+", "+cmp.Or(err, "_")+" := ")
		return m
	}
	to := p.set.Lhs[0]
	op := " = "
	if f.newVariable(to) != nil {
		op = " := "
	}
	if !isBlank(to) {
		f.after(p.set, f.Text(rangeOf(to))+op+p.form.part(m, 0))
	}
	f.edits.Replace(rangeOf(to), m)
	if err != "" {
		f.edits.Replace(rangeOf(p.set.Lhs[1]), err)
	}
	switch {
	case p.set.Tok == token.DEFINE:
	case isBlank(p.set.Lhs[1]):
		f.edits.Insert(p.set.TokPos, ":")
	default:
		f.edits.Insert(p.set.Pos(), "var "+m+" "+f.ours("Message")+"\n"+f.Indent(p.set.Pos()))
	}
	return m
}

// nextPart writes the statement of part i, with the error of the message if that has
// a name and the statement looks at it.
func (f *file) nextPart(p *receivedPart, m string, i int, err string) {
	if err != "" && p.errorVariable(f) != nil {
		f.edits.Replace(rangeOf(p.set.Rhs[0]), p.form.part(m, i)+", "+err)
		return
	}
	if p.set == nil || isBlank(p.set.Lhs[0]) {
		f.remove(p.stmt)
		return
	}
	op := " = "
	if f.newVariable(p.set.Lhs[0]) != nil {
		op = " := "
	}
	f.edits.Replace(rangeOf(p.set), rangeOf(p.set.Lhs[0]), op+p.form.part(m, i))
}

// part writes a part of a message as the program wants to have it.
func (fm form) part(m string, i int) string {
	frame := m + ".Frame(" + strconv.Itoa(i) + ")"
	if fm == asString {
		return "string(" + frame + ")"
	}
	return frame
}
