// SPDX-License-Identifier: Apache-2.0

package native

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/library"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/source"
	"golang.org/x/tools/go/ast/inspector"
)

// A form is what a program wants to have of a received message.
type form struct {
	method string // of zmq.Message
	index  string // what an element is in terms of Frame; "" where there are none
}

var (
	asString  = form{method: "String()"}
	asBytes   = form{method: "Bytes()"}
	asStrings = form{method: "Strings()", index: "string("}
	asFrames  = form{method: "Frames()", index: "("}
)

// receivePart is for methods that receive one part, which is certain where it
// is the only one.
func receivePart(fm form) rule {
	return func(s *site) (func(), string) {
		if seq := s.parts(); seq != nil {
			return s.receiveParts(seq), ""
		}
		if reason := s.severalParts(); reason != "" {
			return nil, reason
		}
		return s.receive(fm)
	}
}

// receiveWhole is for methods that receive all parts of a message.
func receiveWhole(fm form) rule {
	return func(s *site) (func(), string) { return s.receive(fm) }
}

// receive rewrites a call that returns data and an error.
func (s *site) receive(fm form) (func(), string) {
	var fl flags
	if len(s.Node.Args) == 1 {
		var ok bool
		if fl, ok = s.flags(s.Node.Args[0]); !ok || fl.more {
			return nil, variableFlags
		}
	}
	fl.dontWait = fl.dontWait || s.Library == library.GoCZMQ && strings.HasSuffix(s.Func.Name(), "NoWait")
	call := func() {
		if len(s.Node.Args) == 1 {
			s.dropArgs(0)
		}
		if fl.dontWait {
			s.rename("TryRecv")
			return
		}
		s.rename("Recv")
		s.file.edits.Insert(s.Node.Rparen, s.file.context(s.Node.Pos()))
	}
	return s.receiveInto(fm, call)
}

// receiveInto finds out where the data of a received message goes, and makes
// that fit.
func (s *site) receiveInto(fm form, call func()) (func(), string) {
	stmt, c := s.statement()
	switch n := stmt.(type) {
	case *ast.ExprStmt, *ast.GoStmt, *ast.DeferStmt:
		return call, ""
	case *ast.AssignStmt:
		last := len(n.Lhs) - 1
		if last > 1 && !isBlank(n.Lhs[1]) {
			return nil, "asks whether more parts follow: receive whole messages"
		}
		all := func() {
			call()
			if last > 1 { // goczmq's flag in the middle
				s.file.edits.Delete(source.Range{Pos: n.Lhs[0].End(), End: n.Lhs[1].End()})
			}
		}
		if isBlank(n.Lhs[0]) {
			return all, ""
		}
		if v := s.file.newVariable(n.Lhs[0]); v != nil {
			if uses, ok := s.file.readsOf(v, fm, list(c) == nil); ok {
				return func() {
					all()
					s.file.retype(uses, fm)
				}, ""
			}
		}
		if list(c) == nil {
			return nil, "what is received here is changed later: declare it in a statement of its own"
		}
		return func() {
			all()
			s.file.convert(n, fm)
		}, ""
	}
	return nil, "the results of " + s.Func.Name() + " are used in an expression, and package zmq has other ones"
}

// newVariable returns the variable that an identifier on a left side declares.
func (f *file) newVariable(e ast.Expr) *types.Var {
	id, ok := e.(*ast.Ident)
	if !ok {
		return nil
	}
	v, _ := f.Info.Defs[id].(*types.Var)
	return v
}

// convert puts a statement behind an assignment that takes what it wants from
// the message.
func (f *file) convert(n *ast.AssignStmt, fm form) {
	m := f.fresh("m")
	to := f.Text(rangeOf(n.Lhs[0]))
	op := " = "
	if f.newVariable(n.Lhs[0]) != nil {
		op = " := "
	}
	f.edits.Replace(rangeOf(n.Lhs[0]), m)
	if n.Tok == token.ASSIGN {
		f.edits.Insert(n.Pos(), "var "+m+" "+f.ours("Message")+"\n"+f.Indent(n.Pos()))
	}
	f.after(n, to+op+m+"."+fm.method)
}

// readsOf returns the mentions of a variable if the message itself can take its
// place: if it is only read, and not so often that the text gets worse.
// Where it must be so, it may be read as often as it likes.
func (f *file) readsOf(v *types.Var, fm form, must bool) (uses []inspector.Cursor, ok bool) {
	uses = f.uses[v]
	whole := 0
	for _, c := range uses {
		switch f.readAs(c, fm) {
		case changed:
			return nil, false
		case wholeSlice:
			whole++
		}
	}
	if fm.index != "" {
		// Each mention gets a slice of its own: one is certain, many are not.
		return uses, whole == 0 || whole == 1 && len(uses) == 1
	}
	return uses, must || len(uses) <= 2
}

// A reading is what a mention of a received variable does with it.
type reading uint8

const (
	changed    reading = iota // assigns to it, or takes its address
	wholeSlice                // uses it as a slice
	read                      // reads it, an element, its length, or all elements once
)

