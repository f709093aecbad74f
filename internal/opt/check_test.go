// SPDX-License-Identifier: Apache-2.0

package opt

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/gozmq/zmq/internal/zerr"
)

func row(t testing.TB, n Num) *Spec {
	t.Helper()
	sp, ok := Lookup(n)
	if !ok {
		t.Fatalf("no option %d", n)
	}
	return sp
}

// checkInts tries numbers on an option. Those of yes are accepted with the mapped
// result, and those of no are refused.
func checkInts(t *testing.T, n Num, yes map[int64]int64, no ...int64) {
	t.Helper()
	sp := row(t, n)
	for in, want := range yes {
		if got, err := sp.Check(Value{I: in}); err != nil || got.I != want {
			t.Errorf("%s %d: %d, %v; want %d", sp.Name, in, got.I, err, want)
		}
	}
	for _, in := range no {
		if _, err := sp.Check(Value{I: in}); !errors.Is(err, zerr.ErrInvalid) {
			t.Errorf("%s %d: %v; want ErrInvalid", sp.Name, in, err)
		}
	}
}

// checkBytes does the same with bytes. "nil" stands for a nil slice.
func checkBytes(t *testing.T, n Num, yes, no []string) {
	t.Helper()
	sp := row(t, n)
	of := func(text string) Value {
		if text == "nil" {
			return Value{}
		}
		return Value{B: []byte(text)}
	}
	for _, in := range yes {
		if _, err := sp.Check(of(in)); err != nil {
			t.Errorf("%s %.20q: %v", sp.Name, in, err)
		}
	}
	for _, in := range no {
		if _, err := sp.Check(of(in)); !errors.Is(err, zerr.ErrInvalid) {
			t.Errorf("%s %.20q: %v; want ErrInvalid", sp.Name, in, err)
		}
	}
}

func TestBool01TakesNothingElse(t *testing.T) {
	checkInts(t, Immediate, map[int64]int64{0: 0, 1: 1}, -1, 2, maxInt)
}

func TestBoolFromZeroTakesAnyPositive(t *testing.T) {
	checkInts(t, RouterMandatory, map[int64]int64{0: 0, 1: 1, 2: 1, maxInt: 1}, -1, maxInt+1)
}

func TestBoolIntTakesNegativeForTrue(t *testing.T) {
	checkInts(t, InvertMatching, map[int64]int64{0: 0, 7: 1, -1: 1, minInt: 1}, minInt-1)
}

func TestIntRanges(t *testing.T) {
	same := func(all ...int64) map[int64]int64 {
		m := map[int64]int64{}
		for _, i := range all {
			m[i] = i
		}
		return m
	}
	checkInts(t, SendHWM, same(0, 1, maxInt), -1, maxInt+1)
	checkInts(t, Linger, same(-1, 0, maxInt), -2)
	checkInts(t, Rate, same(1, maxInt), 0, -1)
	checkInts(t, TCPKeepAlive, same(-1, 0, 1), -2, 2)
	checkInts(t, RouterNotify, same(0, 3), -1, 4)
	checkInts(t, ReconnectStop, same(minInt, 0, 8, maxInt), minInt-1, maxInt+1)
	checkInts(t, NormBlockSize, same(1, 255), 0, 256)
	checkInts(t, MaxMessageSize, same(min64, -5, 0, max64))
	checkInts(t, Affinity, same(min64, 0, max64))
}

func TestHeartbeatTTLIsCutToTenths(t *testing.T) {
	checkInts(t, HeartbeatTTL, map[int64]int64{-99: 0, 0: 0, 99: 0, 100: 100, 199: 100, 6553599: 6553500}, -100, 6553600)
}

func TestHeartbeatTimeoutCannotBeUnset(t *testing.T) {
	checkInts(t, HeartbeatTimeout, map[int64]int64{0: 0, 1: 1}, -1)
}

func TestStrictStringIsClearedByNilOnly(t *testing.T) {
	long := strings.Repeat("x", 255)
	checkBytes(t, PlainUsername, []string{"nil", "a", long, "a\x00"}, []string{"", long + "x"})
	checkBytes(t, BindToDevice, []string{"nil", long[:16]}, []string{"", long[:17]})
	checkBytes(t, SOCKSProxy, []string{"nil", "h:1", strings.Repeat(long, 9)}, []string{""})
}

