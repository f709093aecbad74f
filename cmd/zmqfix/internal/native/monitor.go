// SPDX-License-Identifier: Apache-2.0

package native

import (
	"go/ast"
	"go/constant"
	"go/types"
	"strings"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/library"
)

// monitor is for Monitor of pebbe and gozmq, which sends events in libzmq's format.
func monitor(s *site) (func(), string) {
	value := s.file.Info.Types[s.Node.Args[0]].Value
	if value == nil || value.Kind() != constant.String || constant.StringVal(value) == "" {
		return nil, "the address of the monitor is not constant: an empty one ends it, and package zmq has StopMonitorTo for that"
	}
	return func() {
		s.rename("MonitorTo")
		s.file.edits.Insert(s.Node.Rparen, ", 1, "+s.file.ours("PAIR"))
	}, ""
}

// receiveEvent is for pebbe's RecvEvent.
func receiveEvent(s *site) (func(), string) {
	fl, ok := s.flags(s.Node.Args[0])
	if !ok || fl.more || fl.dontWait {
		return nil, "receives an event without waiting: use zmq.Socket.Monitor"
	}
	return func() {
		s.replaceCall(s.file.call(monitorEvent), []any{s.file.context(s.Node.Pos()), rangeOf(s.Recv)})
	}, ""
}

// eventText is for the String method of pebbe's events, whose names begin with
// EVENT_.
func eventText(s *site) (func(), string) {
	if !s.file.isEventVariable(s.Recv) {
		return nil, "the text of a set of events is another one in package zmq"
	}
	return func() {
		s.file.edits.Replace(rangeOf(s.Node), `("EVENT_" + `, rangeOf(s.Recv), ".String())")
	}, ""
}

// isEventVariable reports whether an expression is a variable that holds an event
// of pebbe's.
func (f *file) isEventVariable(e ast.Expr) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return false
	}
	v, ok := f.Info.ObjectOf(id).(*types.Var)
	return ok && isEvent(v.Type())
}

func isEvent(t types.Type) bool {
	n, ok := t.(*types.Named)
	return ok && n.Obj().Pkg() != nil && library.Of(n.Obj().Pkg().Path()) == library.Pebbe && n.Obj().Name() == "Event"
}

// A printedEvent is an event that fmt or log print.
type printedEvent struct {
	file *file
	arg  *ast.Ident
}

// findPrinted looks for events that are printed, and pins those whose text is not
// certain.
func (w *rewriter) findPrinted() {
	for _, f := range w.files {
		for c := range f.Inspect.Root().Preorder((*ast.CallExpr)(nil)) {
			call := c.Node().(*ast.CallExpr)
			sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
			if !ok {
				continue
			}
			fn, ok := f.Info.Uses[sel.Sel].(*types.Func)
			if !ok || fn.Pkg() == nil || fn.Pkg().Path() != "fmt" && fn.Pkg().Path() != "log" {
				continue
			}
			for _, arg := range call.Args {
				id, ok := arg.(*ast.Ident)
				if !ok || !f.isEventVariable(id) {
					continue
				}
				w.printed = append(w.printed, &printedEvent{f, id})
				if strings.HasSuffix(fn.Name(), "f") && !f.printsText(call) {
					w.Values.Pin(f.Slot(id), id.Pos(), "is printed as a number, or by a format that is not constant")
				}
			}
		}
	}
}

// printsText reports whether the format of a call that prints has no verbs but
// those for text and, for other arguments than events, for numbers.
func (f *file) printsText(call *ast.CallExpr) bool {
	var verbs []byte
	first := 0
	for i, arg := range call.Args {
		value := f.Info.Types[arg].Value
		if value == nil || value.Kind() != constant.String {
			continue
		}
		parts := strings.Split(strings.ReplaceAll(constant.StringVal(value), "%%", ""), "%")
		for _, part := range parts[1:] {
			rest := strings.TrimLeft(part, "0123456789.-+# ")
			if rest == "" || strings.HasPrefix(rest, "[") || strings.HasPrefix(rest, "*") {
				return false
			}
			verbs = append(verbs, rest[0])
		}
		first = i + 1
		break
	}
	for i, arg := range call.Args[first:] {
		if f.isEventVariable(arg) && (i >= len(verbs) || verbs[i] != 'v' && verbs[i] != 's') {
			return false
		}
	}
	return first > 0
}

// writePrinted gives printed events the text that they had.
func (w *rewriter) writePrinted() {
	for _, p := range w.printed {
		if !w.Values.Pinned(p.file.Slot(p.arg)) {
			p.file.edits.Replace(rangeOf(p.arg), `"EVENT_"+`, rangeOf(p.arg), ".String()")
		}
	}
}
