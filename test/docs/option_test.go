// SPDX-License-Identifier: Apache-2.0

package docs_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/opt"
)

// withoutVariable are the options that have no typed variable, and why. Those
// that are kept without effect have none either; ParseSetting reaches them all.
var withoutVariable = map[opt.Num]string{
	opt.Subscribe:    "Socket.Subscribe",
	opt.Unsubscribe:  "Socket.Unsubscribe",
	opt.LastEndpoint: "Socket.LastEndpoint",
	opt.Type:         "Socket.Type",
	opt.Events:       "TrySend and TryRecv say so when they are called",
	opt.FD:           "a context or a goroutine takes its place",
	opt.RecvMore:     "messages are received whole",
	opt.ThreadSafe:   "every socket is",
	opt.IPv4Only:     "IPv6",
}

// optionVariable is what the source says of one option.
type optionVariable struct {
	maker string // "intOption"
	doc   string
	lines map[string]string // "Default": "1s (libzmq: none)"
}

// optionVariables reads the option_*.go files, by Go name.
func optionVariables(t *testing.T) map[string]optionVariable {
	t.Helper()
	files, err := filepath.Glob("../../option_*.go")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]optionVariable{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.VAR {
				continue
			}
			for _, s := range g.Specs {
				v := s.(*ast.ValueSpec)
				call := v.Values[0].(*ast.CallExpr)
				number := call.Args[0].(*ast.SelectorExpr).Sel.Name
				if number != v.Names[0].Name {
					t.Errorf("%s: %s is made of opt.%s", name, v.Names[0].Name, number)
				}
				all[number] = optionVariable{call.Fun.(*ast.Ident).Name, g.Doc.Text(), docTable(g.Doc.Text())}
			}
		}
	}
	return all
}

// docTable reads the indented lines at the end of a comment.
func docTable(doc string) map[string]string {
	lines := map[string]string{}
	for line := range strings.Lines(doc) {
		if key, text, ok := strings.Cut(line, ":"); ok && strings.HasPrefix(line, "\t") {
			lines[strings.TrimSpace(key)] = strings.TrimSpace(text)
		}
	}
	return lines
}

func TestEveryOptionHasAVariableOrAReason(t *testing.T) {
	variables := optionVariables(t)
	for _, sp := range opt.Table() {
		_, have := variables[sp.Go]
		reason := withoutVariable[sp.Num]
		switch {
		case have && (sp.Stored || reason != ""):
			t.Errorf("%s has a variable, and a reason not to: stored %v, %s", sp.Go, sp.Stored, reason)
		case !have && !sp.Stored && reason == "":
			t.Errorf("%s has neither a variable nor a reason", sp.Go)
		}
		delete(variables, sp.Go)
	}
	for name := range variables {
		t.Errorf("%s is not in the table", name)
	}
}

func TestOptionDocumentationIsTheTable(t *testing.T) {
	for name, v := range optionVariables(t) {
		sp, ok := opt.ByName(name)
		if !ok {
			continue // reported by TestEveryOptionHasAVariableOrAReason
		}
		if !strings.HasPrefix(v.doc, name+" ") {
			t.Errorf("%s: the comment does not begin with the name", name)
		}
		for key, want := range map[string]string{
			"Applies": appliesText[sp.When], "Sockets": sp.Sockets, "libzmq": libzmqText(sp),
		} {
			if v.lines[key] != want {
				t.Errorf("%s: %s is %q in the comment, %q in the table", name, key, v.lines[key], want)
			}
		}
		ours, libzmq := documentedDefaults(v.lines["Default"])
		if wantOurs, wantLibzmq := defaultText(sp, sp.Default), defaultText(sp, sp.LibzmqDefault); ours != wantOurs || libzmq != wantLibzmq {
			t.Errorf("%s: Default %q is %q and %q, in the table %q and %q",
				name, v.lines["Default"], ours, libzmq, wantOurs, wantLibzmq)
		}
		if want := makers[sp.Kind]; v.maker != want && !(strings.HasPrefix(name, "IPCFilter")) {
			t.Errorf("%s is made by %s, its kind wants %s", name, v.maker, want)
		}
	}
}

// documentedDefaults takes a Default line apart: "1s (libzmq: none, waits)" is
// "1s" and "none". Without a parenthesis both are the same; what follows a comma
// is an explanation.
func documentedDefaults(line string) (ours, libzmq string) {
	first := func(s string) string {
		s, _, _ = strings.Cut(s, ",")
		return strings.TrimSpace(s)
	}
	line, rest, two := strings.Cut(line, " (libzmq: ")
	ours = first(line)
	if !two {
		return ours, ours
	}
	return ours, first(strings.TrimSuffix(rest, ")"))
}

var appliesText = map[opt.When]string{
	opt.Next:  "to later calls of Bind and Connect",
	opt.Now:   "at once",
	opt.Pipe:  "at once, to connected peers too",
	opt.Call:  "to later calls",
	opt.Close: "when the socket or an endpoint is closed",
	opt.Never: "can only be read",
}

var makers = map[opt.Kind]string{
	opt.Int: "intOption", opt.Bool: "boolOption", opt.Millis: "durationOption", opt.Seconds: "durationOption",
	opt.Int64: "int64Option", opt.Uint64: "int64Option", opt.Bytes: "bytesOption", opt.String: "stringOption", opt.List: "stringOption",
}

func libzmqText(sp *opt.Spec) string {
	if sp.Num > 10000 {
		return "does not have it"
	}
	return fmt.Sprintf("ZMQ_%s (%d)", sp.Name, sp.Num)
}

// defaultText writes a default as the documentation does.
func defaultText(sp *opt.Spec, v opt.Value) string {
	unit := time.Millisecond
	switch sp.Kind {
	case opt.Bytes, opt.String, opt.List:
		return "empty"
	case opt.Bool:
		return fmt.Sprint(v.I != 0)
	case opt.Seconds:
		unit = time.Second
		fallthrough
	case opt.Millis:
		switch {
		case v.I < 0:
			return "none"
		case v.I == 0:
			return "0"
		}
		d := (time.Duration(v.I) * unit).String()
		return strings.TrimSuffix(d, "m0s") + map[bool]string{true: "m"}[strings.HasSuffix(d, "m0s")]
	}
	if sp.Unit != "bytes" || v.I <= 0 {
		return fmt.Sprint(v.I)
	}
	for _, u := range []struct {
		size int64
		name string
	}{{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if v.I%u.size == 0 {
			return fmt.Sprintf("%d %s", v.I/u.size, u.name)
		}
	}
	return fmt.Sprint(v.I)
}
