// SPDX-License-Identifier: Apache-2.0

package native

import (
	"go/ast"
	"go/constant"

	"strconv"
	"strings"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/flow"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/source"
)

func goCZMQRules() map[string]rule {
	rules := map[string]rule{
		"NewSock":                newSock,
		"Sock.Bind":              bindPort,
		"Sock.Connect":           as("Connect"),
		"Sock.Unbind":            as("Unbind"),
		"Sock.Disconnect":        as("Disconnect"),
		"Sock.Destroy":           destroy,
		"Sock.SendFrame":         sendPart,
		"Sock.SendMessage":       sendParts,
		"Sock.RecvFrame":         receivePart(asBytes),
		"Sock.RecvFrameNoWait":   receivePart(asBytes),
		"Sock.RecvMessage":       receiveWhole(asFrames),
		"Sock.RecvMessageNoWait": receiveWhole(asFrames),
		"Sock.SetOption":         as("Set"),
	}
	for name := range socketTypes {
		rules["New"+name] = newAttached
	}
	for key, o := range options {
		rules["SockSet"+key] = sockSet(o)
	}
	return rules
}

// bound are the types whose constructors bind; those of the others connect.
var bound = map[string]bool{"PUB": true, "REP": true, "PULL": true, "ROUTER": true, "XPUB": true, "XSUB": true}

// newSock is for NewSock, which has no error.
func newSock(s *site) (func(), string) {
	typ := s.socketType()
	if typ == "" {
		return nil, "the type of the socket is not constant"
	}
	s.file.consume(s.Node.Args[0])
	stmt, _ := s.statement()
	set, ok := stmt.(*ast.AssignStmt)
	return func() {
		f := s.file
		f.edits.Replace(rangeOf(s.Node.Args[0]), f.ours(typ))
		if !ok || len(set.Lhs) != 1 {
			f.edits.Replace(rangeOf(s.Node.Fun), f.call(socketAlone))
			s.czmqDefaults(typ)
			return
		}
		s.rename("NewSocket")
		f.edits.Insert(set.Lhs[0].End(), ", _")
		f.note(set, "zmq.NewSocket has an error, which is dropped here")
		s.czmqDefaults(typ)
	}, ""
}

// czmqDefaults writes the settings that keep the behaviour of CZMQ.
func (s *site) czmqDefaults(typ string) {
	if settings := s.defaults(typ); settings != "" {
		s.file.edits.Insert(s.Node.Rparen, settings)
	}
	s.tellDefaults()
}

// newAttached is for constructors that bind or connect as well: to a list of
// endpoints, of which each may begin with @ to bind or > to connect.
func newAttached(s *site) (func(), string) {
	stmt, c := s.statement()
	set, ok := stmt.(*ast.AssignStmt)
	if !ok || len(set.Lhs) != 2 || list(c) == nil {
		return nil, "the socket is made within an expression: make it, and bind or connect it, in statements of their own"
	}
	typ, args := s.socketType(), s.Node.Args
	attach, reason := s.attachCalls(typ, args[0])
	if reason != "" {
		return nil, reason
	}
	options := 1
	var subscribe []string
	if typ == "SUB" {
		options = 2
		topics := s.file.Info.Types[args[1]].Value
		if topics == nil || topics.Kind() != constant.String {
			return nil, "the list of topics is not constant: subscribe to each"
		}
		for _, topic := range strings.Split(constant.StringVal(topics), ",") {
			subscribe = append(subscribe, "Subscribe("+strconv.Quote(topic)+")")
		}
	}
	return func() {
		f := s.file
		s.rename("NewSocket")
		f.edits.Replace(rangeOf(args[0]), f.ours(typ))
		if options == 2 {
			f.edits.Replace(rangeOf(args[1]))
			f.edits.Delete(source.Range{Pos: args[0].End(), End: args[1].Pos()})
		}
		f.attach(set, append(attach, subscribe...))
		s.czmqDefaults(typ)
	}, ""
}

// attachCalls returns the calls that bind and connect a socket to a constant
// list of endpoints.
func (s *site) attachCalls(typ string, endpoints ast.Expr) ([]string, string) {
	value := s.file.Info.Types[endpoints].Value
	if value == nil || value.Kind() != constant.String {
		return nil, "the list of endpoints is not constant: it may begin with @ or > and have commas"
	}
	var calls []string
	for _, endpoint := range strings.Split(constant.StringVal(value), ",") {
		method := "Connect"
		if bound[typ] {
			method = "Bind"
		}
		if rest, ok := strings.CutPrefix(endpoint, "@"); ok {
			method, endpoint = "Bind", rest
		} else if rest, ok := strings.CutPrefix(endpoint, ">"); ok {
			method, endpoint = "Connect", rest
		}
		if endpoint == "" {
			return nil, "an endpoint is empty"
		}
		calls = append(calls, method+"("+strconv.Quote(endpoint)+")")
	}
	return calls, ""
}

// attach writes calls of a new socket behind the statement that makes it, each
// if all before have succeeded.
func (f *file) attach(set *ast.AssignStmt, calls []string) {
	sock, err := f.Text(rangeOf(set.Lhs[0])), f.Text(rangeOf(set.Lhs[1]))
	if isBlank(set.Lhs[0]) {
		return
	}
	for _, call := range calls {
		if isBlank(set.Lhs[1]) {
			f.after(set, sock+"."+call)
		} else {
			f.after(set, "if "+err+" == nil {\n\t"+err+" = "+sock+"."+call+"\n}")
		}
	}
}

// bindPort is for Bind, which returns the port, too.
func bindPort(s *site) (func(), string) {
	drop, reason := s.dropFirst()
	if reason != "" {
		return nil, "the port that Bind returns is used: LastEndpoint tells it"
	}
	return drop, ""
}

// destroy is for Destroy, which returns nothing.
func destroy(s *site) (func(), string) {
	if stmt, _ := s.statement(); stmt == nil {
		return nil, "Destroy is used as a value"
	}
	return func() { s.rename("Close") }, ""
}

// sockSet is for the functions that make an option.
func sockSet(o option) rule {
	return func(s *site) (func(), string) {
		u := o.wide
		return func() {
			parts := []any{s.file.ours(o.native + ".Of(")}
			parts = append(parts, s.file.optionValue(o, u, s.Node.Args[0])...)
			s.file.edits.Replace(rangeOf(s.Node), append(parts, ")")...)
		}, ""
	}
}

// czmqName returns the key of the rule for a function of goczmq: those that
// make options are found without regard to case.
func czmqName(c *flow.Call) string {
	name := c.Name()
	if key, ok := strings.CutPrefix(name, "SockSet"); ok {
		return "SockSet" + optionKey(key)
	}
	return name
}
