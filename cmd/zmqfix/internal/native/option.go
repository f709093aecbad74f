// SPDX-License-Identifier: Apache-2.0

package native

import (
	"go/ast"
	"strconv"
	"strings"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/library"
)

// A unit is how a library writes the value of an option.
type unit uint8

const (
	same         unit = iota // as package zmq does
	fromText                 // text instead of bytes
	switched                 // 0 or 1 instead of a bool
	milliseconds             // a number of them instead of a time.Duration
	seconds                  // a number of them instead of a time.Duration
)

// An option is one of package zmq and how the libraries write it: as
// a method of their own, and, in wide, as an integer.
type option struct {
	native string
	method unit // in methods for the option, of gozmq and pebbe
	wide   unit // in integers, of gozmq's SetSockOptInt and of goczmq
}

// options have the libraries' names in lower case, without underscores.
var options = map[string]option{
	"linger":               {"Linger", same, milliseconds},
	"sndhwm":               {"SendHWM", same, same},
	"rcvhwm":               {"RecvHWM", same, same},
	"sndtimeo":             {"SendTimeout", same, milliseconds},
	"rcvtimeo":             {"RecvTimeout", same, milliseconds},
	"sndtimeout":           {"SendTimeout", same, milliseconds},
	"rcvtimeout":           {"RecvTimeout", same, milliseconds},
	"sndbuf":               {"SendBuffer", same, same},
	"rcvbuf":               {"RecvBuffer", same, same},
	"identity":             {"RoutingID", fromText, fromText},
	"reconnectivl":         {"ReconnectInterval", same, milliseconds},
	"reconnectivlmax":      {"ReconnectIntervalMax", same, milliseconds},
	"backlog":              {"Backlog", same, same},
	"maxmsgsize":           {"MaxMessageSize", same, same},
	"immediate":            {"Immediate", same, switched},
	"delayattachonconnect": {"Immediate", same, switched},
	"ipv6":                 {"IPv6", same, switched},
	"conflate":             {"Conflate", same, switched},
	"routermandatory":      {"RouterMandatory", switched, switched},
	"routerhandover":       {"RouterHandover", same, switched},
	"routerraw":            {"RouterRaw", switched, switched},
	"proberouter":          {"ProbeRouter", switched, switched},
	"reqcorrelate":         {"ReqCorrelate", switched, switched},
	"reqrelaxed":           {"ReqRelaxed", switched, switched},
	"xpubverbose":          {"XPubVerbose", switched, switched},
	"xpubverboser":         {"XPubVerboser", switched, switched},
	"xpubmanual":           {"XPubManual", switched, switched},
	"xpubnodrop":           {"XPubNoDrop", same, switched},
	"xpubwelcomemsg":       {"XPubWelcomeMessage", fromText, fromText},
	"invertmatching":       {"InvertMatching", switched, switched},
	"streamnotify":         {"StreamNotify", switched, switched},
	"connectrid":           {"ConnectRoutingID", fromText, fromText},
	"connecttimeout":       {"ConnectTimeout", same, milliseconds},
	"handshakeivl":         {"HandshakeInterval", same, milliseconds},
	"heartbeativl":         {"HeartbeatInterval", same, milliseconds},
	"heartbeattimeout":     {"HeartbeatTimeout", same, milliseconds},
	"heartbeatttl":         {"HeartbeatTTL", same, milliseconds},
	"tcpkeepalive":         {"TCPKeepAlive", same, same},
	"tcpkeepalivecnt":      {"TCPKeepAliveCount", same, same},
	"tcpkeepaliveidle":     {"TCPKeepAliveIdle", seconds, seconds},
	"tcpkeepaliveintvl":    {"TCPKeepAliveInterval", seconds, seconds},
	"tcpmaxrt":             {"TCPMaxRetransmit", same, milliseconds},
	"tos":                  {"TOS", same, same},
	"plainserver":          {"PlainServer", switched, switched},
	"plainusername":        {"PlainUsername", same, same},
	"plainpassword":        {"PlainPassword", same, same},
	"curveserver":          {"CurveServer", switched, switched},
	"curvepublickey":       {"CurvePublicKey", fromText, fromText},
	"curvesecretkey":       {"CurveSecretKey", fromText, fromText},
	"curveserverkey":       {"CurveServerKey", fromText, fromText},
	"zapdomain":            {"ZAPDomain", same, same},
	"tcpacceptfilter":      {"TCPAcceptFilter", same, same},
}

// nativeTypes are the options whose values are of another integer type than int.
var nativeTypes = map[string]string{"MaxMessageSize": "int64"}

func optionKey(name string) string { return strings.ReplaceAll(strings.ToLower(name), "_", "") }

