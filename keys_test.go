// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"bytes"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/opt"
)

// The published pair of libzmq's documentation.
const (
	knownPublic = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
	knownSecret = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"
)

func knownPair(t *testing.T) CurveKeypair {
	t.Helper()
	secret, err := ParseSecretKey(knownSecret)
	must(t, err)
	return CurveKeypair{Public: secret.Public(), Secret: secret}
}

func TestPublicKeyOfASecretKey(t *testing.T) {
	if got := knownPair(t).Public.String(); got != knownPublic {
		t.Errorf("%s, want %s", got, knownPublic)
	}
}

func TestNewCurveKeypair(t *testing.T) {
	a, b := NewCurveKeypair(), NewCurveKeypair()
	if a.Public != a.Secret.Public() || a.Public.IsZero() || a.Secret.IsZero() {
		t.Error("the halves do not belong together")
	}
	if a.Public == b.Public || a.Secret.Equal(b.Secret) {
		t.Error("two pairs are the same")
	}
}

// secretForms are the ways in which a secret could be recognised.
func secretForms(k SecretKey) []string {
	b := k.Bytes()
	hexed := hex.EncodeToString(b)
	return []string{
		k.Z85(), string(b), hexed, strings.ToUpper(hexed), fmt.Sprint(b), strings.Trim(fmt.Sprint(b), "[]"),
		fmt.Sprintf("%#v", b), fmt.Sprintf("% x", b), fmt.Sprintf("%q", b), fmt.Sprintf("%o", b), fmt.Sprintf("%b", b),
	}
}

func TestASecretKeyIsNeverPrinted(t *testing.T) {
	pair := knownPair(t)
	type outer struct{ Pair CurveKeypair }
	type hidden struct{ key SecretKey }
	type deep struct{ pair *CurveKeypair }
	var said bytes.Buffer
	values := []any{
		pair.Secret, &pair.Secret, pair, &pair, outer{pair}, &outer{pair}, hidden{pair.Secret}, &hidden{pair.Secret},
		deep{&pair}, []SecretKey{pair.Secret}, map[string]SecretKey{"k": pair.Secret}, [1]hidden{{pair.Secret}},
	}
	// Settings too.
	role := pair.AsServer()
	values = append(values, role, &role, []Setting{role}, ContextConfig{Settings: []Setting{role}}, struct{ x Setting }{role}, struct{ x *Setting }{&role},
		CurveSecretKey.Of(pair.Secret.Bytes()), CurveSecretKey.Of([]byte(pair.Secret.Z85())), PlainPassword.Of(string(pair.Secret.Bytes())))
	for _, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%o", "%b", "%c", "%U", "%p", "%T", "%100v", "%z"} {
			fmt.Fprintf(&said, verb+"\n", v)
		}
		fmt.Fprintln(&said, v)
		for _, h := range []slog.Handler{slog.NewTextHandler(&said, nil), slog.NewJSONHandler(&said, nil)} {
			slog.New(h).Info("a key", "value", v)
		}
		text, _ := json.Marshal(v)
		said.Write(text)
		_ = gob.NewEncoder(&said).Encode(v)
	}
	for _, form := range secretForms(pair.Secret) {
		if bytes.Contains(said.Bytes(), []byte(form)) {
			t.Errorf("printed as %q", form)
		}
	}
	if !strings.Contains(said.String(), hiddenKey) || !strings.Contains(said.String(), knownPublic) {
		t.Error("what may be printed is not")
	}
}

