// SPDX-License-Identifier: Apache-2.0

package native

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/library"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/source"
)

func rangeOf(n ast.Node) source.Range { return source.Of(n) }

// flags are those of a call that sends or receives.
type flags struct{ more, dontWait bool }

// flags reads an argument; ok is false if it is not constant or has flags that
// have no counterpart. The argument goes with the call.
func (s *site) flags(arg ast.Expr) (fl flags, ok bool) {
	n, ok := s.file.constant(arg)
	if !ok {
		return fl, false
	}
	s.file.consume(arg)
	if s.Library == library.GoCZMQ {
		return flags{more: n&1 != 0, dontWait: n&4 != 0}, n&^5 == 0
	}
	return flags{dontWait: n&1 != 0, more: n&2 != 0}, n&^3 == 0
}

const variableFlags = "its flags are not constant"

// sendPart is for methods that send one part of a message: data, flags.
func sendPart(s *site) (func(), string) {
	fl, ok := s.flags(s.Node.Args[1])
	if !ok {
		return nil, variableFlags
	}
	if fl.more {
		return s.sendSequence(fl)
	}
	drop, reason := s.dropResults()
	if reason != "" {
		return nil, reason
	}
	return func() {
		drop()
		s.writeSend([]*site{s}, fl)
	}, ""
}

// dropResults makes the statement around a call that sends fit: pebbe's
// return a length, too.
func (s *site) dropResults() (func(), string) {
	if s.Library == library.Pebbe {
		return s.dropFirst()
	}
	return func() {}, ""
}

// writeSend makes the last of some calls send what all of them sent.
func (s *site) writeSend(parts []*site, fl flags) {
	last := parts[len(parts)-1]
	text := !fl.dontWait && !slices.ContainsFunc(parts, func(p *site) bool { return !p.sendsText() })
	var out []any
	if !fl.dontWait {
		out = append(out, s.file.context(last.Node.Pos()))
	}
	for _, p := range parts {
		if len(out) > 0 {
			out = append(out, ", ")
		}
		out = append(out, p.frame(text)...)
	}
	switch {
	case fl.dontWait:
		last.rename("TrySend")
	case text:
		last.rename("SendString")
	default:
		last.rename("Send")
	}
	s.file.edits.Replace(last.args(0), out...)
}

// sendsText reports whether the call's data is a string.
func (s *site) sendsText() bool { return s.Library == library.Pebbe && s.Func.Name() == "Send" }

// frame returns the call's data as a frame, text or bytes.
func (s *site) frame(text bool) []any {
	arg := s.Node.Args[0]
	switch {
	case s.file.Info.Types[arg].IsNil():
		return []any{"[]byte{}"}
	case s.sendsText() && !text:
		return []any{"[]byte(", rangeOf(arg), ")"}
	}
	return []any{rangeOf(arg)}
}

// A sendStmt is a statement that sends one part.
type sendStmt struct {
	site  *site
	outer ast.Stmt        // the whole statement
	check ast.Stmt        // the one behind it that looks at the error; nil if there is none
	set   *ast.AssignStmt // inside outer, nil if there is none
	shape string          // what all statements of one message have in common
	fails string          // the statement return that is all that is done about an error; "" if there is more
}

