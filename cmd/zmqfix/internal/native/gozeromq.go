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
		"Socket.Addr":       addr,
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
		"WithTimeout":       withTimeout,

		"WithAutomaticReconnect": withReconnect,
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
		return s.newGoZeroMQInside, ""
	}
	ctx := s.Node.Args[0]
	ends := !s.file.isBackground(ctx)
	if ends && (!plain(ctx) || !plain(set.Lhs[0])) {
		return s.newGoZeroMQInside, ""
	}
	return func() {
		f := s.file
		s.rename("NewSocket")
		f.edits.Replace(rangeOf(ctx), f.ours(s.socketType()))
		if !isBlank(set.Lhs[0]) {
			f.edits.Insert(set.Lhs[0].End(), ", _")
			f.note(set, "zmq.NewSocket has an error, which is dropped here")
		}
		s.addSettings()
		if ends {
			f.after(set, f.std("context")+".AfterFunc("+f.Text(rangeOf(ctx))+", func() { "+f.Text(rangeOf(set.Lhs[0]))+".Close() })")
		}
		s.tellDefaults()
	}, ""
}

// newGoZeroMQInside writes a constructor within an expression, or with a context that
// is computed, as a call of an addition.
func (s *site) newGoZeroMQInside() {
	f := s.file
	name := f.call(socketUntil)
	f.edits.Replace(rangeOf(s.Node.Fun), name)
	f.edits.Insert(s.Node.Args[0].End(), ", "+f.ours(s.socketType()))
	s.addSettings()
	s.tellDefaults()
}

// addSettings adds the settings with which a socket of package zmq behaves as one of
// go-zeromq to a constructor's arguments.
func (s *site) addSettings() {
	f, args := s.file, s.Node.Args
	settings := s.defaults(s.socketType())
	if s.socketType() == "REQ" {
		// A new request gives up the last one. ReqCorrelate would be safer, but
		// puts a frame in front that servers have to send back.
		settings += ", " + f.ours("ReqRelaxed.Of(true)")
	}
	switch {
	case settings == "":
	case s.Node.Ellipsis.IsValid():
		last := args[len(args)-1]
		f.edits.Replace(rangeOf(last), "append([]"+f.ours("Setting")+"{"+strings.TrimPrefix(settings, ", ")+"}, ", rangeOf(last), "...)")
	default:
		f.edits.Insert(s.Node.Rparen, settings)
	}
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

// withTimeout is for the option WithTimeout, of which 0 and below mean no time-out.
func withTimeout(s *site) (func(), string) {
	if n, ok := s.file.constant(s.Node.Args[0]); !ok || n <= 0 {
		return nil, "the time-out is not constant: 0 and below mean none, and SendTimeout of package zmq is below 0 for that"
	}
	return settingOf("SendTimeout")(s)
}

// withReconnect is for the option WithAutomaticReconnect, which says with true what is
// so in package zmq anyway.
func withReconnect(s *site) (func(), string) {
	value := s.file.Info.Types[s.Node.Args[0]].Value
	if value == nil || value.Kind() != constant.Bool || !constant.BoolVal(value) {
		return nil, "package zmq always connects again, unless ReconnectInterval is below 0"
	}
	return func() {
		s.file.edits.Replace(rangeOf(s.Node), s.file.ours("ReconnectInterval.Of("), s.file.std("time"), ".Second/10)")
	}, ""
}

// addr is for the text of Addr, where the socket listens on TCP alone.
func addr(s *site) (func(), string) {
	const other = "Addr is a net.Addr, and LastEndpoint of package zmq a string"
	sel, ok := s.Cursor.Parent().Node().(*ast.SelectorExpr)
	call, isCall := s.Cursor.Parent().Parent().Node().(*ast.CallExpr)
	if !ok || !isCall || call.Fun != sel || sel.Sel.Name != "String" {
		return nil, other
	}
	root := s.Origins.Root(s.file.OriginSlot(s.Recv))
	for _, o := range s.sites {
		if o.Recv == nil || o.Func.Name() != "Listen" || s.Origins.Root(o.file.OriginSlot(o.Recv)) != root {
			continue
		}
		value := o.file.Info.Types[o.Node.Args[0]].Value
		if value == nil || value.Kind() != constant.String || !strings.HasPrefix(constant.StringVal(value), "tcp://127.0.0.1:") {
			return nil, other
		}
	}
	return func() {
		s.file.edits.Replace(rangeOf(call), s.file.std("strings")+".TrimPrefix(", rangeOf(s.Recv), `.LastEndpoint(), "tcp://")`)
	}, ""
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
	case name == "HWM" && typ == "int":
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