// optionRule returns the rule for a method that sets or gets an option.
func (s *site) optionRule() rule {
	name := s.Func.Name()
	if s.Recv == nil || !strings.HasSuffix(s.Name(), "Socket."+name) {
		return nil
	}
	if key, ok := strings.CutPrefix(name, "Set"); ok {
		if o, ok := options[optionKey(key)]; ok {
			return setter(o, o.unitFor(s.Library, key))
		}
		return nil
	}
	key, ok := strings.CutPrefix(name, "Get")
	if ok == (s.Library == library.GoZMQ) {
		return nil
	}
	if o, ok := options[optionKey(key)]; ok {
		return optionGetter(o, o.unitFor(s.Library, key))
	}
	return nil
}

// unitFor returns how a library's method writes the value. gozmq has a bool
// where pebbe has an integer for two of them.
func (o option) unitFor(of library.ID, key string) unit {
	if of == library.GoZMQ {
		switch key {
		case "ROUTERMandatory", "XPUBVerbose":
			return same
		}
	}
	return o.method
}

// setter is for a method that sets an option.
func setter(o option, u unit) rule {
	return func(s *site) (func(), string) {
		return func() {
			parts := []any{s.file.ours(o.native + ".Set("), rangeOf(s.Recv), ", "}
			parts = append(parts, s.file.optionValue(o, u, s.Node.Args[0])...)
			s.file.edits.Replace(rangeOf(s.Node), append(parts, ")")...)
		}, ""
	}
}

// optionGetter is for a method that gets an option's value and an error.
func optionGetter(o option, u unit) rule {
	return func(s *site) (func(), string) {
		if u != same && u != fromText || s.file.resultType(s) == "uint64" {
			return nil, "the value of " + o.native + " has another type in package zmq"
		}
		return s.noError(func() {
			before, after := "", ")"
			if u == fromText {
				before, after = "string(", "))"
			}
			s.file.edits.Replace(rangeOf(s.Node), before, s.file.ours(o.native+".Get("), rangeOf(s.Recv), after)
		})
	}
}

// resultType returns the type of a call's first result.
func (f *file) resultType(s *site) string {
	return s.Func.Signature().Results().At(0).Type().String()
}

// optionValue writes a value as package zmq wants it.
func (f *file) optionValue(o option, u unit, arg ast.Expr) []any {
	n, constant := f.constant(arg)
	switch u {
	case fromText:
		return []any{"[]byte(", rangeOf(arg), ")"}
	case switched:
		if constant {
			return []any{strconv.FormatBool(n != 0)}
		}
		return []any{rangeOf(arg), " != 0"}
	case milliseconds, seconds:
		return f.duration(u, arg, n, constant)
	}
	want := nativeTypes[o.native]
	if want == "" {
		want = "int"
	}
	switch typ := f.typeOf(arg); {
	case f.Info.Types[arg].Value != nil && isLiteral(arg), typ == want:
	case typ == "uint64" || typ == "int64" || typ == "int":
		return []any{want + "(", rangeOf(arg), ")"}
	}
	return []any{rangeOf(arg)}
}

func isLiteral(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.BasicLit:
		return true
	case *ast.UnaryExpr:
		return isLiteral(e.X)
	}
	return false
}

// duration writes a number of milliseconds or seconds as a time.Duration.
func (f *file) duration(u unit, arg ast.Expr, n int64, constant bool) []any {
	name := "Millisecond"
	if u == seconds {
		name = "Second"
	}
	switch {
	case constant && n == 0:
		return []any{"0"}
	case constant && n < 0:
		return []any{"-1"}
	case constant && n == 1:
		return []any{f.std("time") + "." + name}
	case constant && n%1000 == 0 && u == milliseconds && isLiteral(arg):
		if n == 1000 {
			return []any{f.std("time") + ".Second"}
		}
		return []any{strconv.FormatInt(n/1000, 10) + "*" + f.std("time") + ".Second"}
	case constant && isLiteral(arg):
		return []any{rangeOf(arg), "*" + f.std("time") + "." + name}
	}
	return []any{f.std("time") + ".Duration(", rangeOf(arg), ")*" + f.std("time") + "." + name}
}

