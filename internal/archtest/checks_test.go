// SPDX-License-Identifier: Apache-2.0

// The checks themselves, on small trees made for them.

package archtest

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// plant makes a tree of files given as path, source, path, source.
func plant(t *testing.T, files ...string) *tree {
	t.Helper()
	fsys := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		fsys[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	tree, err := parseTree("", fsys)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// wantEach checks that there is one complaint for each fragment, in any order.
func wantEach(t *testing.T, got []string, fragments ...string) {
	t.Helper()
	if len(got) != len(fragments) {
		t.Errorf("%d complaints %q, want %d", len(got), got, len(fragments))
	}
	for _, f := range fragments {
		if !slices.ContainsFunc(got, func(g string) bool { return strings.Contains(g, f) }) {
			t.Errorf("no complaint has %q: %q", f, got)
		}
	}
}

func TestCheckImports(t *testing.T) {
	of := func(pkg string, paths ...string) string {
		return "package " + pkg + "\nimport (\n\"" + strings.Join(paths, "\"\n\"") + "\"\n)\n"
	}
	got := checkImports(plant(t,
		"internal/wire/a.go", of("wire", "net", module+"/internal/zerr"),
		"internal/wire/b_plan9.go", of("wire", module+"/internal/opt"),
		"internal/wire/a_test.go", of("wire_test", "testing", module+"/internal/wire", module+"/internal/zmqtest"),
		"internal/session/s.go", of("session", module+"/internal/wire"),
		"internal/session/s_test.go", of("session", module+"/internal/wire", module+"/internal/core"),
		"internal/core/c.go", of("core", module+"/internal/pattern/trie", module+"/internal/zmqtest"),
		"internal/new/n.go", "package new\n",
		"internal/mechanism/curve/c.go", of("curve", "golang.org/x/crypto/nacl/box", "golang.org/x/crypton"),
		"zmq.go", of("zmq", module+"/internal/core", "github.com/else/where", "C"),
		"examples/hello/main.go", of("main", module, module+"/internal/core"),
		"bench/cmd/bench/main.go", of("main", module, "github.com/else/where"),
		"test/rig/r.go", of("rig", module, module+"/internal/wire", module+"/internal/zmqtest"),
		"test/api/a_test.go", of("api_test", module, module+"/test/rig", module+"/internal/zmqtest"),
		"cmd/zmq/main.go", of("main", module, module+"/test/rig"),
	), policy)
	wantEach(t, got,
		"internal/wire/b_plan9.go: imports "+module+"/internal/opt",
		"internal/session/s.go: imports "+module+"/internal/wire",
		"internal/session/s_test.go: imports "+module+"/internal/core",
		"internal/core/c.go: imports "+module+"/internal/zmqtest: it is for tests only",
		"internal/new: has no row",
		"golang.org/x/crypton",
		"zmq.go: imports github.com/else/where",
		"zmq.go: imports C: cgo",
		"examples/hello/main.go: imports "+module+"/internal/core",
		"cmd/zmq/main.go: imports "+module+"/test/rig: it is for tests only",
	)
}

func TestCheckTypeComparisons(t *testing.T) {
	got := checkTypeComparisons(plant(t,
		"internal/core/a.go", "package core\nvar a = x == pattern.Dgram || pattern.Rep != x || x == pattern.Other\nvar s = make(pattern.Dealer)\n",
		"internal/core/b.go", "package core\nfunc f() {\nswitch x {\ncase 1, pattern.XPub:\n}\n}\nvar m = map[int]int{pattern.Dish: 1}\n",
		"internal/core/a_test.go", "package core\nvar b = x == pattern.Dgram\n",
		"cmd/libzmq/a.go", "package main\nvar a = x == pattern.Sub\n",
		"cmd/zmq/a.go", "package main\nvar a = x == pattern.Sub\n",
	))
	wantEach(t, got, "core/a.go:2: compares with pattern.Dgram", "pattern.Rep", "pattern.XPub", "pattern.Dish", "pattern.Sub")
}

func TestCheckStandIns(t *testing.T) {
	tree := plant(t,
		"compat/x/a_test.go", "package x_test\nimport _ \""+module+"/compat/x\"\n",
		"compat/x/b.go", "package x\nimport _ \""+module+"/compat/xy\"\n",
		"compat/xy/c_test.go", "package xy_test\nimport _ \""+module+"/compat/x\"\n",
	)
	wantEach(t, checkStandIns(tree, []string{"compat/x"}), "compat/x/a_test.go")
}

func TestCheckStyle(t *testing.T) {
	tree := plant(t,
		"good.go", spdx+"\n// Package zmq is documented.\npackage zmq\n",
		"internal/util/x.go", "package util\nfunc init() {}\n",
		"internal/wire/types.go", spdx+"package wire\ntype t struct{}\nfunc (t) init() {}\n",
		"internal/wire/testdata/x.go", "not Go at all",
		"a_test.go", spdx+"package zmq\nimport ( \"time\"; st \"testing/synctest\" )\n"+
			"func f() { st.Test(nil, func() { time.Sleep(1) }); time.Sleep(2) }\n",
		"b_test.go", spdx+"package zmq\nimport clock \"time\"\nfunc g() { clock.Sleep(1) }\n",
		"c_test.go", spdx+"package zmq\nimport \"time\"\nfunc h() { time.Sleep(1) }\n",
	)
	wantEach(t, checkLicense(tree), "internal/util/x.go")
	wantEach(t, checkNames(tree), "internal/util/x.go: package util", "internal/wire/types.go: the file")
	wantEach(t, checkInit(tree), "internal/util/x.go:2")
	wantEach(t, checkSleeps(tree, map[string]string{"c_test.go": "a reason"}), "a_test.go:4", "b_test.go:4")
}

func TestCheckComments(t *testing.T) {
	got := checkComments(plant(t,
		"a.go", `// Package zmq is documented.
package zmq

// Good does something.
func Good() {}

// Does something else.
func Bad() {}

func Bare() {}

type hidden struct{}

func (hidden) String() string { return "" }

// T is a type.
type T[A any] struct {
	Named int // any comment
	Bare  int
	none  int
}

func (t *T[A]) Method() {}

// Kinds of things.
const (
	// One is first.
	One = iota
	Two // Two is second.
	Three
)

// V is alone.
var V int
`,
		"internal/x/x.go", "package x\nfunc Bare() {}\n",
		"cmd/zmq/main.go", "// Command zmq is documented.\npackage main\nfunc Bare() {}\n",
	))
	wantEach(t, got, "comment of Bad does not begin", "exported Bare has no comment", "T.Bare has no comment",
		"exported Method has no comment", "exported Three has no comment", "package x has no package comment")
}

func TestExportedAPIText(t *testing.T) {
	tree := plant(t,
		"a.go", `package zmq
import "github.com/gozmq/zmq/internal/zerr"
type SocketType uint8
const ( PAIR SocketType = iota; PUB; sub )
const Untyped = 3
const ErrAgain = zerr.ErrAgain
var SendHWM = intOption(23)
type Error = zerr.Error
type Socket struct { Name, Other string; mu int }
func (s *Socket) Bind(endpoint string, settings ...Setting) (a, b error) { return }
func (s *Socket) hidden() {}
type Setting interface { Apply(f func(x int) bool); own() }
func NewSocket[T any](t T, m map[string][]byte, done <-chan struct{}) *Socket { return nil }
`,
		"b_windows.go", "package zmq\nfunc NewSocket[T any](t T, m map[string][]byte, done <-chan struct{}) *Socket { return nil }\n",
		"internal/zerr/e.go", "package zerr\ntype Error struct { Op string }\nfunc (e *Error) Unwrap() error { return nil }\n",
	)
	want := `const ErrAgain = zerr.ErrAgain
const PAIR SocketType
const PUB SocketType
const Untyped = 3
func NewSocket[T any](T, map[string][]byte, <-chan struct{}) *Socket
method (*Error) Unwrap() error
method (*Socket) Bind(string, ...Setting) (error, error)
type Error = zerr.Error
type Error struct
type Error struct, Op string
type Setting interface
type Setting interface, Apply(func(int) bool)
type Setting interface, and unexported members
type Socket struct
type Socket struct, Name string
type Socket struct, Other string
type Socket struct, and unexported members
type SocketType uint8
var SendHWM = intOption(23)`
	if got := strings.Join(exportedAPI(tree, "."), "\n"); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if got := exportedAPI(tree, "elsewhere"); len(got) != 0 {
		t.Errorf("API of nothing: %q", got)
	}
}