// readAs tells what the mention of a variable at c does with it.
func (f *file) readAs(c inspector.Cursor, fm form) reading {
	switch n := c.Parent().Node().(type) {
	case *ast.AssignStmt:
		for _, e := range n.Lhs {
			if e == c.Node() {
				return changed
			}
		}
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			return changed
		}
	case *ast.IncDecStmt:
		return changed
	case *ast.RangeStmt:
		if n.X != c.Node() {
			return changed
		}
		return read
	case *ast.IndexExpr:
		if fm.index != "" && n.X == c.Node() {
			if f.readAs(c.Parent(), form{}) == changed {
				return changed
			}
			return read
		}
	case *ast.CallExpr:
		if fm.index == "" {
			break
		}
		switch f.calls(n) {
		case "len":
			return read
		case "Join", "SendMessage", "SendMultipart", "Sprint", "Sprintf", "Sprintln", "Print", "Printf", "Println", "Fatal", "Fatalf", "Fatalln":
			return read
		}
	}
	if fm.index == "" {
		return read
	}
	return wholeSlice
}

// calls returns the name of the function that a call names.
func (f *file) calls(n *ast.CallExpr) string {
	switch fun := ast.Unparen(n.Fun).(type) {
	case *ast.Ident:
		return fun.Name
	case *ast.SelectorExpr:
		return fun.Sel.Name
	}
	return ""
}

// retype makes mentions of a variable that holds a zmq.Message now read what
// they read before.
//
// It does so after all calls have been written, whose edits are around these.
func (f *file) retype(uses []inspector.Cursor, fm form) {
	f.w.later = append(f.w.later, func() { f.retypeNow(uses, fm) })
}

func (f *file) retypeNow(uses []inspector.Cursor, fm form) {
	for _, c := range uses {
		id := c.Node()
		switch n := c.Parent().Node().(type) {
		case *ast.IndexExpr:
			if fm.index != "" && n.X == id {
				f.edits.Replace(rangeOf(n), elementOf(fm, n)...)
				continue
			}
		case *ast.CallExpr:
			switch {
			case fm.index != "" && f.calls(n) == "len":
				f.edits.Replace(rangeOf(n), rangeOf(id), ".Len()")
				continue
			case fm == asBytes && f.isConversion(n, "string"):
				f.edits.Replace(rangeOf(n), rangeOf(id), ".String()")
				continue
			}
		}
		f.edits.Replace(rangeOf(id), rangeOf(id), "."+fm.method)
	}
}

// elementOf writes an element of a message's slice as a frame.
func elementOf(fm form, n *ast.IndexExpr) []any {
	if fm == asFrames {
		return []any{rangeOf(n.X), ".Frame(", rangeOf(n.Index), ")"}
	}
	return []any{"string(", rangeOf(n.X), ".Frame(", rangeOf(n.Index), "))"}
}

// isConversion reports whether a call converts to a basic type.
func (f *file) isConversion(n *ast.CallExpr, to string) bool {
	tv := f.Info.Types[n.Fun]
	return tv.IsType() && tv.Type.String() == to
}

const maybeParts = "takes one part of a message, and there may be more: receive whole messages, or run zmqfix -single-part if every message has one part"

// severalParts says why a call that receives one part may not receive a whole
// message; "" if it certainly does. A REQ or a REP that sends after each part
// it receives cannot have left any unread: sending would fail.
func (s *site) severalParts() string {
	root := s.Origins.Root(s.file.OriginSlot(s.Recv))
	lockstep := false
	type event struct {
		pos  token.Pos
		recv bool
	}
	events := map[ast.Node][]event{}
	for _, o := range s.sites {
		if o.creates() && s.Origins.Root(o.Node) == root {
			switch o.socketType() {
			case "REQ", "REP":
				lockstep = true
			default:
				lockstep = false
			}
			if !lockstep && !s.options.SinglePart {
				return maybeParts
			}
			continue
		}
		if o.Recv == nil || o.Func.Name() == "Context" || s.Origins.Root(o.file.OriginSlot(o.Recv)) != root {
			continue
		}
		switch kind(o.Func.Name()) {
		case asksMore:
			return "the program asks whether more parts follow: receive whole messages"
		case receives, sends:
			fn := o.function()
			events[fn] = append(events[fn], event{o.Node.Pos(), kind(o.Func.Name()) == receives})
		}
	}
	if !lockstep && !s.options.SinglePart {
		return maybeParts
	}
	for _, in := range events {
		slices.SortFunc(in, func(a, b event) int { return cmp.Compare(a.pos, b.pos) })
		sent := false
		for i, e := range in {
			if e.recv && i > 0 && in[i-1].recv {
				return "two calls in a row receive parts: receive whole messages"
			}
			sent = sent || !e.recv
		}
		if !sent && !s.options.SinglePart {
			return maybeParts
		}
	}
	return ""
}

// What a method does with messages.
type doing uint8

const (
	nothing doing = iota
	receives
	sends
	asksMore
)

func kind(method string) doing {
	switch method {
	case "Recv", "RecvBytes", "RecvFrame", "RecvFrameNoWait":
		return receives
	case "Send", "SendBytes", "SendMessage", "SendMessageDontwait", "SendMultipart", "SendFrame":
		return sends
	case "GetRcvmore", "RcvMore":
		return asksMore
	}
	return nothing
}

// function returns the function that the call is in.
func (s *site) function() ast.Node {
	for c := range s.Cursor.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		return c.Node()
	}
	return nil
}
