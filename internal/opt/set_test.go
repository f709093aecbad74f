// SPDX-License-Identifier: Apache-2.0

package opt

import (
	"errors"
	"net/netip"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/zerr"
)

func put(t testing.TB, s *Set, n Num, v Value) {
	t.Helper()
	if err := s.Put(n, v); err != nil {
		t.Fatal(err)
	}
}

func number(i int64) Value { return Value{I: i} }
func text(b string) Value  { return Value{B: []byte(b)} }
func ints(s *Set, all ...Num) (got []int) {
	for _, n := range all {
		got = append(got, s.Int(n))
	}
	return got
}

func TestNewSetHasTheDefaultsOfItsColumn(t *testing.T) {
	for _, libzmq := range []bool{false, true} {
		s := NewSet(libzmq)
		for _, sp := range Table() {
			want := sp.Default
			if libzmq {
				want = sp.LibzmqDefault
			}
			if got := s.Get(sp.Num); !reflect.DeepEqual(got, want) || s.IsSet(sp.Num) {
				t.Errorf("%s: %v, want %v", sp.Name, got, want)
			}
		}
	}
}

func TestPutReachesItsOptionAlone(t *testing.T) {
	for _, sp := range Table() {
		if sp.Access == ReadOnly || !sp.Ints() || sp.Num == IPv4Only {
			continue
		}
		s := NewSet(true)
		put(t, s, sp.Num, number(1))
		if !s.IsSet(sp.Num) || s.Int(sp.Num) != 1 && sp.Num != HeartbeatTTL {
			t.Errorf("%s: %d", sp.Name, s.Int(sp.Num))
		}
		for _, other := range Table() {
			if other.Num != sp.Num && s.IsSet(other.Num) && sp.Num != IPv6 {
				t.Errorf("%s sets %s", sp.Name, other.Name)
			}
		}
	}
}

func TestUnknownOption(t *testing.T) {
	s := NewSet(true)
	for _, n := range []Num{0, 10, 70, 125, 9999, lastOwn + 1} {
		err := s.Put(n, number(1))
		if !errors.Is(err, zerr.ErrUnknownOption) {
			t.Errorf("Put(%d): %v", n, err)
		}
		if err := s.Record(n, number(1)); !errors.Is(err, zerr.ErrUnknownOption) {
			t.Errorf("Record(%d): %v", n, err)
		}
		if s.Int(n) != 0 || s.IsSet(n) || s.Bytes(n) != nil || s.List(n) != nil {
			t.Errorf("option %d holds a value", n)
		}
	}
}

func TestReadOnlyIsRecordedNotPut(t *testing.T) {
	s := NewSet(false)
	if err := s.Put(Type, number(3)); !errors.Is(err, zerr.ErrInvalid) {
		t.Error(err)
	}
	if err := s.Record(Type, number(3)); err != nil || s.Int(Type) != 3 || s.IsSet(Type) {
		t.Error(err, s.Int(Type))
	}
	if err := s.Record(LastEndpoint, text("tcp://127.0.0.1:5")); err != nil || s.String(LastEndpoint) != "tcp://127.0.0.1:5" {
		t.Error(err, s.String(LastEndpoint))
	}
}

func TestRefusedValueChangesNothing(t *testing.T) {
	s := NewSet(true)
	put(t, s, PlainUsername, text("u"))
	before := s.Clone()
	for n, v := range map[Num]Value{
		SendHWM: number(-1), CurveServer: number(2), CurvePublicKey: text("short"), PlainPassword: text(""), Metadata: text("nothing"),
	} {
		if err := s.Put(n, v); !errors.Is(err, zerr.ErrInvalid) {
			t.Errorf("%d: %v", n, err)
		}
	}
	if !reflect.DeepEqual(s, before) {
		t.Error("a refused value left something behind")
	}
}

func TestMillis(t *testing.T) {
	s := NewSet(true)
	put(t, s, SendTimeout, number(250))
	if s.Millis(SendTimeout) != 250*time.Millisecond || s.Millis(Linger) != -1 || s.Millis(ConnectTimeout) != 0 {
		t.Error(s.Millis(SendTimeout), s.Millis(Linger), s.Millis(ConnectTimeout))
	}
}

func TestBytesAreCopied(t *testing.T) {
	s := NewSet(true)
	b := []byte("before")
	put(t, s, RoutingID, Value{B: b})
	copy(b, "after!")
	if s.String(RoutingID) != "before" {
		t.Error(s.String(RoutingID))
	}
}

