// SPDX-License-Identifier: Apache-2.0

package native

import (
	"go/ast"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/source"
)

// errorSwitch is for a switch over an error, or over AsErrno of one.
func (f *file) errorSwitch(n *ast.SwitchStmt) {
	if n.Tag == nil {
		return
	}
	e := n.Tag
	if f.comparesText(n, n.Tag) {
		return
	}
	if inner := f.asErrno(n.Tag); inner != nil {
		e = inner
	} else if !f.isError(n.Tag) || len(f.sourcesOf(n.Tag)) == 0 {
		return
	}
	op := f.add(n, e, true, nil)
	if e != n.Tag {
		f.w.Values.Join(n, ast.Unparen(n.Tag))
	}
	type choice struct {
		at     ast.Expr
		target func() []any
	}
	var choices []choice
	for _, s := range n.Body.List {
		for _, x := range s.(*ast.CaseClause).List {
			c := choice{at: x}
			zero, isConstant := f.constant(x)
			if !f.Info.Types[x].IsNil() && (!isConstant || zero != 0) {
				if c.target = f.errorTarget(x); c.target == nil {
					f.w.Values.Pin(n, x.Pos(), "compares an error with something that has no counterpart in package zmq")
					return
				}
			}
			f.joinMentions(n, x)
			choices = append(choices, c)
		}
	}
	if !plain(e) {
		f.w.Values.Pin(n, n.Pos(), "switches over an error that is computed: put it into a variable")
		return
	}
	for _, c := range choices {
		f.consume(c.at)
	}
	if e != n.Tag {
		f.w.consumed[ast.Unparen(n.Tag)] = true
	}
	op.rewrite = func() {
		f.edits.Delete(source.Range{Pos: n.Tag.Pos(), End: n.Body.Lbrace})
		for _, c := range choices {
			if c.target == nil {
				f.edits.Replace(rangeOf(c.at), rangeOf(e), " == nil")
			} else {
				f.writeIs(c.at, false, e, c.target)
			}
		}
	}
}
