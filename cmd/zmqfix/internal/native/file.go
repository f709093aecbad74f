// SPDX-License-Identifier: Apache-2.0

package native

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/flow"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/library"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/report"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/source"
	"golang.org/x/tools/go/ast/inspector"
)

// A file is one file while it is rewritten.
type file struct {
	*flow.File
	w     *rewriter
	edits *source.Edits

	stays, native bool   // whether anything stays, or is rewritten
	zmq           string // the name of package zmq

	names   map[string]bool // every identifier that is declared, and ours
	imports map[string]string
	uses    map[types.Object][]inspector.Cursor
}

func newFile(w *rewriter, f *flow.File) *file {
	n := &file{
		File: f, w: w, edits: f.Edits(),
		names: map[string]bool{}, imports: map[string]string{}, uses: map[types.Object][]inspector.Cursor{},
	}
	for c := range f.Inspect.Root().Preorder((*ast.Ident)(nil)) {
		id := c.Node().(*ast.Ident)
		if o := f.Info.Defs[id]; o != nil {
			if _, ok := o.(*types.PkgName); ok {
				continue
			}
			if v, ok := o.(*types.Var); ok && v.IsField() {
				continue
			}
			if f, ok := o.(*types.Func); ok && f.Signature().Recv() != nil {
				continue
			}
			n.names[id.Name] = true
		} else if o := f.Info.Uses[id]; o != nil {
			n.uses[o] = append(n.uses[o], c)
		}
	}
	if f.Package.Types != nil {
		for _, name := range f.Package.Types.Scope().Names() {
			n.names[name] = true
		}
	}
	return n
}

// importName returns the name of an import in the file; "" if there is none.
func (f *file) importName(path string) string {
	spec := f.Import(path)
	if spec == nil {
		return ""
	}
	if spec.Name != nil {
		return spec.Name.Name
	}
	if o, ok := f.Info.Implicits[spec].(*types.PkgName); ok {
		return o.Name()
	}
	return path[strings.LastIndexByte(path, '/')+1:]
}

// imported returns every name that an import has in the file.
func (f *file) imported() map[string]bool {
	names := map[string]bool{}
	for _, spec := range f.AST.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		names[f.importName(path)] = true
	}
	return names
}

// chooseName decides on the name of package zmq.
func (f *file) chooseName() {
	taken := f.imported()
	for _, spec := range f.Libraries() {
		path, _ := strconv.Unquote(spec.Path.Value)
		if !f.stays {
			delete(taken, f.importName(path))
		}
	}
	f.zmq = "zmq"
	if name := f.importName(library.Native); name != "" {
		f.zmq = name
		return
	}
	if taken["zmq"] || f.names["zmq"] {
		f.zmq = f.fresh("native")
	}
}

// ours returns the qualified name of something in package zmq.
func (f *file) ours(name string) string { return f.zmq + "." + name }

// std returns the name of a package of the standard library in the file, which
// imports it from now on.
func (f *file) std(path string) string {
	if name, ok := f.imports[path]; ok {
		return name
	}
	name := f.importName(path)
	if name == "" || f.names[name] || name == "_" || name == "." {
		name = path[strings.LastIndexByte(path, '/')+1:]
		alias := ""
		if f.names[name] || f.imported()[name] {
			name = "std" + name
			alias = name
		}
		source.AddImport(f.File.File, f.edits, path, alias)
	}
	f.imports[path] = name
	return name
}

// fresh returns a name that is not in use and takes it.
func (f *file) fresh(base string) string {
	name := base
	taken := f.imported()
	for i := 2; f.names[name] || taken[name] || types.Universe.Lookup(name) != nil; i++ {
		name = fmt.Sprint(base, i)
	}
	f.names[name] = true
	return name
}

// context returns the text of a context for a call at a position.
func (f *file) context(pos token.Pos) string {
	if f.w.options.Scope {
		if name := f.contextInScope(pos); name != "" {
			return name
		}
	}
	return f.std("context") + ".Background()"
}

// contextInScope returns the name of the innermost variable of type
// context.Context that can be seen from a position.
func (f *file) contextInScope(pos token.Pos) string {
	if f.Package.Types == nil {
		return ""
	}
	scope := f.Package.Types.Scope().Innermost(pos)
	for ; scope != nil && scope != types.Universe; scope = scope.Parent() {
		for _, name := range scope.Names() {
			v, ok := scope.Lookup(name).(*types.Var)
			if !ok || name == "_" || v.Type().String() != "context.Context" {
				continue
			}
			if v.Pos() < pos || scope == f.Package.Types.Scope() {
				if _, found := f.Package.Types.Scope().Innermost(pos).LookupParent(name, pos); found == v {
					return name
				}
			}
		}
	}
	return ""
}

// constant returns the value of a constant integer.
func (f *file) constant(e ast.Expr) (int64, bool) {
	tv := f.Info.Types[e]
	if tv.Value == nil {
		return 0, false
	}
	n, err := strconv.ParseInt(tv.Value.ExactString(), 10, 64)
	return n, err == nil
}

// constantObject returns the constant of a library that an expression names.
func (f *file) constantObject(e ast.Expr) *types.Const {
	c, _ := f.named(e).(*types.Const)
	if c == nil || c.Pkg() == nil || library.Of(c.Pkg().Path()) == library.None {
		return nil
	}
	return c
}

// named returns the object whose name, qualified or not, an expression is, or nil.
func (f *file) named(e ast.Expr) types.Object {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return f.Info.Uses[e]
	case *ast.SelectorExpr:
		return f.Info.Uses[e.Sel]
	}
	return nil
}

// consume marks everything in a node as dealt with by an edit around it.
func (f *file) consume(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		if n != nil {
			f.w.consumed[n] = true
		}
		return true
	})
}

// note tells something that is good to know, at a node.
func (f *file) note(n ast.Node, format string, args ...any) {
	f.w.report.Add(f.w.Program.Fset.Position(n.Pos()), report.Note, format, args...)
}

// finish adds the import of package zmq and takes those away that nothing uses
// any more.
func (f *file) finish() {
	if f.edits.Empty() {
		return
	}
	if f.native && f.importName(library.Native) == "" {
		alias := ""
		if f.zmq != "zmq" {
			alias = f.zmq
		}
		f.importNative(alias)
	}
	src := f.edits.Apply()
	paths := []string{"context", "time", "syscall", "bytes", "errors", "fmt"}
	for _, spec := range f.Libraries() {
		path, _ := strconv.Unquote(spec.Path.Value)
		paths = append(paths, path)
	}
	// What cannot be parsed is found when the program is checked.
	if clean, err := source.RemoveUnused(src, paths...); err == nil {
		src = clean
	}
	f.Src = src
}

// importNative puts the import of package zmq in the place of the library's if
// nothing stays with that, and beside it otherwise.
func (f *file) importNative(alias string) {
	libraries := f.Libraries()
	if f.stays || len(libraries) == 0 {
		source.AddImport(f.File.File, f.edits, library.Native, alias)
		return
	}
	text := strconv.Quote(library.Native)
	if alias != "" {
		text = alias + " " + text
	}
	first := libraries[0]
	f.edits.Replace(source.Range{Pos: first.Pos(), End: first.Path.End()}, text)
	for _, spec := range libraries[1:] {
		f.edits.Delete(f.Line(source.Of(spec)))
	}
}
