// SPDX-License-Identifier: Apache-2.0

package native

import (
	"go/ast"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/library"
)

// newContext is for NewContext, which has a configuration in package zmq.
func newContext(s *site) (func(), string) {
	return func() {
		s.rename("NewContext")
		s.file.edits.Insert(s.Node.Rparen, s.file.ours("ContextConfig{}"))
	}, ""
}

// newSocket is for NewSocket of a context and of none.
func newSocket(s *site) (func(), string) {
	typ := s.socketType()
	if typ == "" && s.groupHas("ROUTER") {
		return s.newOfAnyType, ""
	}
	return func() {
		if s.Recv == nil {
			s.rename("NewSocket")
		}
		if settings := s.defaults(typ); settings != "" {
			s.file.edits.Insert(s.Node.Rparen, settings)
		}
		s.tellDefaults()
	}, ""
}

// newOfAnyType writes NewSocket of a type that is not known here, and may be ROUTER,
// as a call of an addition.
func (s *site) newOfAnyType() {
	var context any = s.file.ours("DefaultContext()")
	if s.Recv != nil {
		context = rangeOf(s.Recv)
	}
	s.replaceCall(s.file.call(socketOfType), []any{context, rangeOf(s.Node.Args[0])})
	s.tellDefaults()
}

// groupHas reports whether the constant of a type of sockets belongs to the group of
// the call.
func (s *site) groupHas(typ string) bool {
	for _, f := range s.files {
		for _, ref := range f.Refs {
			if constants[ref.Library][ref.Object.Name()] == typ && s.Values.Root(ref.Ident) == s.Values.Root(s.Node) {
				return true
			}
		}
	}
	return false
}

// defaults returns the settings, each after a comma, with which a socket behaves
// towards the program as it did.
func (s *site) defaults(typ string) string {
	if typ == "ROUTER" && !s.setsMandatory() {
		// With it, sending to a peer that is not there is an error. The
		// libraries drop the message.
		return ", " + s.file.ours("RouterMandatory.Of(false)")
	}
	return ""
}

// setsMandatory reports whether the program sets the option itself.
func (s *site) setsMandatory() bool {
	root := s.Origins.Root(s.Node)
	for _, o := range s.sites {
		switch o.Func.Name() {
		case "SetRouterMandatory", "SetROUTERMandatory":
			if o.Recv != nil && s.Origins.Root(o.file.OriginSlot(o.Recv)) == root {
				return true
			}
		}
	}
	return false
}

// tellDefaults says once a file which defaults are different.
func (s *site) tellDefaults() {
	key := "defaults " + s.file.Path
	if s.wanted[key] {
		return
	}
	s.wanted[key] = true
	s.file.note(s.Node, "sockets of package zmq have defaults of its own: Close waits a second at most for what is queued (Linger), heartbeats and TCP keep-alive are on, IPv6 too")
}

// term is for the end of a context.
func term(s *site) (func(), string) {
	if s.Library == library.GoZMQ {
		if stmt, _ := s.statement(); stmt == nil {
			return nil, "Close of a context is a value here"
		}
	}
	return func() {
		s.rename("Term")
		s.contextFirst()
	}, ""
}

// termDefault is for the end of the default context.
func termDefault(s *site) (func(), string) {
	return func() {
		s.file.edits.Replace(rangeOf(s.Node.Fun), s.file.ours("DefaultContext().Term"))
		s.contextFirst()
	}, ""
}

// proxy is for Proxy, which is an object in package zmq.
func proxy(s *site) (func(), string) {
	stmt, c := s.statement()
	if stmt == nil || list(c) == nil {
		return nil, "Proxy is part of an expression: make a zmq.NewProxy first, and Run it here"
	}
	f, args := s.file, s.Node.Args
	name := ""
	switch n := stmt.(type) {
	case *ast.ExprStmt:
	case *ast.AssignStmt:
		id, ok := n.Lhs[0].(*ast.Ident)
		if !ok {
			return nil, "the error of Proxy goes to something that is no variable"
		}
		name = id.Name
	default:
		return nil, "Proxy runs in a goroutine of its own: make a zmq.NewProxy first, and Run it there"
	}
	return func() {
		p := f.fresh("proxy")
		parts := []any{f.ours("NewProxy("), rangeOf(args[0]), ", ", rangeOf(args[1])}
		if !f.Info.Types[args[2]].IsNil() {
			parts = append(parts, ", ", f.ours("WithCapture("), rangeOf(args[2]), ")")
		}
		parts = append(parts, ")")
		run := p + ".Run(" + f.context(s.Node.Pos()) + ")"
		switch n := stmt.(type) {
		case *ast.ExprStmt:
			parts = append([]any{"if " + p + ", err := "}, parts...)
			parts = append(parts, "; err == nil {\n"+f.Indent(n.Pos())+"\t"+run+"\n"+f.Indent(n.Pos())+"}")
			f.edits.Replace(rangeOf(n), parts...)
		case *ast.AssignStmt:
			f.proxyAssign(n, name, p, run, parts)
		}
	}, ""
}

// proxyAssign writes the assignment of a proxy's error.
func (f *file) proxyAssign(n *ast.AssignStmt, name, p, run string, parts []any) {
	head := p + ", " + name + " := "
	if name == "_" {
		head = p + ", err := "
		f.edits.Replace(rangeOf(n), append(append([]any{"if " + head}, parts...), "; err == nil {\n"+
			f.Indent(n.Pos())+"\t_ = "+run+"\n"+f.Indent(n.Pos())+"}")...)
		return
	}
	if n.Tok.String() == "=" {
		head = "var " + p + " *" + f.ours("Proxy") + "\n" + f.Indent(n.Pos()) + p + ", " + name + " = "
	}
	f.edits.Replace(rangeOf(n), append([]any{head}, parts...)...)
	f.after(n, "if "+name+" == nil {\n\t"+name+" = "+run+"\n}")
}
