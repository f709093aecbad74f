// SPDX-License-Identifier: Apache-2.0

package native

import (
	"go/ast"
	"go/types"
	"strings"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/flow"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/source"
)

// counterpart returns the name in package zmq of what a mention means; "" if
// there is none.
func counterpart(ref *flow.Ref) string {
	switch o := ref.Object.(type) {
	case *types.TypeName:
		return typeNames[ref.Library][o.Name()]
	case *types.Const:
		return constants[ref.Library][o.Name()]
	}
	return ""
}

// judgeRef pins what a mention belongs to if that has no counterpart.
func (f *file) judgeRef(ref *flow.Ref) {
	w := f.w
	if w.consumed[ref.Ident] {
		return
	}
	reason := ""
	switch o := ref.Object.(type) {
	case *types.TypeName, *types.Const:
		if counterpart(ref) == "" {
			reason = o.Name() + " has no counterpart in package zmq"
		}
	case *types.Var:
		if o.IsField() {
			reason = f.judgeField(ref)
		}
	}
	if reason == "" {
		return
	}
	for _, s := range ref.Slots {
		w.Values.PinMinor(s, ref.Ident.Pos(), reason)
	}
}

// judgeField is for the fields of the libraries' structs.
func (f *file) judgeField(ref *flow.Ref) string {
	if sameFields[fieldName(ref)] {
		return ""
	}
	if fieldName(ref) == "Msg.Frames" {
		return f.judgeFrames(ref)
	}
	return "the field " + ref.Object.Name() + " has no counterpart in package zmq"
}

// fieldName returns the name of a field with that of the struct's type.
func fieldName(ref *flow.Ref) string {
	scope := ref.Object.Pkg().Scope()
	for _, name := range scope.Names() {
		s, ok := scope.Lookup(name).Type().Underlying().(*types.Struct)
		if !ok {
			continue
		}
		for field := range s.Fields() {
			if field == ref.Object {
				return name + "." + field.Name()
			}
		}
	}
	return ref.Object.Name()
}

// staysRef reports whether a mention is still there after the rewriting.
func (f *file) staysRef(ref *flow.Ref) bool {
	for _, s := range ref.Slots {
		if f.w.Values.Pinned(s) {
			return true
		}
	}
	if f.w.consumed[ref.Ident] {
		return false
	}
	if _, isField := ref.Object.(*types.Var); isField && len(ref.Slots) > 0 {
		return false
	}
	return counterpart(ref) == "" || len(ref.Slots) == 0
}

// writeRef makes the edit for a mention.
func (f *file) writeRef(ref *flow.Ref) {
	if f.staysRef(ref) || f.w.consumed[ref.Ident] {
		return
	}
	if v, ok := ref.Object.(*types.Var); ok {
		if v.IsField() {
			f.writeField(ref)
		}
		return
	}
	f.tellExported(ref)
	name := counterpart(ref)
	pointer := ""
	if name[0] == '*' {
		pointer, name = "*", name[1:]
	}
	whole := source.Of(ref.Ident)
	if sel, ok := ref.Cursor.Parent().Node().(*ast.SelectorExpr); ok && sel.Sel == ref.Ident {
		whole = source.Of(sel)
	}
	if strings.HasPrefix(name, "[]") {
		f.edits.Replace(whole, name)
		return
	}
	f.edits.Replace(whole, pointer+f.ours(name))
}

// tellExported notes that an exported function or field gets another type, where
// programs that were not looked at may use it.
func (f *file) tellExported(ref *flow.Ref) {
	if f.AST.Name.Name == "main" || strings.HasSuffix(f.Path, "_test.go") || strings.Contains(f.Package.Path+"/", "/internal/") {
		return
	}
	for c := range ref.Cursor.Enclosing((*ast.BlockStmt)(nil), (*ast.FuncDecl)(nil), (*ast.Field)(nil), (*ast.ValueSpec)(nil)) {
		name := ""
		switch n := c.Node().(type) {
		case *ast.BlockStmt:
			return
		case *ast.FuncDecl:
			name = n.Name.Name
		case *ast.Field:
			if _, ok := c.Parent().Parent().Node().(*ast.StructType); !ok || len(n.Names) == 0 {
				continue
			}
			name = n.Names[0].Name
		case *ast.ValueSpec:
			name = n.Names[0].Name
		}
		if ast.IsExported(name) {
			f.note(ref.Ident, "%s is exported and its type changes: rewrite the packages that use it in the same run", name)
		}
		return
	}
}

// writeField is for fields that are called otherwise in package zmq.
func (f *file) writeField(ref *flow.Ref) {
	if fieldName(ref) == "Msg.Frames" {
		f.writeFrames(ref)
	}
}
