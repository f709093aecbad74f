// SPDX-License-Identifier: Apache-2.0

package native

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/flow"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/library"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/source"
	"golang.org/x/tools/go/ast/inspector"
)

// A site is one call of a library while it is rewritten.
type site struct {
	*rewriter
	*flow.Call
	file *file
	emit func() // writes the edits; nil if there are none
}

// A rule says how a call is rewritten, or why it is not.
type rule func(*site) (emit func(), reason string)

// rule applies the rule for the called function.
func (s *site) rule() (func(), string) {
	if s.Node.Ellipsis.IsValid() && !s.variadic() {
		return nil, "has a list of arguments"
	}
	if s.creates() {
		if reason := s.exchanges(); reason != "" {
			return nil, reason
		}
	}
	name := s.Name()
	if s.Library == library.GoCZMQ {
		name = czmqName(s.Call)
	}
	if r := rules[s.Library][name]; r != nil {
		return r(s)
	}
	if r := s.optionRule(); r != nil {
		return r(s)
	}
	return nil, s.Func.Name() + " has no certain counterpart in package zmq"
}

func (s *site) variadic() bool { return s.Func.Signature().Variadic() }

// as is the rule for what has the same name, arguments and results.
func as(name string) rule {
	return func(s *site) (func(), string) {
		return func() { s.rename(name) }, ""
	}
}

// reject is the rule for what is never certain.
func reject(reason string) rule {
	return func(*site) (func(), string) { return nil, reason }
}

// rename changes the name of the method, or of the function with its package.
func (s *site) rename(name string) {
	f := s.file
	if s.Recv != nil {
		sel := ast.Unparen(s.Node.Fun).(*ast.SelectorExpr)
		if sel.Sel.Name != name {
			f.edits.Replace(source.Of(sel.Sel), name)
		}
		return
	}
	f.edits.Replace(source.Of(s.Node.Fun), f.ours(name))
}

// contextFirst puts a context in front of the arguments.
func (s *site) contextFirst() {
	text := s.file.context(s.Node.Pos())
	if len(s.Node.Args) > 0 {
		s.file.edits.Insert(s.Node.Args[0].Pos(), text+", ")
	} else {
		s.file.edits.Insert(s.Node.Rparen, text)
	}
}

// dropArgs takes the arguments from number i on away.
func (s *site) dropArgs(i int) {
	args := s.Node.Args
	from := s.Node.Lparen + 1
	if i > 0 {
		from = args[i-1].End()
	}
	s.file.edits.Delete(source.Range{Pos: from, End: args[len(args)-1].End()})
}

// args returns the range of all arguments from number i on.
func (s *site) args(i int) source.Range {
	return source.Range{Pos: s.Node.Args[i].Pos(), End: s.Node.Args[len(s.Node.Args)-1].End()}
}

// statement returns the statement that is nothing but the call, or the
// assignment of its results; nil if the call is part of something else.
func (s *site) statement() (ast.Stmt, inspector.Cursor) {
	p := s.Cursor.Parent()
	for {
		if _, ok := p.Node().(*ast.ParenExpr); !ok {
			break
		}
		p = p.Parent()
	}
	switch n := p.Node().(type) {
	case *ast.ExprStmt:
		return n, p
	case *ast.GoStmt:
		return n, p
	case *ast.DeferStmt:
		return n, p
	case *ast.AssignStmt:
		if len(n.Rhs) == 1 {
			return n, p
		}
	}
	return nil, p
}

// list returns the statements that a statement is one of; nil if it is no
// statement of a block, but of the head of an if, say.
func list(c inspector.Cursor) []ast.Stmt {
	switch n := c.Parent().Node().(type) {
	case *ast.BlockStmt:
		return n.List
	case *ast.CaseClause:
		for _, s := range n.Body {
			if s == c.Node() {
				return n.Body
			}
		}
	case *ast.CommClause:
		for _, s := range n.Body {
			if s == c.Node() {
				return n.Body
			}
		}
	}
	return nil
}