// sendStmtOf returns the statement as one that sends a part to a socket; nil if
// it does anything else.
func (s *site) sendStmtOf(stmt ast.Stmt) *sendStmt {
	out := &sendStmt{outer: stmt}
	var call ast.Expr
	switch n := stmt.(type) {
	case *ast.ExprStmt:
		call = n.X
	case *ast.AssignStmt:
		out.set, out.shape = n, "assign "+s.file.Text(source.Range{Pos: n.Lhs[0].Pos(), End: n.Lhs[len(n.Lhs)-1].End()})
	case *ast.IfStmt:
		set, ok := n.Init.(*ast.AssignStmt)
		if !ok || n.Else != nil {
			return nil
		}
		out.fails = s.file.returnText(n.Body, set)
		out.set, out.shape = set, "if "+s.file.Text(source.Range{Pos: set.Lhs[0].Pos(), End: set.Lhs[len(set.Lhs)-1].End()})+
			s.file.Text(source.Range{Pos: set.End(), End: n.End()})
	default:
		return nil
	}
	if out.set != nil {
		if len(out.set.Rhs) != 1 {
			return nil
		}
		call = out.set.Rhs[0]
	}
	c, ok := ast.Unparen(call).(*ast.CallExpr)
	if !ok {
		return nil
	}
	out.site = s.byNode[c]
	if out.site == nil || out.site.Recv == nil || len(c.Args) != 2 || !plain(s.Recv) ||
		s.file.Text(rangeOf(out.site.Recv)) != s.file.Text(rangeOf(s.Recv)) {
		return nil
	}
	return out
}

// plain reports whether an expression is a variable or a field of one, so that
// its evaluation does nothing.
func plain(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return true
	case *ast.SelectorExpr:
		return plain(e.X)
	}
	return false
}

const scattered = "sends a part of a message, and the others are not in the statements that follow: collect the frames and send them with one Send"

// sendSequence is for the first of several statements that send the parts of
// one message.
func (s *site) sendSequence(fl flags) (func(), string) {
	_, c := s.statement()
	if n, ok := c.Parent().Node().(*ast.IfStmt); ok && n.Init == c.Node() {
		c = c.Parent()
	}
	stmts := list(c)
	first := slices.IndexFunc(stmts, func(n ast.Stmt) bool { return n == c.Node() })
	if first < 0 {
		return nil, scattered
	}
	var parts []*sendStmt
	for rest := stmts[first:]; len(rest) > 0; {
		part := s.sendStmtOf(rest[0])
		if part == nil {
			return nil, scattered
		}
		pf, ok := part.site.flags(part.site.Node.Args[1])
		if !ok || pf.dontWait != fl.dontWait {
			return nil, scattered
		}
		rest = rest[1:]
		if part.check = s.file.errorCheck(part.set, rest); part.check != nil {
			part.fails = s.file.returnText(part.check.(*ast.IfStmt).Body, part.set)
			rest = rest[1:]
		} else if part.outer == part.set && len(rest) > 0 {
			part.fails = s.file.returnText(&ast.BlockStmt{List: rest[:1]}, part.set)
		}
		if parts = append(parts, part); !s.sameChecks(parts) {
			return nil, scattered
		}
		if !pf.more {
			return s.sendTogether(parts, fl)
		}
	}
	return nil, scattered
}

// errorCheck returns the first of some statements if that does nothing but
// look at the error that an assignment before it has got.
func (f *file) errorCheck(set *ast.AssignStmt, rest []ast.Stmt) ast.Stmt {
	if set == nil || len(rest) == 0 {
		return nil
	}
	check, ok := rest[0].(*ast.IfStmt)
	if !ok || check.Init != nil || check.Else != nil {
		return nil
	}
	if f.Text(rangeOf(check.Cond)) != f.Text(rangeOf(set.Lhs[len(set.Lhs)-1]))+" != nil" {
		return nil
	}
	return check
}

// sameChecks reports whether the last two of some statements look at their
// errors in the same way.
func (s *site) sameChecks(parts []*sendStmt) bool {
	if len(parts) < 2 {
		return true
	}
	first, last := parts[len(parts)-2], parts[len(parts)-1]
	if first.fails != "" && first.fails == last.fails && (first.check != nil || first.outer != first.set) {
		return true
	}
	if first.shape != last.shape {
		return false
	}
	if first.check == nil || last.check == nil {
		return first.check == last.check
	}
	return s.file.Text(rangeOf(first.check)) == s.file.Text(rangeOf(last.check))
}

