// SPDX-License-Identifier: Apache-2.0

package native

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ast/inspector"
)

// goroutines knows by which goroutines each function of a program may be run. A
// goroutine is named by what starts it: a go statement, a function that is used as
// a value, or one that nothing in the program calls.
type goroutines struct {
	calls   map[ast.Node][]ast.Node        // from functions to those that they call
	starts  map[ast.Node][]ast.Node        // from goroutines to the functions that they begin with
	of      map[ast.Node]map[ast.Node]bool // from functions to goroutines
	decls   map[types.Object]ast.Node
	methods map[string][]ast.Node // by name, for calls through interfaces
	loops   map[ast.Node]ast.Node // the loop around a go statement
}

// findGoroutines looks at all functions of the program.
func findGoroutines(files []*file) *goroutines {
	g := &goroutines{
		calls: map[ast.Node][]ast.Node{}, starts: map[ast.Node][]ast.Node{}, of: map[ast.Node]map[ast.Node]bool{},
		decls: map[types.Object]ast.Node{}, methods: map[string][]ast.Node{}, loops: map[ast.Node]ast.Node{},
	}
	for _, f := range files {
		for _, d := range f.AST.Decls {
			if d, ok := d.(*ast.FuncDecl); ok {
				g.decls[f.Info.Defs[d.Name]] = d
				if d.Recv != nil {
					g.methods[d.Name.Name] = append(g.methods[d.Name.Name], d)
				}
			}
		}
	}
	called := map[ast.Node]bool{}
	for _, f := range files {
		for c := range f.Inspect.Root().Preorder((*ast.Ident)(nil), (*ast.FuncLit)(nil)) {
			for _, fn := range g.functionsAt(f, c) {
				called[fn] = true
				g.use(f, c, fn)
			}
		}
	}
	for _, d := range g.decls {
		if !called[d] {
			g.starts[d] = append(g.starts[d], d)
		}
	}
	for start, fns := range g.starts {
		g.run(start, fns)
	}
	return g
}

// functionsAt returns the functions that a name or a literal may stand for.
func (g *goroutines) functionsAt(f *file, c inspector.Cursor) []ast.Node {
	id, ok := c.Node().(*ast.Ident)
	if !ok {
		return []ast.Node{c.Node()}
	}
	fn, ok := f.Info.Uses[id].(*types.Func)
	if !ok {
		return nil
	}
	if recv := fn.Signature().Recv(); recv != nil && types.IsInterface(recv.Type()) {
		return g.methods[fn.Name()]
	}
	if d := g.decls[fn.Origin()]; d != nil {
		return []ast.Node{d}
	}
	return nil
}

// use notes the mention of a function at c.
func (g *goroutines) use(f *file, c inspector.Cursor, fn ast.Node) {
	outer := c
	if sel, ok := c.Parent().Node().(*ast.SelectorExpr); ok && sel.Sel == c.Node() {
		outer = c.Parent()
	}
	for {
		if _, ok := outer.Parent().Node().(*ast.ParenExpr); !ok {
			break
		}
		outer = outer.Parent()
	}
	if call, ok := outer.Parent().Node().(*ast.CallExpr); ok && call.Fun == outer.Node() {
		g.call(outer.Parent(), fn)
		return
	}
	if v := f.variableOf(outer); v != nil && g.callsOf(f, v, fn) {
		return
	}
	g.starts[c.Node()] = append(g.starts[c.Node()], fn)
}

// call notes a call of a function, in a goroutine of its own or in that of the caller.
func (g *goroutines) call(c inspector.Cursor, fn ast.Node) {
	if goStmt, ok := c.Parent().Node().(*ast.GoStmt); ok {
		g.starts[goStmt] = append(g.starts[goStmt], fn)
		for loop := range c.Enclosing((*ast.ForStmt)(nil), (*ast.RangeStmt)(nil), (*ast.FuncLit)(nil), (*ast.FuncDecl)(nil)) {
			switch loop.Node().(type) {
			case *ast.ForStmt, *ast.RangeStmt:
				g.loops[goStmt] = loop.Node()
			}
			break
		}
		return
	}
	from := enclosingFunction(c)
	g.calls[from] = append(g.calls[from], fn)
}

