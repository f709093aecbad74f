// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gozmq/zmq/internal/poller"
	"github.com/gozmq/zmq/internal/session"
)

// TestConstantsAreThoseBelow: in the documentation they are numbers.
func TestConstantsAreThoseBelow(t *testing.T) {
	for _, c := range []struct{ ours, below uint64 }{
		{uint64(EventConnected), uint64(session.Connected)}, {uint64(EventConnectDelayed), uint64(session.ConnectDelayed)},
		{uint64(EventConnectRetried), uint64(session.ConnectRetried)}, {uint64(EventListening), uint64(session.Listening)},
		{uint64(EventBindFailed), uint64(session.BindFailed)}, {uint64(EventAccepted), uint64(session.Accepted)},
		{uint64(EventAcceptFailed), uint64(session.AcceptFailed)}, {uint64(EventClosed), uint64(session.Closed)},
		{uint64(EventCloseFailed), uint64(session.CloseFailed)}, {uint64(EventDisconnected), uint64(session.Disconnected)},
		{uint64(EventMonitorStopped), uint64(session.MonitorStopped)},
		{uint64(EventHandshakeFailedNoDetail), uint64(session.HandshakeFailedNoDetail)},
		{uint64(EventHandshakeSucceeded), uint64(session.HandshakeSucceeded)},
		{uint64(EventHandshakeFailedProtocol), uint64(session.HandshakeFailedProtocol)},
		{uint64(EventHandshakeFailedAuth), uint64(session.HandshakeFailedAuth)},
		{uint64(EventPipesStats), uint64(session.PipesStats)}, {uint64(EventMessageRefused), uint64(session.MessageRefused)},
		{uint64(EventPacketsLost), uint64(session.PacketsLost)},
		{uint64(PollIn), uint64(poller.In)}, {uint64(PollOut), uint64(poller.Out)}, {uint64(PollErr), uint64(poller.Err)},
		{uint64(PollPri), uint64(poller.Pri)}, {uint64(PollClosed), uint64(poller.Closed)},
		{uint64(EndpointConnecting), uint64(session.Dialing)}, {uint64(EndpointHandshaking), uint64(session.ShakingHand)},
		{uint64(EndpointReady), uint64(session.Serving)}, {uint64(EndpointRetrying), uint64(session.Resting)},
		{uint64(EndpointEnded), uint64(session.Ended)},
	} {
		if c.ours != c.below {
			t.Errorf("%#x is %#x below", c.ours, c.below)
		}
	}
}

// documentation is what go doc has of this package.
func documentation(t *testing.T) *doc.Package {
	t.Helper()
	set := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	p, err := doc.NewFromFiles(set, files, "github.com/gozmq/zmq")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// below are the names of the packages of this module that programs cannot import.
var below = []string{"core", "opt", "pipe", "session", "engine", "pattern", "poller", "proxy", "transport", "zerr", "mechanism", "wire", "z85"}

// internalTypes returns the types of packages below in the declaration of a type, a
// signature, or the fields that can be seen.
func internalTypes(n ast.Node) (found []string) {
	if n == nil || reflect.ValueOf(n).IsNil() {
		return nil
	}
	ast.Inspect(n, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && slices.Contains(below, x.Name) {
				found = append(found, x.Name+"."+s.Sel.Name)
			}
		}
		return true
	})
	return found
}

// TestDocumentationHasNoInternalType: a reader of go doc meets no type that a program
// cannot name.
func TestDocumentationHasNoInternalType(t *testing.T) {
	p := documentation(t)
	report := func(where string, found []string) {
		for _, name := range found {
			t.Errorf("%s: go doc shows %s", where, name)
		}
	}
	functions := func(list []*doc.Func) {
		for _, f := range list {
			report(f.Name, internalTypes(f.Decl.Type))
		}
	}
	values := func(list []*doc.Value) {
		for _, v := range list {
			for _, s := range v.Decl.Specs {
				s := s.(*ast.ValueSpec)
				report(s.Names[0].Name, internalTypes(s.Type))
				if v.Decl.Tok == token.CONST && !strings.HasPrefix(s.Names[0].Name, "Err") {
					for _, x := range s.Values {
						report(s.Names[0].Name, internalTypes(x))
					}
				}
			}
		}
	}
	functions(p.Funcs)
	values(p.Consts)
	values(p.Vars)
	for _, typ := range p.Types {
		functions(typ.Funcs)
		functions(typ.Methods)
		values(typ.Consts)
		values(typ.Vars)
		for _, s := range typ.Decl.Specs {
			s := s.(*ast.TypeSpec)
			report(s.Name.Name, internalTypes(s.Type)) // go/doc has removed the fields that are not exported
		}
	}
}