func TestNonemptyStringCannotBeCleared(t *testing.T) {
	long := strings.Repeat("x", 255)
	checkBytes(t, ZAPDomain, []string{"a", long}, []string{"nil", "", long + "x"})
	checkBytes(t, GSSAPIPrincipal, []string{"a", long}, []string{"nil", "", long + "x"})
	checkBytes(t, RoutingID, []string{"a", "\x00", long}, []string{"nil", "", long + "x"})
	checkBytes(t, ConnectRoutingID, []string{"a", long + "x"}, []string{"nil", ""})
}

func TestSOCKSCredentialsAreClearedByEmptyToo(t *testing.T) {
	long := strings.Repeat("x", 255)
	checkBytes(t, SOCKSPassword, []string{"nil", "", "a", long}, []string{long + "x"})
}

func TestAnyBytes(t *testing.T) {
	long := strings.Repeat("x", 100000)
	for _, n := range []Num{Subscribe, Unsubscribe, XPubWelcomeMessage, HelloMessage, WSSKeyPEM} {
		checkBytes(t, n, []string{"nil", "", "a", long}, nil)
	}
}

func TestCurveKeyHasThreeForms(t *testing.T) {
	// A key known in both forms.
	text := "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
	stored := "bb88471d65e2659b30c55a5321cebb5aab2b70a398645c26dca2b2fcb43fc518"
	key, err := hex.DecodeString(stored)
	if err != nil {
		t.Fatal(err)
	}
	sp := row(t, CurvePublicKey)
	for _, b := range [][]byte{key, []byte(text), []byte(text + "\x00")} {
		if v, err := sp.Check(Value{B: b}); err != nil || !bytes.Equal(v.B, key) {
			t.Errorf("%d bytes: %x, %v", len(b), v.B, err)
		}
	}
	checkBytes(t, CurvePublicKey, nil, []string{
		"nil", "", text[:39], text + "x", text[:31], text[:35] + "\x00\x00\x00\x00\x00\x00",
		text[:39] + "~", "#####" + text[5:], // a digit, a group that Z85 does not have
	})
	if got := string(keyText(key)); got != text {
		t.Errorf("encoded as %s", got)
	}
}

func TestAcceptFilterIsAnAddressOrARange(t *testing.T) {
	checkBytes(t, TCPAcceptFilter,
		[]string{"nil", "192.0.2.1", "192.0.2.1/24", "0.0.0.0/0", "10.0.0.1/32", "2001:db8::/128", "::1"},
		[]string{"", "192.0.2.1/", "192.0.2.1/33", "192.0.2.1/-1", "::/129", "localhost", "fe80::1%lo", "/8", "1.2.3.4/a"})
}

func TestIPCFilterIsAnID(t *testing.T) {
	checkBytes(t, IPCFilterUID, []string{"nil", "0", "4294967295"}, []string{"", "-1", "4294967296", "root"})
	checkBytes(t, IPCFilterPID, []string{"nil", "-1", "2147483647"}, []string{"", "2147483648"})
}

func TestMetadataIsAPropertyWithX(t *testing.T) {
	name := "X-" + strings.Repeat("n", 253)
	checkBytes(t, Metadata,
		[]string{"X-a:b", "X-:ab", "X-a::", "X-a:b:", name + ":v"},
		[]string{"nil", "", "X-a:", ":X-a", "X-ab", "a:bcd", "x-a:b", "X-:a", name + "n:v"})
}

func TestKindsAreNotMixed(t *testing.T) {
	if _, err := row(t, SendHWM).Check(Value{B: []byte{1}}); !errors.Is(err, zerr.ErrInvalid) {
		t.Error(err)
	}
	if _, err := row(t, ZAPDomain).Check(Value{I: 1, B: []byte("d")}); !errors.Is(err, zerr.ErrInvalid) {
		t.Error(err)
	}
}

func TestErrorNamesOptionValueAndRange(t *testing.T) {
	_, err := row(t, SendHWM).Check(Value{I: -7})
	for _, part := range []string{"SendHWM", "SNDHWM", "-7", "between 0 and 2147483647"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %s", err, part)
		}
	}
}

func TestErrorKeepsSecrets(t *testing.T) {
	for _, sp := range Table() {
		if !sp.Secret {
			continue
		}
		secret := strings.Repeat("s3cr", 11) // of no key's length
		_, err := Parse(&sp, secret+strings.Repeat("s3cr", 99))
		if err != nil && strings.Contains(err.Error(), "s3cr") {
			t.Errorf("%v", err)
		}
	}
}
