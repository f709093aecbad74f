// SPDX-License-Identifier: Apache-2.0

package opt

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"github.com/gozmq/zmq/internal/zerr"
)

// samples returns values that an option takes, in the form in which it keeps
// them: both ends of its range and what is special in between.
func samples(sp *Spec) (all []Value) {
	try := []Value{
		sp.Default, {I: sp.Min}, {I: sp.Max}, {I: 1}, {I: 100}, {}, {B: []byte{}},
		text("a"), text("0xff"), text("ü"), text("\xff\x00"), text("a\n"), text("X-name:value"),
		text("192.0.2.0/24"), text("1000"), text("interface.0"),
		{B: bytes.Repeat([]byte{7}, keySize)}, {B: []byte("0xyne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{h")},
	}
	for _, v := range try {
		if v, err := sp.Check(v); err == nil {
			all = append(all, v)
		}
	}
	return all
}

func TestFormatAndParseRoundTrip(t *testing.T) {
	for _, sp := range Table() {
		all := samples(&sp)
		if len(all) == 0 {
			t.Errorf("%s takes none of the samples", sp.Name)
		}
		for _, v := range all {
			written := Format(&sp, v)
			got, err := Parse(&sp, written)
			if len(v.B) == 0 && sp.Clears {
				v.B = nil // to clear and to set to nothing look the same
			}
			if len(v.B) == 0 && len(got.B) == 0 {
				v.B = got.B
			}
			if err != nil || !reflect.DeepEqual(got, v) {
				t.Errorf("%s: %q is read as %v, %v; want %v", sp.Name, written, got, err, v)
			}
		}
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		n    Num
		text string
		want Value
	}{
		{SendHWM, "1000", number(1000)}, {SendHWM, "0x10", number(16)}, {SendHWM, "010", number(10)}, {SendHWM, "+5", number(5)},
		{MaxMessageSize, "-1", number(-1)}, {Affinity, "18446744073709551615", number(-1)}, {Affinity, "0xFFFFFFFFFFFFFFFF", number(-1)},
		{Immediate, "true", number(1)}, {Immediate, "On", number(1)}, {Immediate, "YES", number(1)}, {Immediate, "0", number(0)},
		{Linger, "250", number(250)}, {Linger, "250ms", number(250)}, {Linger, "1.5s", number(1500)}, {Linger, "-1", number(-1)},
		{TCPKeepAliveIdle, "60", number(60)}, {TCPKeepAliveIdle, "2m", number(120)},
		{RoutingID, "0x00fF", text("\x00\xff")}, {RoutingID, "id", text("id")}, {Subscribe, "", text("")},
		{XPubWelcomeMessage, "", Value{}}, {PlainUsername, "", Value{}}, {PlainUsername, "0xff", text("0xff")},
		{CurvePublicKey, "0x" + string(bytes.Repeat([]byte("41"), 32)), text("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")},
		{TCPAcceptFilter, "10.0.0.0/8", text("10.0.0.0/8")}, {TCPAcceptFilter, "", Value{}}, {IPCFilterUID, "+7", text("7")},
	} {
		if got, err := Parse(row(t, c.n), c.text); err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v %q: %v, %v", c.n, c.text, got, err)
		}
	}
	for _, c := range []struct {
		n    Num
		text string
	}{
		{SendHWM, ""}, {SendHWM, "x"}, {SendHWM, "-1"}, {SendHWM, "1_000"}, {SendHWM, "0x-1"}, {SendHWM, "0x"}, {SendHWM, "99999999999999999999"},
		{Immediate, "2"}, {Immediate, ""}, {Affinity, "-1"}, {Linger, "1500us"}, {Linger, "soon"}, {Linger, "-5s"}, {TCPKeepAliveIdle, "1500ms"},
		{RoutingID, "0x1"}, {RoutingID, "0xzz"}, {RoutingID, ""}, {ZAPDomain, ""}, {TCPAcceptFilter, "host"},
	} {
		if got, err := Parse(row(t, c.n), c.text); !errors.Is(err, zerr.ErrInvalid) {
			t.Errorf("%v %q: %v, %v", c.n, c.text, got, err)
		}
	}
}

// FuzzParse: no text makes Parse panic, and accepted values survive Format.
func FuzzParse(f *testing.F) {
	for _, sp := range Table() {
		for _, v := range samples(&sp) {
			f.Add(int(sp.Num), Format(&sp, v))
		}
	}
	f.Add(int(Linger), "1h2m3.5s")
	f.Fuzz(func(t *testing.T, n int, in string) {
		sp, ok := Lookup(Num(n))
		if !ok {
			return
		}
		v, err := Parse(sp, in)
		if err != nil {
			if !errors.Is(err, zerr.ErrInvalid) {
				t.Fatal(err)
			}
			return
		}
		again, err := Parse(sp, Format(sp, v))
		if err != nil || again.I != v.I || !bytes.Equal(again.B, v.B) {
			t.Fatalf("%s %q: %v, then %v, %v", sp.Name, in, v, again, err)
		}
		if sp.Access != ReadOnly {
			if err := NewSet(false).Put(sp.Num, v); err != nil {
				t.Fatal(err)
			}
		}
	})
}