// TestOptionsStandUnderOption: go doc groups a variable under its type if the declaration
// says what that is.
func TestOptionsStandUnderOption(t *testing.T) {
	p := documentation(t)
	for _, v := range p.Vars {
		t.Errorf("%v stands alone", v.Names)
	}
	for _, typ := range p.Types {
		if typ.Name == "Option" && len(typ.Vars) < 100 {
			t.Errorf("%d variables stand under Option", len(typ.Vars))
		}
	}
}

// TestErrorsShowFieldsAndMethods: go doc shows what a type of an error has, which it does
// not of an alias.
func TestErrorsShowFieldsAndMethods(t *testing.T) {
	shown := 0
	for _, typ := range documentation(t).Types {
		if !strings.HasSuffix(typ.Name, "Error") {
			continue
		}
		shown++
		s, _ := typ.Decl.Specs[0].(*ast.TypeSpec).Type.(*ast.StructType)
		if s == nil || len(s.Fields.List) == 0 {
			t.Errorf("%s shows no fields", typ.Name)
		}
		if !slices.ContainsFunc(typ.Methods, func(m *doc.Func) bool { return m.Name == "Error" }) {
			t.Errorf("%s shows no method Error", typ.Name)
		}
	}
	if shown < 5 {
		t.Errorf("%d types of errors are shown", shown)
	}
}

// withoutExample are functions, and methods of Socket, that no Example calls, and why none
// is needed.
var withoutExample = map[string]string{
	"DefaultContext":  "NewSocket uses it",
	"DefaultLimits":   "for programs that change one limit of all",
	"Errno":           "for programs that came from C",
	"NewPublicKey":    "ParsePublicKey reads the usual form",
	"NewSecretKey":    "ParseSecretKey reads the usual form",
	"Options":         "LookupOption shows the type",
	"ParseDevice":     "for programs with a command line",
	"ParseSocketType": "for programs with a command line",
	"SocketTypes":     "for programs with a command line",
	"SourceOf":        "for programs that limit strangers",
	"Version":         "a text",
	"WithTransports":  "package ws has examples",

	"CheckSend":           "for programs that came from C",
	"Type":                "a field",
	"RawOption":           "for programs that came from C",
	"SetRawOption":        "for programs that came from C",
	"MonitorPipesStats":   "for programs that came from C",
	"StopMonitorTo":       "for programs that came from C",
	"MulticastStats":      "a struct of counters",
	"Events":              "the example of Poller is what a program wants",
	"Leave":               "as Unsubscribe, after Join",
	"UnsubscribePeer":     "as SubscribePeer",
	"DisconnectRoutingID": "as DisconnectPeer",
}

// TestNewcomersFindAnExample of each function and of each method of a socket. An option has
// one if what it does to messages is not said in a sentence.
func TestNewcomersFindAnExample(t *testing.T) {
	names, err := filepath.Glob("example*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(b)
	}
	want := func(name, call string) {
		shown := regexp.MustCompile(`(?m)^func Example\w*` + name + `\b|` + call).MatchString(text.String())
		if _, excepted := withoutExample[name]; shown == excepted {
			t.Errorf("%s is shown in an example: %v, and an exception: %v", name, shown, excepted)
		}
	}
	p := documentation(t)
	functions := slices.Clone(p.Funcs)
	for _, typ := range p.Types {
		functions = append(functions, typ.Funcs...)
		for _, m := range typ.Methods {
			if typ.Name == "Socket" && m.Name != "String" {
				want(m.Name, `\.`+m.Name+`\(`)
			}
		}
	}
	for _, f := range functions {
		want(f.Name, `zmq\.`+f.Name+`\(`)
	}
	for _, name := range []string{"XPubManual", "RouterNotify", "ConflateTopics", "DisconnectSlow", "DropOldest", "PlainServer"} {
		want(name, `func Example`+name+`\(`)
	}
}