// sockOpt is for gozmq's methods that set an option by its number.
func sockOpt(s *site) (func(), string) {
	c := s.file.constantObject(s.Node.Args[0])
	if c == nil {
		return nil, "the option is not constant"
	}
	s.file.consume(s.Node.Args[0])
	switch c.Name() {
	case "SUBSCRIBE", "UNSUBSCRIBE":
		method := map[string]string{"SUBSCRIBE": "Subscribe", "UNSUBSCRIBE": "Unsubscribe"}[c.Name()]
		return func() {
			s.rename(method)
			s.file.edits.Replace(s.args(0), rangeOf(s.Node.Args[1]))
		}, ""
	case "HWM":
		return bothHWM(s, s.Node.Args[1])
	}
	o, ok := options[optionKey(c.Name())]
	if !ok {
		return nil, c.Name() + " has no counterpart in package zmq"
	}
	return func() {
		parts := []any{s.file.ours(o.native + ".Set("), rangeOf(s.Recv), ", "}
		parts = append(parts, s.file.optionValue(o, o.wide, s.Node.Args[1])...)
		s.file.edits.Replace(rangeOf(s.Node), append(parts, ")")...)
	}, ""
}

// setBothHWM is for the high-water mark of ZeroMQ 2, which is for both
// directions.
func setBothHWM(s *site) (func(), string) { return bothHWM(s, s.Node.Args[0]) }

func bothHWM(s *site, arg ast.Expr) (func(), string) {
	if !plain(ast.Unparen(arg)) && !s.file.isConstant(arg) {
		return func() {
			value := s.file.optionValue(options["sndhwm"], same, arg)
			s.file.edits.Replace(rangeOf(s.Node), append(append([]any{s.file.call(bothMarks) + "(", rangeOf(s.Recv), ", "}, value...), ")")...)
		}, ""
	}
	return func() {
		f := s.file
		value := f.optionValue(options["sndhwm"], same, arg)
		parts := append([]any{f.ours("SendHWM.Of(")}, value...)
		parts = append(append(append(parts, "), ", f.ours("RecvHWM.Of(")), value...), ")")
		s.rename("Set")
		f.edits.Replace(s.args(0), parts...)
	}, ""
}

// clientPlain is for pebbe's ClientAuthPlain.
func clientPlain(s *site) (func(), string) {
	return func() {
		f, a := s.file, s.Node.Args
		s.rename("Set")
		f.edits.Replace(s.args(0), f.ours("PlainUsername.Of("), rangeOf(a[0]), "), ", f.ours("PlainPassword.Of("), rangeOf(a[1]), ")")
	}, ""
}

// clientCurve is for pebbe's ClientAuthCurve.
func clientCurve(s *site) (func(), string) {
	return func() {
		f, a := s.file, s.Node.Args
		s.rename("Set")
		f.edits.Replace(s.args(0),
			f.ours("CurveServerKey.Of([]byte("), rangeOf(a[0]), ")), ",
			f.ours("CurvePublicKey.Of([]byte("), rangeOf(a[1]), ")), ",
			f.ours("CurveSecretKey.Of([]byte("), rangeOf(a[2]), "))")
	}, ""
}

// serverCurve is for pebbe's ServerAuthCurve, whose domain may be empty.
func serverCurve(s *site) (func(), string) {
	return func() {
		f, a := s.file, s.Node.Args
		s.rename("Set")
		f.edits.Replace(s.args(0), f.ours("CurveServer.Of(true), "),
			f.ours("CurveSecretKey.Of([]byte("), rangeOf(a[1]), ")), ",
			f.ours("ZAPDomain.Of("), rangeOf(a[0]), ")")
	}, ""
}

// serverMechanism is for pebbe's ServerAuthPlain and ServerAuthNull.
func serverMechanism(plain string) rule {
	return func(s *site) (func(), string) {
		return func() {
			f := s.file
			s.rename("Set")
			f.edits.Replace(s.args(0), f.ours("PlainServer.Of("+plain+"), "), f.ours("ZAPDomain.Of("), rangeOf(s.Node.Args[0]), ")")
		}, ""
	}
}

// getter is for a method that returns a value and an error, and a value alone
// under another name in package zmq.
func getter(name string) rule {
	return func(s *site) (func(), string) {
		return s.noError(func() { s.rename(name) })
	}
}

// lastEndpoint is for pebbe's GetLastEndpoint, whose text is the same unless
// a wildcard was bound, which is one of IPv6 in package zmq.
func lastEndpoint(s *site) (func(), string) {
	root := s.Origins.Root(s.file.OriginSlot(s.Recv))
	for _, o := range s.sites {
		if o.Func.Name() != "Bind" || o.Recv == nil || s.Origins.Root(o.file.OriginSlot(o.Recv)) != root {
			continue
		}
		value := o.file.Info.Types[o.Node.Args[0]].Value
		if value == nil || strings.Contains(value.ExactString(), "://*") {
			return nil, "the last endpoint of a wildcard is tcp://[::]:port in package zmq, not tcp://0.0.0.0:port"
		}
	}
	return s.noError(func() { s.rename("LastEndpoint") })
}