// returnText returns the text of a body that does nothing but return, with the error
// that an assignment has got as the last result; "" if it does anything else.
func (f *file) returnText(body *ast.BlockStmt, set *ast.AssignStmt) string {
	if len(body.List) != 1 || set == nil {
		return ""
	}
	ret, ok := body.List[0].(*ast.ReturnStmt)
	if !ok || len(ret.Results) == 0 ||
		f.Text(rangeOf(ret.Results[len(ret.Results)-1])) != f.Text(rangeOf(set.Lhs[len(set.Lhs)-1])) {
		return ""
	}
	return f.Text(rangeOf(ret))
}

// sendTogether writes one statement in place of several.
func (s *site) sendTogether(parts []*sendStmt, fl flags) (func(), string) {
	last := parts[len(parts)-1]
	drop, reason := last.site.dropResults()
	if reason != "" {
		return nil, reason
	}
	var sites []*site
	for _, p := range parts {
		sites = append(sites, p.site)
		if p.site != s {
			s.consumed[p.site.Node] = true
		}
	}
	return func() {
		drop()
		for _, p := range parts[:len(parts)-1] {
			s.file.remove(p.outer)
			if p.check != nil {
				s.file.remove(p.check)
			}
		}
		if set := parts[0].set; set != nil && set == parts[0].outer && last.set != nil && set.Tok == token.DEFINE && last.set.Tok == token.ASSIGN {
			s.file.edits.Replace(source.Range{Pos: last.set.TokPos, End: last.set.TokPos + 1}, ":=")
		}
		s.writeSend(sites, fl)
	}, ""
}

// remove takes a statement away, with its lines if it has them for itself.
func (f *file) remove(stmt ast.Stmt) {
	line := f.Line(rangeOf(stmt))
	before := f.Text(source.Range{Pos: line.Pos, End: stmt.Pos()})
	after := strings.TrimSpace(f.Text(source.Range{Pos: stmt.End(), End: line.End}))
	switch {
	case strings.TrimSpace(before) == "" && after == "":
		f.edits.Delete(line)
	case strings.HasPrefix(after, ";"):
		end := stmt.End()
		for f.Text(source.Range{Pos: end, End: end + 1}) != ";" {
			end++
		}
		f.edits.Delete(source.Range{Pos: stmt.Pos(), End: end + 1})
	default:
		f.edits.Delete(rangeOf(stmt))
	}
}

// sendParts is for methods that send all parts of a message, given as one
// slice, and perhaps flags.
func sendParts(s *site) (func(), string) {
	var fl flags
	if len(s.Node.Args) == 2 {
		var ok bool
		if fl, ok = s.flags(s.Node.Args[1]); !ok {
			return nil, variableFlags
		}
		if fl.more {
			return nil, scattered
		}
	}
	parts := s.spread(s.Node.Args[0])
	if parts == nil {
		return nil, "sends no frames"
	}
	return func() {
		if fl.dontWait {
			s.rename("TrySend")
		} else {
			s.rename("Send")
			parts = append([]any{s.file.context(s.Node.Pos()), ", "}, parts...)
		}
		s.file.edits.Replace(s.args(0), parts...)
	}, ""
}

// spread returns a slice of frames as arguments: the elements of a literal, or
// the slice with three points.
func (s *site) spread(arg ast.Expr) []any {
	lit, ok := ast.Unparen(arg).(*ast.CompositeLit)
	if !ok {
		return []any{rangeOf(arg), "..."}
	}
	var parts []any
	for i, e := range lit.Elts {
		if _, keyed := e.(*ast.KeyValueExpr); keyed {
			return []any{rangeOf(arg), "..."}
		}
		if i > 0 {
			parts = append(parts, ", ")
		}
		if inner, ok := e.(*ast.CompositeLit); ok && inner.Type == nil {
			parts = append(parts, "[]byte")
		}
		parts = append(parts, rangeOf(e))
	}
	return parts
}
