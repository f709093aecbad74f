// SPDX-License-Identifier: Apache-2.0

// Package native rewrites what programs do with other libraries to package
// zmq, where the meaning certainly stays. What is not certain stays with the
// compatibility package of that library.
//
// The work has three steps: join what must change together, pin what cannot,
// and write the edits of everything that is in no pinned group.
package native

import (
	"fmt"
	"go/ast"
	"go/types"
	"path/filepath"
	"slices"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/flow"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/library"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/report"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/source"
)

// Options are what a person can promise or wish for.
type Options struct {
	// SinglePart promises that a Recv of one part receives a whole message.
	SinglePart bool
	// Scope uses a context.Context that is in scope instead of
	// context.Background.
	Scope bool
	// Keep has packages in which nothing is rewritten, with the reason, which is
	// empty where it is told elsewhere.
	Keep map[*source.Package]string
}

// Program rewrites all files of a program that was checked. The import paths of
// what stays are changed by package compat.
func Program(p *source.Program, o Options, r *report.Report) {
	w := &rewriter{
		Analysis: flow.Analyze(p), options: o, report: r,
		consumed: map[ast.Node]bool{}, wanted: map[flow.Slot]bool{},
	}
	for _, f := range w.Files {
		w.files = append(w.files, newFile(w, f))
	}
	w.index()
	w.goroutines = findGoroutines(w.files)
	w.joinDefaultContexts()
	w.findErrors()
	w.findPrinted()
	w.judge()
	w.keep()
	w.choose()
	w.write()
}

// A rewriter works on one program.
type rewriter struct {
	*flow.Analysis
	options Options
	report  *report.Report
	files   []*file

	sites     []*site
	byNode    map[*ast.CallExpr]*site
	errorOps  []*errorOp
	printed   []*printedEvent
	additions []*additionUse
	later     []func() // edits inside of those of calls

	goroutines *goroutines
	consumed   map[ast.Node]bool  // mentions that an edit of something else covers
	wanted     map[flow.Slot]bool // for each kind of finding that is told once
}

// index makes a site of every call.
func (w *rewriter) index() {
	w.byNode = map[*ast.CallExpr]*site{}
	for _, f := range w.files {
		for _, c := range f.Calls {
			s := &site{rewriter: w, file: f, Call: c}
			w.sites = append(w.sites, s)
			w.byNode[c.Node] = s
		}
	}
}

// joinDefaultContexts joins the sockets that the libraries' default contexts
// may connect: by inproc, or because something is done to the whole context.
func (w *rewriter) joinDefaultContexts() {
	all := map[library.ID]bool{}
	for _, s := range w.sites {
		if s.ofDefaultContext() {
			all[s.Library] = true
		}
	}
	for _, s := range w.sites {
		token := fmt.Sprintf("default context %d", s.Library)
		switch {
		case s.ofDefaultContext(), s.creates() && s.Recv == nil && all[s.Library]:
			w.Values.Join(s.Node, token)
		case s.attaches() && s.mayBeInproc(), s.monitors():
			w.Values.Join(s.Node, token)
		}
	}
}

// judge finds the rule for each call and mention, and pins what has none.
func (w *rewriter) judge() {
	for _, s := range w.sites {
		if w.consumed[s.Node] {
			continue
		}
		emit, reason := s.rule()
		if reason != "" {
			w.Values.Pin(s.Node, s.Node.Pos(), reason)
			continue
		}
		s.emit = emit
	}
	for _, f := range w.files {
		for _, ref := range f.Refs {
			f.judgeRef(ref)
		}
	}
}

// keep pins everything in the packages in which nothing is rewritten.
func (w *rewriter) keep() {
	for _, f := range w.files {
		reason, ok := w.options.Keep[f.Package]
		if !ok {
			continue
		}
		at := f.AST.Name.Pos()
		if specs := f.Libraries(); len(specs) > 0 {
			at = specs[0].Pos()
		}
		for _, c := range f.Calls {
			w.Values.Pin(c.Node, at, reason)
		}
		for _, ref := range f.Refs {
			for _, s := range ref.Slots {
				w.Values.Pin(s, at, reason)
			}
		}
		for _, op := range w.errorOps {
			if op.file == f {
				w.Values.Pin(op.node, at, reason)
			}
		}
	}
}

