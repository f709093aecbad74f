// SPDX-License-Identifier: Apache-2.0

package native

import (
	"go/ast"
	"go/token"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/source"
)

// An addition is a small function that a rewritten package gets, where what one call
// did in a library takes several statements in package zmq.
type addition struct {
	name string
	text string // with zmq. and NAME for what is called otherwise, and packages in braces
}

// An additionUse is an addition in one package, or in one file with build constraints,
// which others cannot rely on.
type additionUse struct {
	added *addition
	pkg   *source.Package
	only  *file // the file that has it for itself; nil if the package shares it
	name  string
	users []*file
}

// call returns the name of an addition for a call in the file, which the file's package
// has from now on.
func (f *file) call(a *addition) string {
	var only *file
	if f.constrained() {
		only = f
	}
	for _, u := range f.w.additions {
		if u.added == a && u.pkg == f.Package && u.only == only {
			if !slices.Contains(u.users, f) {
				u.users = append(u.users, f)
			}
			return u.name
		}
	}
	u := &additionUse{added: a, pkg: f.Package, only: only, name: f.freshInPackage(a.name), users: []*file{f}}
	f.w.additions = append(f.w.additions, u)
	return u.name
}

// freshInPackage returns a name that no file of the package uses and takes it in all
// of them.
func (f *file) freshInPackage(base string) string {
	name := base
	for again := true; again; {
		again = false
		for _, other := range f.w.files {
			if other.Package != f.Package {
				continue
			}
			if next := other.fresh(name); next != name {
				name, again = next, true
			}
		}
	}
	return name
}

// constrained reports whether the file is not part of every build.
func (f *file) constrained() bool {
	for _, group := range f.AST.Comments {
		for _, c := range group.List {
			if group.Pos() < f.AST.Package && strings.HasPrefix(c.Text, "//go:build") {
				return true
			}
		}
	}
	parts := strings.Split(strings.TrimSuffix(strings.TrimSuffix(filepath.Base(f.Path), ".go"), "_test"), "_")
	for _, part := range parts[1:] {
		if systems[part] {
			return true
		}
	}
	return false
}

// systems are the names of systems and machines in file names.
var systems = map[string]bool{
	"aix": true, "android": true, "darwin": true, "dragonfly": true, "freebsd": true, "illumos": true, "ios": true,
	"js": true, "linux": true, "netbsd": true, "openbsd": true, "plan9": true, "solaris": true, "wasip1": true, "windows": true,
	"386": true, "amd64": true, "arm": true, "arm64": true, "loong64": true, "mips": true, "mips64": true, "mips64le": true,
	"mipsle": true, "ppc64": true, "ppc64le": true, "riscv64": true, "s390x": true, "wasm": true,
}

// writeAdditions puts each addition at the end of a file that uses it; of one that is no
// test, if there is one.
func (w *rewriter) writeAdditions() {
	for _, u := range w.additions {
		host := u.users[0]
		for _, f := range u.users {
			if !strings.HasSuffix(f.Path, "_test.go") {
				host = f
				break
			}
		}
		host.edits.Insert(host.end(), "\n"+host.additionText(u))
	}
}

// end returns the position behind the file's last byte.
func (f *file) end() token.Pos {
	line := f.Line(source.Range{Pos: f.AST.FileEnd, End: f.AST.FileEnd})
	return line.End
}

// additionText writes an addition in the terms of a file.
func (f *file) additionText(u *additionUse) string {
	text := strings.ReplaceAll(strings.TrimPrefix(u.added.text, "\n"), "NAME", u.name)
	text = strings.ReplaceAll(text, "zmq.", f.zmq+".")
	for {
		before, rest, found := strings.Cut(text, "{{")
		if !found {
			return text
		}
		path, after, _ := strings.Cut(rest, "}}")
		text = before + f.std(path) + after
	}
}

// useAddition is the rule for what an addition with the same arguments and results does.
// With ctx set, it gets a context first.
func useAddition(a *addition, ctx bool) rule {
	return func(s *site) (func(), string) {
		return func() {
			name := s.file.call(a)
			var args []any
			if ctx {
				args = append(args, s.file.context(s.Node.Pos()))
			}
			if s.Recv != nil {
				args = append(args, rangeOf(s.Recv))
			}
			for _, arg := range s.Node.Args {
				args = append(args, rangeOf(arg))
			}
			s.replaceCall(name, args)
		}, ""
	}
}

// replaceCall writes a call of a function with some arguments in place of the call.
func (s *site) replaceCall(name string, args []any) {
	parts := []any{name + "("}
	for i, arg := range args {
		if i > 0 {
			parts = append(parts, ", ")
		}
		parts = append(parts, arg)
	}
	s.file.edits.Replace(rangeOf(s.Node), append(parts, ")")...)
}

// isConstant reports whether an expression has a value that is known here.
func (f *file) isConstant(e ast.Expr) bool { return f.Info.Types[e].Value != nil }