func TestCloneIsApart(t *testing.T) {
	s := NewSet(true)
	put(t, s, Metadata, text("X-a:1"))
	put(t, s, RoutingID, text("s"))
	a, b := s.Clone(), s.Clone()
	put(t, a, Metadata, text("X-b:a"))
	put(t, b, Metadata, text("X-b:b"))
	put(t, a, RoutingID, text("a"))
	put(t, a, SendHWM, number(5))
	if got := string(a.List(Metadata)[1]); got != "X-b:a" {
		t.Error(got)
	}
	if got := string(b.List(Metadata)[1]); got != "X-b:b" {
		t.Error(got)
	}
	if len(s.List(Metadata)) != 1 || s.String(RoutingID) != "s" || s.Int(SendHWM) != 1000 || s.IsSet(SendHWM) {
		t.Error("the clone writes to its origin")
	}
}

func TestResetGoesBackToTheColumn(t *testing.T) {
	s := NewSet(true)
	put(t, s, ConnectRoutingID, text("peer"))
	put(t, s, Linger, number(7))
	put(t, s, IPv6, number(1))
	for _, n := range []Num{ConnectRoutingID, Linger, IPv6, 9999} {
		s.Reset(n)
		if s.IsSet(n) {
			t.Errorf("%v is set", n)
		}
	}
	if s.Bytes(ConnectRoutingID) != nil || s.Int(Linger) != -1 || s.Bool(IPv6) || !s.Bool(IPv4Only) {
		t.Error(s.Bytes(ConnectRoutingID), s.Int(Linger), s.Bool(IPv6))
	}
}

func TestSubscribeIsCheckedAndNotKept(t *testing.T) {
	s := NewSet(false)
	put(t, s, Subscribe, text("a"))
	if s.IsSet(Subscribe) || s.Bytes(Subscribe) != nil {
		t.Error("the set keeps a subscription")
	}
}

func TestIPv4OnlyIsTheInverseOfIPv6(t *testing.T) {
	s := NewSet(true)
	put(t, s, IPv4Only, number(0))
	if !s.Bool(IPv6) || !s.IsSet(IPv6) {
		t.Error("IPV6 did not follow")
	}
	put(t, s, IPv6, number(0))
	if !s.Bool(IPv4Only) {
		t.Error("IPV4ONLY did not follow")
	}
	if err := s.Record(IPv6, number(1)); err != nil || s.Bool(IPv4Only) {
		t.Error(err, "IPV4ONLY did not follow the context")
	}
}

func TestVerboseAndVerboser(t *testing.T) {
	s := NewSet(true)
	for _, step := range []struct {
		n    Num
		v    int64
		want []int // XPUB_VERBOSE, XPUB_VERBOSER
	}{
		{XPubVerbose, 1, []int{1, 0}},
		{XPubVerboser, 1, []int{1, 1}},
		{XPubVerbose, 1, []int{1, 0}},
		{XPubVerboser, 3, []int{1, 1}},
		{XPubVerbose, 0, []int{0, 0}},
		{XPubVerboser, 1, []int{1, 1}},
		{XPubVerboser, 0, []int{0, 0}},
	} {
		put(t, s, step.n, number(step.v))
		if got := ints(s, XPubVerbose, XPubVerboser); !slices.Equal(got, step.want) {
			t.Errorf("%v %d: %v, want %v", step.n, step.v, got, step.want)
		}
	}
}

func TestManualLastValueSwitchesManual(t *testing.T) {
	s := NewSet(true)
	put(t, s, XPubManualLastValue, number(1))
	if !s.Bool(XPubManual) {
		t.Error("not manual")
	}
}

func TestRouterRawStays(t *testing.T) {
	s := NewSet(true)
	put(t, s, RouterRaw, number(0))
	if s.Raw() {
		t.Error("raw too early")
	}
	put(t, s, RouterRaw, number(1))
	put(t, s, RouterRaw, number(0))
	if !s.Raw() || s.Bool(RouterRaw) {
		t.Error(s.Raw(), s.Bool(RouterRaw))
	}
}