// variableOf returns the local variable that a function literal at c is assigned to;
// nil if it goes elsewhere.
func (f *file) variableOf(c inspector.Cursor) types.Object {
	switch n := c.Parent().Node().(type) {
	case *ast.AssignStmt:
		for i, e := range n.Rhs {
			if id, ok := n.Lhs[min(i, len(n.Lhs)-1)].(*ast.Ident); ok && e == c.Node() && len(n.Lhs) == len(n.Rhs) {
				return f.Info.ObjectOf(id)
			}
		}
	case *ast.ValueSpec:
		for i, e := range n.Values {
			if e == c.Node() && i < len(n.Names) {
				return f.Info.ObjectOf(n.Names[i])
			}
		}
	}
	return nil
}

// callsOf notes the calls of a local variable that holds a function. It reports false
// if the variable is used in other ways, too.
func (g *goroutines) callsOf(f *file, v types.Object, fn ast.Node) bool {
	if o, ok := v.(*types.Var); !ok || o.Kind() != types.LocalVar {
		return false
	}
	for _, use := range f.uses[v] {
		switch n := use.Parent().Node().(type) {
		case *ast.CallExpr:
			if n.Fun == use.Node() {
				continue
			}
		case *ast.AssignStmt:
			if len(n.Lhs) == 1 && n.Lhs[0] == use.Node() {
				continue
			}
		}
		return false
	}
	for _, use := range f.uses[v] {
		if _, ok := use.Parent().Node().(*ast.CallExpr); ok {
			g.call(use.Parent(), fn)
		}
	}
	return true
}

// run notes that a goroutine runs functions and all that they call.
func (g *goroutines) run(start ast.Node, fns []ast.Node) {
	for len(fns) > 0 {
		fn := fns[len(fns)-1]
		fns = fns[:len(fns)-1]
		if g.of[fn] == nil {
			g.of[fn] = map[ast.Node]bool{}
		}
		if !g.of[fn][start] {
			g.of[fn][start] = true
			fns = append(fns, g.calls[fn]...)
		}
	}
}

// enclosingFunction returns the function that c is in; nil outside of all.
func enclosingFunction(c inspector.Cursor) ast.Node {
	for fn := range c.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		return fn.Node()
	}
	return nil
}

const splitExchange = "is received from in one goroutine and sent on in another, or may be: " +
	"a REQ or REP of package zmq wants Recv and Send in turn, in one goroutine"

// exchanges says why a REQ or REP that the call makes may not send and receive in one
// goroutine; "" if it does, or is of another type.
func (s *site) exchanges() string {
	switch s.socketType() {
	case "REQ", "REP":
	case "":
		if !s.groupHas("REQ") && !s.groupHas("REP") {
			return ""
		}
	default:
		return ""
	}
	type use struct{ sends, receives bool }
	by := map[ast.Node]*use{}
	root := s.Origins.Root(s.Node)
	for _, o := range s.sites {
		sends, receives := strings.HasPrefix(o.Func.Name(), "Send"), strings.HasPrefix(o.Func.Name(), "Recv")
		if o.Recv == nil || !sends && !receives || s.Origins.Root(o.file.OriginSlot(o.Recv)) != root {
			continue
		}
		for start := range s.goroutines.of[o.function()] {
			if by[start] == nil {
				by[start] = &use{}
			}
			by[start].sends = by[start].sends || sends
			by[start].receives = by[start].receives || receives
		}
	}
	for start, u := range by {
		if len(by) > 1 && !(u.sends && u.receives) || s.sharedByLoop(start) {
			return splitExchange
		}
	}
	return ""
}

// sharedByLoop reports whether a go statement starts goroutines in a loop for one
// socket that the call has made before.
func (s *site) sharedByLoop(start ast.Node) bool {
	loop := s.goroutines.loops[start]
	if loop == nil {
		return false
	}
	for _, o := range s.sites {
		if o.creates() && s.Origins.Root(o.Node) == s.Origins.Root(s.Node) &&
			(o.Node.Pos() >= loop.Pos() && o.Node.End() <= loop.End() || s.goroutines.of[o.function()][start]) {
			return false
		}
	}
	rng, ok := loop.(*ast.RangeStmt)
	if !ok {
		return true
	}
	// A goroutine for each element has that for itself.
	own := false
	ast.Inspect(start, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			for _, e := range []ast.Expr{rng.Key, rng.Value} {
				if of, ok := e.(*ast.Ident); ok && of.Name == id.Name {
					own = true
				}
			}
		}
		return !own
	})
	return !own
}