// dropFirst makes a statement do without the first of two results, which must
// be unused: the call has one result less.
func (s *site) dropFirst() (func(), string) {
	stmt, _ := s.statement()
	switch n := stmt.(type) {
	case *ast.ExprStmt, *ast.GoStmt, *ast.DeferStmt:
		return func() {}, ""
	case *ast.AssignStmt:
		if len(n.Lhs) == 2 && isBlank(n.Lhs[0]) {
			return func() {
				s.file.edits.Delete(source.Range{Pos: n.Lhs[0].Pos(), End: n.Lhs[1].Pos()})
				if isBlank(n.Lhs[1]) && n.Tok == token.DEFINE {
					s.file.edits.Replace(source.Range{Pos: n.TokPos, End: n.TokPos + 2}, "=")
				}
			}, ""
		}
		return nil, "the first result of " + s.Func.Name() + " is used, and package zmq has none"
	}
	return nil, "the results of " + s.Func.Name() + " are used in an expression, and package zmq has other ones"
}

// noError makes a statement that takes a value and an error take the value
// alone from an expression that cannot fail.
func (s *site) noError(expression func()) (func(), string) {
	stmt, c := s.statement()
	n, ok := stmt.(*ast.AssignStmt)
	if !ok || len(n.Lhs) != 2 {
		return nil, "the results of " + s.Func.Name() + " are used in an expression, and package zmq has other ones"
	}
	check := s.file.checkOf(n, c)
	return func() {
		expression()
		if isBlank(n.Lhs[1]) || check != nil {
			s.file.edits.Delete(source.Range{Pos: n.Lhs[0].End(), End: n.Lhs[1].End()})
			if check != nil {
				s.file.remove(check)
			}
		} else {
			s.file.edits.Insert(n.End(), ", error(nil)")
			s.file.note(n, "%s cannot fail any more: the error is always nil", s.Func.Name())
		}
	}, ""
}

// checkOf returns the statement if err != nil behind an assignment of an error
// that no other statement reads. What comes next for the variable, if anything, is
// another assignment.
func (f *file) checkOf(n *ast.AssignStmt, c inspector.Cursor) ast.Stmt {
	id, ok := n.Lhs[1].(*ast.Ident)
	if !ok {
		return nil
	}
	stmts := list(c)
	i := slices.Index(stmts, ast.Stmt(n))
	if i < 0 || i+1 >= len(stmts) {
		return nil
	}
	check := f.errorCheck(n, stmts[i+1:])
	if check == nil {
		return nil
	}
	for loop := range c.Enclosing((*ast.ForStmt)(nil), (*ast.RangeStmt)(nil), (*ast.FuncLit)(nil)) {
		if _, ok := loop.Node().(*ast.FuncLit); !ok {
			return nil
		}
		break
	}
	for _, use := range f.uses[f.Info.ObjectOf(id)] {
		if use.Node().Pos() < check.End() {
			continue
		}
		set, ok := use.Parent().Node().(*ast.AssignStmt)
		if !ok || !slices.Contains(set.Lhs, ast.Expr(use.Node().(*ast.Ident))) {
			return nil
		}
		return check
	}
	if v := f.newVariable(id); v == nil && f.isResult(id) {
		return nil
	}
	return check
}

// isResult reports whether a variable may be read where it is not mentioned:
// a result of the function, or one of the package.
func (f *file) isResult(id *ast.Ident) bool {
	v, ok := f.Info.ObjectOf(id).(*types.Var)
	return !ok || v.Kind() != types.LocalVar
}

func isBlank(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "_"
}

// after writes lines behind a statement of a block.
func (f *file) after(stmt ast.Stmt, lines ...string) {
	end := f.Line(source.Of(stmt)).End
	rest := f.Text(source.Range{Pos: stmt.End(), End: end})
	if rest = strings.TrimSpace(rest); rest != "" && !strings.HasPrefix(rest, "//") {
		for _, l := range lines {
			f.edits.Insert(stmt.End(), "; "+l)
		}
		return
	}
	indent := f.Indent(stmt.Pos())
	for _, l := range lines {
		f.edits.Insert(end, indent+strings.ReplaceAll(l, "\n", "\n"+indent)+"\n")
	}
}

