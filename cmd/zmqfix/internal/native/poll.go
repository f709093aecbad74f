// SPDX-License-Identifier: Apache-2.0

package native

import (
	"go/ast"
)

// pollerAdd is for pebbe's Poller.Add, which numbers the sockets.
func pollerAdd(s *site) (func(), string) {
	stmt, _ := s.statement()
	if n, ok := stmt.(*ast.AssignStmt); ok && !isBlank(n.Lhs[0]) || stmt == nil {
		return nil, "the number of a socket in a poller is used: package zmq removes and updates by socket"
	}
	return func() {
		s.file.edits.Insert(s.Node.Rparen, ", nil")
	}, ""
}

// pollerUpdate is for pebbe's Poller.UpdateBySocket.
func pollerUpdate(s *site) (func(), string) {
	drop, reason := s.dropFirst()
	if reason != "" {
		return nil, reason
	}
	return func() {
		drop()
		s.rename("Modify")
	}, ""
}

// poll is for pebbe's Poller.Poll with a time-out.
func poll(s *site) (func(), string) {
	f, arg := s.file, s.Node.Args[0]
	n, constant := f.constant(arg)
	switch {
	case !constant:
		return useAddition(pollFor, true)(s)
	case n < 0:
		return func() {
			s.rename("Wait")
			f.edits.Replace(rangeOf(arg), f.context(s.Node.Pos()))
		}, ""
	case n == 0:
		return func() { s.dropArgs(0) }, ""
	}
	stmt, c := s.statement()
	set, ok := stmt.(*ast.AssignStmt)
	if !ok || list(c) == nil {
		return useAddition(pollFor, true)(s)
	}
	return func() {
		ctx, cancel := f.fresh("pollCtx"), f.fresh("cancel")
		f.edits.Insert(set.Pos(), ctx+", "+cancel+" := "+f.std("context")+".WithTimeout("+
			f.context(s.Node.Pos())+", "+f.Text(rangeOf(arg))+")\n"+f.Indent(set.Pos()))
		s.rename("Wait")
		f.edits.Replace(rangeOf(arg), ctx)
		lines := []string{cancel + "()"}
		if err := set.Lhs[1]; !isBlank(err) {
			name := f.Text(rangeOf(err))
			lines = append(lines, "if "+f.std("errors")+".Is("+name+", "+f.std("context")+".DeadlineExceeded) {\n\t"+name+" = nil\n}")
		}
		f.after(set, lines...)
	}, ""
}