// choose picks the name of package zmq in each file.
func (w *rewriter) choose() {
	for _, s := range w.sites {
		if w.Values.Pinned(s.Node) {
			s.file.stays = true
		} else {
			s.file.native = true
		}
	}
	for _, f := range w.files {
		for _, ref := range f.Refs {
			if f.staysRef(ref) {
				f.stays = true
			} else {
				f.native = true
			}
		}
		for _, sel := range f.Unknown {
			f.stays = true
			w.report.Add(w.Program.Fset.Position(sel.Pos()), report.Look, "stays: %s is not known to zmqfix", sel.Sel.Name)
		}
		f.chooseName()
	}
}

// write makes the edits and reports what stays.
func (w *rewriter) write() {
	for _, s := range w.sites {
		if s.emit != nil && !w.Values.Pinned(s.Node) && !w.consumed[s.Node] {
			s.emit()
		}
	}
	for _, op := range w.errorOps {
		op.write()
	}
	for _, edit := range w.later {
		edit()
	}
	for _, f := range w.files {
		for _, ref := range f.Refs {
			f.writeRef(ref)
		}
	}
	w.writePrinted()
	w.writeAdditions()
	w.tellPins()
	w.tellFollowers()
	for _, f := range w.files {
		f.finish()
	}
}

// tellPins reports each reason for which something stays, once.
func (w *rewriter) tellPins() {
	told := map[flow.Slot]bool{}
	tell := func(s flow.Slot, of library.ID) {
		if s == nil || told[w.Values.Root(s)] {
			return
		}
		told[w.Values.Root(s)] = true
		pins := w.Values.Pins(s)
		major := slices.ContainsFunc(pins, func(p flow.Pin) bool { return !p.Minor })
		for _, p := range pins {
			if major && p.Minor || p.Reason == "" {
				continue
			}
			w.report.Add(w.Program.Fset.Position(p.Pos), report.Look, "stays with %s: %s", remains(of), p.Reason)
		}
	}
	for _, s := range w.sites {
		tell(s.Node, s.Library)
	}
	for _, f := range w.files {
		for _, ref := range f.Refs {
			for _, s := range ref.Slots {
				tell(s, ref.Library)
			}
			if f, ok := ref.Object.(*types.Func); ok && f.Signature().Recv() != nil {
				continue // told with its receiver
			}
			if len(ref.Slots) == 0 && f.staysRef(ref) && !w.consumed[ref.Ident] {
				reason := "has no counterpart"
				if _, ok := ref.Object.(*types.Func); ok {
					reason = "is used as a value"
				}
				w.report.Add(w.Program.Fset.Position(ref.Ident.Pos()), report.Look,
					"stays with %s: %s %s", remains(ref.Library), ref.Ident.Name, reason)
			}
		}
	}
}

// tellFollowers reports files in which something stays though no reason is in the
// file itself.
func (w *rewriter) tellFollowers() {
	for _, s := range w.sites {
		if !w.Values.Pinned(s.Node) || w.report.Has(s.file.Path, report.Look) {
			continue
		}
		for _, p := range w.Values.Pins(s.Node) {
			if p.Reason == "" {
				continue
			}
			at := w.Program.Fset.Position(p.Pos)
			w.report.Add(w.Program.Fset.Position(s.Node.Pos()), report.Look,
				"stays with %s: belongs together with what stays in %s", remains(s.Library), filepath.Base(at.Filename))
			break
		}
	}
}

// remains names the package that a library's calls stay with.
func remains(of library.ID) string {
	switch of {
	case library.GoZMQ:
		return "compat/gozmq"
	case library.Pebbe:
		return "compat/zmq4"
	case library.GoZeroMQ:
		return "compat/gozeromq"
	}
	return "goczmq, which has no compatibility package"
}

// qualified returns the package that an identifier is taken from, nil if it is
// not written with one.
func qualified(info *types.Info, sel *ast.SelectorExpr) *types.PkgName {
	if x, ok := sel.X.(*ast.Ident); ok {
		p, _ := info.Uses[x].(*types.PkgName)
		return p
	}
	return nil
}