// creates reports whether the call makes a socket.
func (s *site) creates() bool {
	switch s.Library {
	case library.Pebbe, library.GoZMQ:
		return s.Func.Name() == "NewSocket"
	case library.GoZeroMQ:
		return s.Recv == nil && socketTypes[strings.TrimPrefix(s.Func.Name(), "New")] != ""
	case library.GoCZMQ:
		return s.Recv == nil && (s.Func.Name() == "NewSock" || socketTypes[strings.TrimPrefix(s.Func.Name(), "New")] != "")
	}
	return false
}

// socketType returns the type of the socket that the call makes, as package zmq
// spells it; "" if it is not known.
func (s *site) socketType() string {
	if s.Library == library.GoZeroMQ || s.Func.Name() != "NewSock" && s.Library == library.GoCZMQ {
		return socketTypes[strings.TrimPrefix(s.Func.Name(), "New")]
	}
	c := s.file.constantObject(s.Node.Args[0])
	if c == nil {
		return ""
	}
	if name := constants[s.Library][c.Name()]; name != "" {
		return name
	}
	return socketTypes[c.Name()]
}

// attaches reports whether the call binds or connects.
func (s *site) attaches() bool {
	switch s.Func.Name() {
	case "Bind", "Connect", "Listen", "Dial", "Attach":
		return s.Recv != nil
	}
	return s.Library == library.GoCZMQ && s.creates() && s.Func.Name() != "NewSock"
}

// monitors reports whether the call makes events of a socket available to another
// one, by inproc.
func (s *site) monitors() bool { return s.Recv != nil && s.Func.Name() == "Monitor" }

// mayBeInproc reports whether the endpoint of a call that attaches may be one
// within the process.
func (s *site) mayBeInproc() bool {
	if len(s.Node.Args) == 0 {
		return true
	}
	begin, whole := s.file.beginning(s.Node.Args[0])
	if whole {
		return strings.Contains(begin, "inproc:")
	}
	// The lists of endpoints of goczmq go on after a comma.
	return !strings.Contains(begin, "://") || strings.HasPrefix(begin, "inproc:") || s.Library == library.GoCZMQ
}

// beginning returns the text that a string begins with, as far as it is known, and
// whether that is all of it.
func (f *file) beginning(e ast.Expr) (text string, whole bool) {
	if value := f.Info.Types[e].Value; value != nil && value.Kind() == constant.String {
		return constant.StringVal(value), true
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.BinaryExpr:
		begin, whole := f.beginning(e.X)
		if !whole {
			return begin, false
		}
		end, whole := f.beginning(e.Y)
		return begin + end, whole
	case *ast.CallExpr:
		if f.calls(e) == "Sprintf" && len(e.Args) > 0 {
			format, _ := f.beginning(e.Args[0])
			begin, _, _ := strings.Cut(format, "%")
			return begin, false
		}
	}
	return "", false
}

// ofDefaultContext reports whether the call is about a default context as
// a whole.
func (s *site) ofDefaultContext() bool {
	if s.Recv != nil {
		return false
	}
	switch name := s.Func.Name(); s.Library {
	case library.Pebbe:
		return strings.HasPrefix(name, "Auth") && name != "AuthCurvePublic" && name != "AuthMetaBlob" || name == "Term" ||
			name == "SetBlocky" || name == "SetIpv6" || name == "SetMaxMsgsz" || name == "SetMaxSockets"
	case library.GoCZMQ:
		return name == "NewAuth" || name == "Shutdown"
	}
	return false
}

// typeOf returns the type of an expression, written with package paths.
func (f *file) typeOf(e ast.Expr) string {
	t := f.Info.TypeOf(e)
	if t == nil {
		return ""
	}
	if b, ok := t.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		return types.Default(t).String()
	}
	return t.String()
}
