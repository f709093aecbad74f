// SPDX-License-Identifier: Apache-2.0

package native

import (
	"go/ast"
	"go/constant"
	"strings"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/flow"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/source"
	"golang.org/x/tools/go/ast/inspector"
)

func goZeroMQRules() map[string]rule {
	rules := map[string]rule{
		"Socket.Listen":     as("Bind"),
		"Socket.Dial":       dial,
		"Socket.Close":      as("Close"),
		"Socket.Send":       sendMsg,
		"Socket.SendMulti":  sendMsg,
		"Socket.Recv":       recvMsg,
		"Socket.SetOption":  setOption,
		"Socket.Addr":       reject("Addr is a net.Addr, and LastEndpoint of package zmq a string"),
		"NewMsg":            newMsg("NewMessage"),
		"NewMsgFrom":        newMsg("NewMessage"),
		"NewMsgString":      newMsg("NewStringMessage"),
		"NewMsgFromString":  newMsg("NewStringMessage"),
		"Msg.Clone":         as("Clone"),
		"Msg.Bytes":         msgBytes,
		"Msg.String":        reject("String of a Msg shows all frames, and that of a zmq.Message is the first one"),
		"WithID":            settingOf("RoutingID"),
		"WithDialerRetry":   settingOf("ReconnectInterval"),
		"WithDialerTimeout": settingOf("ConnectTimeout"),
	}
	for name := range socketTypes {
		if name != "Stream" {
			rules["New"+name] = newGoZeroMQ
		}
	}
	return rules
}

// newGoZeroMQ is for the constructors, which have no error and a context that
// closes the socket.
func newGoZeroMQ(s *site) (func(), string) {
	stmt, c := s.statement()
	set, ok := stmt.(*ast.AssignStmt)
	if !ok || len(set.Lhs) != 1 || list(c) == nil {
		return nil, "the socket is made within an expression, and zmq.NewSocket has an error: make it in a statement of its own"
	}
	for _, arg := range s.Node.Args[1:] {
		if call, ok := ast.Unparen(arg).(*ast.CallExpr); !ok || s.byNode[call] == nil {
			return nil, "an option is not written where the socket is made"
		}
	}
	ctx := s.Node.Args[0]
	ends := !s.file.isBackground(ctx)
	if ends && (!plain(ctx) || !plain(set.Lhs[0])) {
		return nil, "the context that ends the socket is computed: put it into a variable"
	}
	typ := s.socketType()
	return func() {
		f := s.file
		s.rename("NewSocket")
		f.edits.Replace(rangeOf(ctx), f.ours(typ))
		if !isBlank(set.Lhs[0]) {
			f.edits.Insert(set.Lhs[0].End(), ", _")
			f.note(set, "zmq.NewSocket has an error, which is dropped here")
		}
		settings := s.defaults(typ)
		if typ == "REQ" {
			// A new request gives up the last one. ReqCorrelate would be
			// safer, but puts a frame in front that servers have to send back.
			settings += ", " + f.ours("ReqRelaxed.Of(true)")
		}
		if settings != "" {
			f.edits.Insert(s.Node.Rparen, settings)
		}
		if ends {
			f.after(set, f.std("context")+".AfterFunc("+f.Text(rangeOf(ctx))+", func() { "+f.Text(rangeOf(set.Lhs[0]))+".Close() })")
		}
		s.tellDefaults()
	}, ""
}

// isBackground reports whether an expression is a context that never ends.
func (f *file) isBackground(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	p := qualified(f.Info, sel)
	return p != nil && p.Imported().Path() == "context" && (sel.Sel.Name == "Background" || sel.Sel.Name == "TODO")
}

// settingOf is for an option of a constructor.
func settingOf(name string) rule {
	return func(s *site) (func(), string) {
		if parent, ok := s.Cursor.Parent().Node().(*ast.CallExpr); !ok || s.byNode[parent] == nil {
			return nil, "an option is not written where the socket is made"
		}
		if name == "RoutingID" {
			// The conversion to SocketIdentity goes with it.
			if call, ok := ast.Unparen(s.Node.Args[0]).(*ast.CallExpr); ok && s.file.Info.Types[call.Fun].IsType() {
				s.file.consume(call.Fun)
				return func() {
					s.file.edits.Replace(rangeOf(s.Node), s.file.ours(name+".Of([]byte("), rangeOf(call.Args[0]), "))")
				}, ""
			}
		}
		return func() {
			s.file.edits.Replace(rangeOf(s.Node), s.file.ours(name+".Of("), rangeOf(s.Node.Args[0]), ")")
		}, ""
	}
}

// dial is for Dial, which waits for the peer. Connect does not, and what is sent
// in the meantime waits, except where it is dropped.
func dial(s *site) (func(), string) {
	root := s.Origins.Root(s.file.OriginSlot(s.Recv))
	known := false
	for _, o := range s.sites {
		if !o.creates() || s.Origins.Root(o.Node) != root {
			continue
		}
		known = true
		switch o.socketType() {
		case "PUB", "XPUB", "ROUTER":
			return nil, "Dial waits for the peer, and Connect does not: what a " + o.socketType() + " sends before that is lost"
		}
	}
	if !known {
		return nil, "Dial waits for the peer, and Connect does not, which makes a difference to some types of sockets; of which type this is, is not known"
	}
	return func() {
		s.rename("Connect")
		key := "dial " + s.file.Path
		if !s.wanted[key] {
			s.wanted[key] = true
			s.file.note(s.Node, "Connect does not wait for the peer as Dial did, and goes on trying without an error")
		}
	}, ""
}