// TestSettingsAsText: names and values, but those of secrets.
func TestSettingsAsText(t *testing.T) {
	for want, x := range map[string]Setting{
		"SNDHWM=5000":              SendHWM.Of(5000),
		"LINGER=250":               Linger.Of(250 * time.Millisecond),
		"PLAIN_USERNAME=alice":     PlainUsername.Of("alice"),
		"PLAIN_PASSWORD=[hidden]":  PlainPassword.Of("alice"),
		"CURVE_SECRETKEY=[hidden]": CurveSecretKey.Of(make([]byte, 32)),
		"authorizer":               WithAuthorizer(nil),
		"":                         {},
	} {
		if got := x.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if x := (CurveKeypair{}).AsServer(); !strings.Contains(x.String(), "needs a secret key") {
		t.Errorf("%q", x)
	}
}

func TestASecretKeyIsNotEncodedInPassing(t *testing.T) {
	if text, err := json.Marshal(knownPair(t)); !errors.Is(err, ErrInvalid) {
		t.Errorf("%s, %v", text, err)
	}
}

// TestKeysInConfiguration: a struct with keys can be read, and one without a
// secret written.
func TestKeysInConfiguration(t *testing.T) {
	var c struct {
		Server PublicKey
		Pair   CurveKeypair
		Absent SecretKey
	}
	must(t, json.Unmarshal([]byte(`{"Server":"`+knownPublic+`","Pair":{"Secret":"`+knownSecret+`"},"Absent":""}`), &c))
	if c.Server.String() != knownPublic || c.Pair.Secret.Z85() != knownSecret || !c.Absent.IsZero() || !c.Pair.Public.IsZero() {
		t.Errorf("read %+v", c)
	}
	text, err := json.Marshal(map[string]any{"a": c.Server, "b": PublicKey{}, "c": SecretKey{}})
	var back struct{ A, B string }
	if err != nil || json.Unmarshal(text, &back) != nil || back.A != knownPublic || back.B != "" {
		t.Errorf("%s, %v", text, err)
	}
	for _, bad := range []string{`{"Server":"x"}`, `{"Absent":"x"}`} {
		if err := json.Unmarshal([]byte(bad), &c); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
	if c.Server.String() != knownPublic {
		t.Error("what could not be read has changed the key")
	}
}

func TestKeysOfAWrongForm(t *testing.T) {
	for _, text := range []string{
		"", "x", knownPublic[:39], knownPublic + "x", knownPublic + "\n", " " + knownPublic[:39], "~" + knownPublic[1:],
		"#####" + knownPublic[5:], strings.Repeat("ab", 32), knownPublic + knownPublic,
	} {
		if k, err := ParsePublicKey(text); !errors.Is(err, ErrInvalid) || !k.IsZero() || !strings.Contains(err.Error(), "public key") {
			t.Errorf("%q is public key %v, %v", text, k, err)
		}
		k, err := ParseSecretKey(text)
		if !errors.Is(err, ErrInvalid) || !k.IsZero() || !strings.Contains(err.Error(), "secret key") {
			t.Errorf("%q is a secret key: %v", text, err)
		}
		if len(text) > 10 && strings.Contains(err.Error(), text[5:10]) {
			t.Errorf("the error quotes a secret: %v", err)
		}
	}
	for _, n := range []int{0, 1, 31, 33, 40, 41} {
		if _, err := NewPublicKey(make([]byte, n)); !errors.Is(err, ErrInvalid) {
			t.Errorf("%d octets are a public key: %v", n, err)
		}
		if _, err := NewSecretKey(make([]byte, n)); !errors.Is(err, ErrInvalid) {
			t.Errorf("%d octets are a secret key: %v", n, err)
		}
	}
}

func TestKeysAreCopied(t *testing.T) {
	b := make([]byte, 32)
	public, err := NewPublicKey(b)
	must(t, err)
	secret, err := NewSecretKey(b)
	must(t, err)
	b[0] = 1
	public.Bytes()[1], secret.Bytes()[1] = 1, 1
	if !public.IsZero() || !bytes.Equal(secret.Bytes(), make([]byte, 32)) {
		t.Error("a key changed with what it was made of")
	}
}

func TestSecretKeyEqual(t *testing.T) {
	a, b := knownPair(t).Secret, knownPair(t).Secret
	none := SecretKey{}
	if !a.Equal(b) || a.Equal(NewCurveKeypair().Secret) || a.Equal(none) || none.Equal(a) || !none.Equal(none) {
		t.Error("Equal is wrong")
	}
	if none.Z85() != "" || none.Bytes() != nil || none.String() != "" || !none.Public().IsZero() {
		t.Error("no key is shown as one")
	}
}

func TestKeypairChoosesTheRole(t *testing.T) {
	pair, server := knownPair(t), NewCurveKeypair().Public
	for _, c := range []struct {
		setting Setting
		server  bool
	}{{pair.AsServer(), true}, {pair.AsClient(server), false}, {CurveKeypair{Secret: pair.Secret}.AsServer(), true}} {
		s := newTestSocket(t, DEALER, c.setting)
		for n, want := range map[opt.Num]string{
			opt.Mechanism: "2", opt.CurveServer: fmt.Sprint(c.server), opt.CurvePublicKey: knownPublic, opt.CurveSecretKey: knownSecret,
		} {
			v, err := s.s.Option(n)
			sp, _ := opt.Lookup(n)
			if got := opt.Format(sp, v); err != nil || got != want {
				t.Errorf("server %v: %s is %s, %v; want %s", c.server, sp.Name, got, err, want)
			}
		}
	}
}

func TestKeypairsThatCannotWork(t *testing.T) {
	pair, other := knownPair(t), NewCurveKeypair().Public
	for want, x := range map[string]Setting{
		"secret key":               CurveKeypair{Public: pair.Public}.AsServer(),
		"not to " + other.String(): CurveKeypair{Public: other, Secret: pair.Secret}.AsClient(other),
		"of its server":            pair.AsClient(PublicKey{}),
	} {
		_, err := newTestContext(t).NewSocket(DEALER, x)
		if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), knownSecret) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestZ85(t *testing.T) {
	text, err := EncodeZ85([]byte{0x86, 0x4F, 0xD2, 0x6F, 0xB5, 0x59, 0xF7, 0x5B}) // RFC 32
	if text != "HelloWorld" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := EncodeZ85(make([]byte, 3)); !errors.Is(err, ErrInvalid) || Errno(err) != 22 {
		t.Errorf("three octets: %v", err)
	}
	if _, err := DecodeZ85(""); !errors.Is(err, ErrInvalid) {
		t.Errorf("nothing: %v", err)
	}
}
