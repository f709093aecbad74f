// SPDX-License-Identifier: Apache-2.0

package opt

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

func TestNumbersAndNamesAreUnique(t *testing.T) {
	numbers := map[Num]bool{}
	owner := map[string]Num{}
	for _, sp := range Table() {
		if numbers[sp.Num] {
			t.Errorf("number %d stands twice", sp.Num)
		}
		numbers[sp.Num] = true
		for _, name := range append([]string{sp.Name, sp.Go}, sp.Aliases...) {
			key := plain(name)
			if n, taken := owner[key]; taken && n != sp.Num {
				t.Errorf("%s names both %d and %d", name, n, sp.Num)
			}
			owner[key] = sp.Num
		}
	}
}

func TestTableIsSortedAndACopy(t *testing.T) {
	rows := Table()
	if !slices.IsSortedFunc(rows, func(a, b Spec) int { return int(a.Num - b.Num) }) {
		t.Error("not sorted")
	}
	rows[0].Name = "changed"
	if Table()[0].Name == "changed" {
		t.Error("a caller can change the table")
	}
}

func TestEveryOptionIsDescribed(t *testing.T) {
	for _, sp := range Table() {
		if sp.Doc == "" || !strings.HasSuffix(sp.Doc, ".") {
			t.Errorf("%s: Doc is %q", sp.Name, sp.Doc)
		}
		if sp.Go == "" || sp.Unit == "" || sp.Sockets == "" || sp.Transports == "" {
			t.Errorf("%s: a text is empty", sp.Name)
		}
		if sp.Access == ReadOnly && sp.When != Never {
			t.Errorf("%s: cannot be set, but applies %v", sp.Name, sp.When)
		}
	}
}

func TestDefaultsAreInRange(t *testing.T) {
	for _, sp := range Table() {
		for i, def := range []Value{sp.Default, sp.LibzmqDefault} {
			// -1 there means "as HEARTBEAT_IVL" and cannot be set.
			if sp.Num == HeartbeatTimeout && i == 1 {
				continue
			}
			if def.B == nil && !sp.Ints() {
				continue // not set, which some options cannot go back to
			}
			if got, err := sp.Check(def); err != nil || got.I != def.I {
				t.Errorf("%s: default %v becomes %v, %v", sp.Name, def, got, err)
			}
		}
	}
}

// TestGoDefaults pins where the Go API leaves libzmq's defaults.
func TestGoDefaults(t *testing.T) {
	want := map[Num]int64{
		Linger: 1000, TCPKeepAlive: 1, TCPKeepAliveIdle: 60, TCPKeepAliveInterval: 15, TCPKeepAliveCount: 4,
		HeartbeatInterval: 15000, HeartbeatTimeout: 120000, ConnectTimeout: 10000, IPv6: 1, IPv4Only: 0, RouterMandatory: 1, WaitForPeer: 0,
		MaxMessageSize: 256 << 20, ReconnectIntervalMax: 5000, ReconnectAfterProtocolError: 1,
		HeartbeatOldPeers: 0, MaxMessageBytes: 1 << 30, MaxFrames: 65536, MaxHandshakes: 4096,
		MaxSubscriptions: 1 << 20, MaxTopicBytes: 65536, MaxSubscriptionBytes: 64 << 20,
	}
	for _, sp := range Table() {
		w, differs := want[sp.Num]
		if !differs {
			w = sp.LibzmqDefault.I
		}
		if sp.Default.I != w {
			t.Errorf("%s: default %d, want %d", sp.Name, sp.Default.I, w)
		}
		if differs && sp.LibzmqDefault.I == w {
			t.Errorf("%s: is no difference", sp.Name)
		}
	}
}

func TestLookup(t *testing.T) {
	for _, sp := range Table() {
		if got, ok := Lookup(sp.Num); !ok || got.Num != sp.Num {
			t.Errorf("Lookup(%d) = %v, %v", sp.Num, got, ok)
		}
	}
	for _, n := range []Num{-1, 0, 1, 2, 3, 10, 20, 26, 29, 30, 67, 70, 82, 83, 125, 127, 10000, lastOwn + 1, maxInt, minInt} {
		if sp, ok := Lookup(n); ok {
			t.Errorf("Lookup(%d) = %s", n, sp.Name)
		}
	}
}

func TestByName(t *testing.T) {
	for name, want := range map[string]Num{
		"SNDHWM": SendHWM, "ZMQ_SNDHWM": SendHWM, "SendHWM": SendHWM, "send-hwm": SendHWM, "zmq-sndhwm": SendHWM,
		"IDENTITY": RoutingID, "ZMQ_IDENTITY": RoutingID, "CONNECT_RID": ConnectRoutingID,
		"FAIL_UNROUTABLE": RouterMandatory, "ROUTER_BEHAVIOR": RouterMandatory,
		"DELAY_ATTACH_ON_CONNECT": Immediate, "max_peers": MaxPeers,
	} {
		if sp, ok := ByName(name); !ok || sp.Num != want {
			t.Errorf("ByName(%q) = %v, %v", name, sp, ok)
		}
	}
	for _, name := range []string{"", "ZMQ", "ZMQ_", "BLOCKY", "SNDHWMX"} {
		if sp, ok := ByName(name); ok {
			t.Errorf("ByName(%q) = %s", name, sp.Name)
		}
	}
}

func TestOptionOfOneTypeIsRefusedByOthers(t *testing.T) {
	for _, c := range []struct {
		n    Num
		typ  string
		want bool
	}{
		{RouterMandatory, "ROUTER", true}, {RouterMandatory, "REP", true}, {RouterMandatory, "DEALER", false},
		{ReqRelaxed, "REQ", true}, {ReqRelaxed, "DEALER", false}, {OnlyFirstSubscribe, "SUB", false},
		{XPubNoDrop, "RADIO", true}, {StreamNotify, "ROUTER", false}, {FD, "CLIENT", false}, {FD, "DGRAM", true},
		{Subscribe, "XSUB", false}, {TopicsCount, "XSUB", true}, {SendHWM, "PULL", true},
	} {
		sp, _ := Lookup(c.n)
		if sp.Accepts(c.typ) != c.want {
			t.Errorf("%s on %s: %v", sp.Name, c.typ, !c.want)
		}
	}
}

// TestNumbersAreNamedAsInTheTable reads the constants: each has the Go name of
// its row and a comment that begins with it, and none is without a row.
func TestNumbersAreNamedAsInTheTable(t *testing.T) {
	seen := 0
	for _, file := range []string{"num.go", "num_own.go"} {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(node ast.Node) bool {
			c, ok := node.(*ast.ValueSpec)
			if !ok || !c.Names[0].IsExported() {
				return true
			}
			name := c.Names[0].Name
			seen++
			if sp, ok := ByName(name); !ok || sp.Go != name {
				t.Errorf("%s has no row", name)
			}
			if c.Doc == nil || !strings.HasPrefix(c.Doc.Text(), name+" ") {
				t.Errorf("%s has no comment that begins with its name", name)
			}
			return true
		})
	}
	if seen != len(Table()) {
		t.Errorf("%d constants, %d rows", seen, len(Table()))
	}
}
