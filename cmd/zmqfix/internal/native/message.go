// SPDX-License-Identifier: Apache-2.0

package native

import (
	"go/ast"
	"strings"
)

// sendValues is for pebbe's SendMessage, whose parts are of any type.
func sendValues(method string) rule {
	return func(s *site) (func(), string) {
		if s.Node.Ellipsis.IsValid() || len(s.Node.Args) == 0 {
			return nil, "the parts of this message are of any type"
		}
		drop, reason := s.dropFirst()
		if reason != "" {
			return nil, reason
		}
		m, reason := s.message(method)
		if reason != "" {
			return nil, reason
		}
		return func() {
			drop()
			m.write(s)
		}, ""
	}
}

// A message is the arguments of a SendMessage.
type message struct {
	method string
	text   bool // all parts are text
	single int  // how many arguments come before a slice
	slice  bool // the last argument is a slice
}

// message looks at the types of the parts.
func (s *site) message(method string) (m message, reason string) {
	m = message{method: method, text: true, single: len(s.Node.Args)}
	var textSlice bool
	for i, arg := range s.Node.Args {
		switch s.file.typeOf(arg) {
		case "string", "int", "int64", "int32", "uint64", "uint32", "uint":
		case "[]byte", "[]uint8":
			m.text = false
		case "[]string":
			m.slice, textSlice = true, true
		case "[][]byte", "[][]uint8":
			m.slice, m.text = true, false
		default:
			return m, "a part of this message is of type " + s.file.typeOf(arg) + ", which is sent as fmt.Sprint has it"
		}
		if m.slice {
			if m.single = i; i != len(s.Node.Args)-1 {
				return m, "a slice is in the middle of this message: collect the frames first"
			}
		}
	}
	if textSlice && !m.text {
		return m, "this message has bytes and a slice of text: collect the frames first"
	}
	return m, ""
}

// write makes the call one of package zmq.
func (m message) write(s *site) {
	f := s.file
	var out []any
	closing := ""
	switch {
	case m.method == "TrySend" && m.text && m.slice:
		s.rename("TrySendMessage")
		out, closing = append(out, f.ours("NewStringMessage(")), ")"
	case m.method == "TrySend":
		s.rename("TrySend")
		m.text = false
	case m.text:
		s.rename("SendString")
		out = append(out, f.context(s.Node.Pos()), ", ")
	default:
		s.rename("Send")
		out = append(out, f.context(s.Node.Pos()), ", ")
	}
	element := "[]byte"
	if m.text {
		element = "string"
	}
	if m.slice && m.single > 0 {
		out = append(out, "append([]"+element+"{")
	}
	for i, arg := range s.Node.Args[:m.single] {
		if i > 0 {
			out = append(out, ", ")
		}
		out = append(out, m.part(f, arg)...)
	}
	if m.slice && m.single > 0 {
		out = append(out, "}, ")
	}
	switch {
	case m.slice && m.single > 0:
		out = append(out, rangeOf(s.Node.Args[m.single]), "...)...")
	case m.slice:
		out = append(out, s.spread(s.Node.Args[0])...)
	}
	f.edits.Replace(s.args(0), append(out, closing)...)
}

// part returns one argument as a frame.
func (m message) part(f *file, arg ast.Expr) []any {
	out := []any{rangeOf(arg)}
	switch typ := f.typeOf(arg); {
	case typ == "string" && !m.text:
		out = []any{"[]byte(", rangeOf(arg), ")"}
	case typ == "string" || strings.HasPrefix(typ, "[]"):
	default:
		out = []any{f.std("fmt") + ".Sprint(", rangeOf(arg), ")"}
		if !m.text {
			out = append(append([]any{"[]byte("}, out...), ")")
		}
	}
	return out
}