// sendMsg is for Send of a Msg.
func sendMsg(s *site) (func(), string) {
	arg := ast.Unparen(s.Node.Args[0])
	inner, _ := arg.(*ast.CallExpr)
	if made := s.byNode[inner]; inner != nil && made != nil && strings.HasPrefix(made.Func.Name(), "NewMsg") {
		if emit := s.sendMade(made); emit != nil {
			return emit, ""
		}
	}
	return func() {
		s.rename("Send")
		s.contextFirst()
		s.file.edits.Replace(rangeOf(s.Node.Args[0]), rangeOf(s.Node.Args[0]), ".Frames()...")
	}, ""
}

// sendMade sends what a message is made of, without the message.
func (s *site) sendMade(made *site) func() {
	method, parts := "Send", []any{nil}
	args := made.Node.Args
	if len(args) == 0 {
		return nil
	}
	switch made.Func.Name() {
	case "NewMsgString":
		method, parts[0] = "SendString", made.args(0)
	case "NewMsg":
		parts[0] = made.args(0)
	case "NewMsgFrom":
		parts[0] = made.args(0)
		if made.Node.Ellipsis.IsValid() {
			parts = append(parts, "...")
		}
	case "NewMsgFromString":
		method = "SendString"
		if parts = s.spread(args[0]); parts == nil {
			return nil
		}
	}
	if s.file.Info.Types[args[0]].IsNil() {
		return nil
	}
	s.consumed[made.Node] = true
	s.file.consume(made.Node.Fun)
	return func() {
		s.rename(method)
		s.file.edits.Replace(rangeOf(s.Node.Args[0]), append([]any{s.file.context(s.Node.Pos()), ", "}, parts...)...)
	}
}

// recvMsg is for Recv, which has a context in package zmq.
func recvMsg(s *site) (func(), string) {
	return func() { s.contextFirst() }, ""
}

// newMsg is for the functions that make a Msg.
func newMsg(name string) rule {
	return func(s *site) (func(), string) {
		return func() {
			s.rename(name)
			if s.Func.Name() == "NewMsgFromString" {
				s.file.edits.Replace(s.args(0), s.spread(s.Node.Args[0])...)
			}
		}, ""
	}
}

// msgBytes is for Bytes, which joins all frames.
func msgBytes(s *site) (func(), string) {
	return func() {
		s.file.edits.Replace(rangeOf(s.Node), s.file.std("bytes")+".Join(", rangeOf(s.Recv), ".Frames(), nil)")
	}, ""
}

// setOption is for SetOption, whose options are text.
func setOption(s *site) (func(), string) {
	value := s.file.Info.Types[s.Node.Args[0]].Value
	if value == nil || value.Kind() != constant.String {
		return nil, "the option is not constant"
	}
	arg := s.Node.Args[1]
	typ := s.file.typeOf(arg)
	switch name := constant.StringVal(value); {
	case name == "SUBSCRIBE" && typ == "string", name == "UNSUBSCRIBE" && typ == "string":
		s.file.consume(s.Node.Args[0])
		return func() {
			s.rename(map[string]string{"SUBSCRIBE": "Subscribe", "UNSUBSCRIBE": "Unsubscribe"}[name])
			s.file.edits.Replace(s.args(0), rangeOf(arg))
		}, ""
	case name == "HWM" && typ == "int" && (plain(arg) || s.file.Info.Types[arg].Value != nil):
		s.file.consume(s.Node.Args[0])
		return bothHWM(s, arg)
	}
	return nil, "the option has no certain counterpart in package zmq"
}

// judgeFrames says why a use of Msg.Frames cannot be one of zmq.Message.
func (f *file) judgeFrames(ref *flow.Ref) string {
	sel, ok := ref.Cursor.Parent().Node().(*ast.SelectorExpr)
	if !ok {
		_, keyed := ref.Cursor.Parent().Node().(*ast.KeyValueExpr)
		lit, isLit := ref.Cursor.Parent().Parent().Node().(*ast.CompositeLit)
		if !keyed || !isLit || lit.Type == nil || len(lit.Elts) != 1 {
			return "a Msg is made field by field: use zmq.NewMessage"
		}
		f.consume(lit.Type)
		return ""
	}
	if f.readAs(ref.Cursor.Parent(), asFrames) == changed || sel.Sel != ref.Ident {
		return "changes the frames of a message: make a new message instead"
	}
	return ""
}

// writeFrames writes a use of Msg.Frames as one of zmq.Message.
func (f *file) writeFrames(ref *flow.Ref) {
	c := ref.Cursor.Parent()
	sel, ok := c.Node().(*ast.SelectorExpr)
	if !ok {
		f.writeLiteral(ref.Cursor)
		return
	}
	switch n := c.Parent().Node().(type) {
	case *ast.IndexExpr:
		if n.X == sel {
			f.edits.Replace(rangeOf(n), rangeOf(sel.X), ".Frame(", rangeOf(n.Index), ")")
			return
		}
	case *ast.CallExpr:
		if f.calls(n) == "len" {
			f.edits.Replace(rangeOf(n), rangeOf(sel.X), ".Len()")
			return
		}
	}
	f.edits.Insert(sel.End(), "()")
}

// writeLiteral writes Msg{Frames: x} as zmq.NewMessage(x...).
func (f *file) writeLiteral(c inspector.Cursor) {
	kv := c.Parent().Node().(*ast.KeyValueExpr)
	lit := c.Parent().Parent().Node().(*ast.CompositeLit)
	f.edits.Replace(source.Range{Pos: lit.Lbrace, End: lit.Rbrace + 1}, "(", rangeOf(kv.Value), "...)")
	f.edits.Replace(rangeOf(lit.Type), f.ours("NewMessage"))
}