func TestMechanismIsThatOfTheLastCall(t *testing.T) {
	key := Value{B: make([]byte, keySize)}
	clear := Value{}
	type step struct {
		n Num
		v Value
	}
	for _, c := range []struct {
		steps    []step
		mech     int
		asServer bool
	}{
		{[]step{{PlainServer, number(1)}}, mechPlain, true},
		{[]step{{PlainServer, number(1)}, {PlainServer, number(0)}}, mechNull, false},
		{[]step{{PlainServer, number(1)}, {PlainUsername, text("u")}}, mechPlain, false},
		{[]step{{PlainServer, number(1)}, {PlainPassword, text("p")}}, mechPlain, false},
		{[]step{{PlainPassword, text("p")}, {PlainPassword, clear}}, mechNull, false},
		// The role outlives a mechanism that is cleared.
		{[]step{{PlainServer, number(1)}, {PlainUsername, clear}, {CurveSecretKey, key}}, mechCurve, true},
		{[]step{{CurveServer, number(1)}}, mechCurve, true},
		{[]step{{CurveServer, number(1)}, {CurveSecretKey, key}, {CurvePublicKey, key}}, mechCurve, true},
		{[]step{{CurveServer, number(1)}, {CurveServerKey, key}}, mechCurve, false},
		{[]step{{CurveServerKey, key}, {CurveServer, number(0)}}, mechNull, false},
		{[]step{{PlainServer, number(1)}, {CurvePublicKey, key}}, mechCurve, true},
		{[]step{{GSSAPIServer, number(1)}}, mechGSSAPI, true},
		{[]step{{GSSAPIServer, number(0)}}, mechGSSAPI, false},
		{[]step{{GSSAPIServer, number(1)}, {GSSAPIPrincipal, text("p")}}, mechGSSAPI, true},
		{[]step{{GSSAPIServer, number(1)}, {GSSAPIServicePrincipal, text("p")}}, mechGSSAPI, false},
		{[]step{{CurveServer, number(1)}, {GSSAPIPlaintext, number(1)}, {GSSAPIPrincipalNameType, number(2)}}, mechCurve, true},
	} {
		s := NewSet(true)
		for _, st := range c.steps {
			put(t, s, st.n, st.v)
		}
		if s.Int(Mechanism) != c.mech || s.AsServer() != c.asServer {
			t.Errorf("%v: mechanism %d, server %v", c.steps, s.Int(Mechanism), s.AsServer())
		}
		for n, mech := range map[Num]int{PlainServer: mechPlain, CurveServer: mechCurve, GSSAPIServer: mechGSSAPI} {
			if want := c.asServer && mech == c.mech; s.Bool(n) != want {
				t.Errorf("%v: %v reads %v", c.steps, n, s.Bool(n))
			}
		}
	}
}

func TestClearedPlainTextIsKept(t *testing.T) {
	s := NewSet(true)
	put(t, s, PlainUsername, text("u"))
	put(t, s, PlainUsername, Value{})
	if s.String(PlainUsername) != "u" || s.Int(Mechanism) != mechNull {
		t.Error(s.String(PlainUsername), s.Int(Mechanism))
	}
}

func TestAcceptFiltersGather(t *testing.T) {
	s := NewSet(true)
	put(t, s, TCPAcceptFilter, text("192.0.2.0/24"))
	put(t, s, TCPAcceptFilter, text("198.51.100.7"))
	if err := s.Put(TCPAcceptFilter, text("::1")); !errors.Is(err, zerr.ErrInvalid) {
		t.Error("IPv6 without IPV6:", err)
	}
	put(t, s, IPv6, number(1))
	put(t, s, TCPAcceptFilter, text("2001:db8::/32"))
	want := []netip.Prefix{
		netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.7/32"), netip.MustParsePrefix("2001:db8::/32"),
	}
	if got := s.AcceptFilters(); !slices.Equal(got, want) {
		t.Error(got)
	}
	put(t, s, TCPAcceptFilter, Value{})
	if got := s.AcceptFilters(); len(got) != 0 {
		t.Error(got)
	}
}

func TestIPCFiltersGather(t *testing.T) {
	s := NewSet(true)
	for _, id := range []string{"1000", "0", "1000", "+5"} {
		put(t, s, IPCFilterUID, text(id))
	}
	if got := s.IDs(IPCFilterUID); !slices.Equal(got, []int{1000, 0, 5}) {
		t.Error(got)
	}
	if got := s.IDs(IPCFilterGID); len(got) != 0 {
		t.Error(got)
	}
	put(t, s, IPCFilterUID, Value{})
	if got := s.IDs(IPCFilterUID); len(got) != 0 {
		t.Error(got)
	}
}

func TestFirstMetadataOfANameWins(t *testing.T) {
	s := NewSet(true)
	for _, p := range []string{"X-a:1", "X-b:v:w\x00cut", "X-a:2", "X-aa:3"} {
		put(t, s, Metadata, text(p))
	}
	want := []Property{{"X-a", []byte("1")}, {"X-b", []byte("v:w")}, {"X-aa", []byte("3")}}
	if got := s.Properties(); !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}
}

func TestReadsDoNotAllocate(t *testing.T) {
	s := NewSet(false)
	put(t, s, RoutingID, text("id"))
	if n := testing.AllocsPerRun(100, func() {
		sink += s.Int(SendHWM) + s.Int(MaxPeers) + len(s.Bytes(RoutingID)) + len(s.Bytes(CurveServerKey))
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

var sink int

func BenchmarkSetInt(b *testing.B) {
	s := NewSet(false)
	b.ReportAllocs()
	for b.Loop() {
		sink += s.Int(SendHWM)
	}
}

func BenchmarkClone(b *testing.B) {
	s := NewSet(false)
	put(b, s, RoutingID, text("id"))
	b.ReportAllocs()
	for b.Loop() {
		sink += s.Clone().Int(SendHWM)
	}
}
