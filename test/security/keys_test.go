// SPDX-License-Identifier: Apache-2.0

package security_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// The published pair of libzmq's documentation.
const (
	knownPublic = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
	knownSecret = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"
)

func knownPair(t *testing.T) zmq.CurveKeypair {
	t.Helper()
	secret, err := zmq.ParseSecretKey(knownSecret)
	rig.Must(t, err)
	return zmq.CurveKeypair{Public: secret.Public(), Secret: secret}
}

func TestPublicKeyOfASecretKey(t *testing.T) {
	if got := knownPair(t).Public.String(); got != knownPublic {
		t.Errorf("%s, want %s", got, knownPublic)
	}
}

func TestNewCurveKeypair(t *testing.T) {
	a, b := zmq.NewCurveKeypair(), zmq.NewCurveKeypair()
	if a.Public != a.Secret.Public() || a.Public.IsZero() || a.Secret.IsZero() {
		t.Error("the halves do not belong together")
	}
	if a.Public == b.Public || a.Secret.Equal(b.Secret) {
		t.Error("two pairs are the same")
	}
}

// TestSettingsAsText: names and values, but those of secrets.
func TestSettingsAsText(t *testing.T) {
	for want, x := range map[string]zmq.Setting{
		"SNDHWM=5000":              zmq.SendHWM.Of(5000),
		"LINGER=250":               zmq.Linger.Of(250 * time.Millisecond),
		"PLAIN_USERNAME=alice":     zmq.PlainUsername.Of("alice"),
		"PLAIN_PASSWORD=[hidden]":  zmq.PlainPassword.Of("alice"),
		"CURVE_SECRETKEY=[hidden]": zmq.CurveSecretKey.Of(make([]byte, 32)),
		"authorizer":               zmq.WithAuthorizer(nil),
		"":                         {},
	} {
		if got := x.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if x := (zmq.CurveKeypair{}).AsServer(); !strings.Contains(x.String(), "needs a secret key") {
		t.Errorf("%q", x)
	}
}

func TestASecretKeyIsNotEncodedInPassing(t *testing.T) {
	if text, err := json.Marshal(knownPair(t)); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("%s, %v", text, err)
	}
}

// TestKeysInConfiguration: a struct with keys can be read, and one without a
// secret written.
func TestKeysInConfiguration(t *testing.T) {
	var c struct {
		Server zmq.PublicKey
		Pair   zmq.CurveKeypair
		Absent zmq.SecretKey
	}
	rig.Must(t, json.Unmarshal([]byte(`{"Server":"`+knownPublic+`","Pair":{"Secret":"`+knownSecret+`"},"Absent":""}`), &c))
	if c.Server.String() != knownPublic || c.Pair.Secret.Z85() != knownSecret || !c.Absent.IsZero() || !c.Pair.Public.IsZero() {
		t.Errorf("read %+v", c)
	}
	text, err := json.Marshal(map[string]any{"a": c.Server, "b": zmq.PublicKey{}, "c": zmq.SecretKey{}})
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
		if k, err := zmq.ParsePublicKey(text); !errors.Is(err, zmq.ErrInvalid) || !k.IsZero() || !strings.Contains(err.Error(), "public key") {
			t.Errorf("%q is public key %v, %v", text, k, err)
		}
		k, err := zmq.ParseSecretKey(text)
		if !errors.Is(err, zmq.ErrInvalid) || !k.IsZero() || !strings.Contains(err.Error(), "secret key") {
			t.Errorf("%q is a secret key: %v", text, err)
		}
		if len(text) > 10 && strings.Contains(err.Error(), text[5:10]) {
			t.Errorf("the error quotes a secret: %v", err)
		}
	}
	for _, n := range []int{0, 1, 31, 33, 40, 41} {
		if _, err := zmq.NewPublicKey(make([]byte, n)); !errors.Is(err, zmq.ErrInvalid) {
			t.Errorf("%d bytes are a public key: %v", n, err)
		}
		if _, err := zmq.NewSecretKey(make([]byte, n)); !errors.Is(err, zmq.ErrInvalid) {
			t.Errorf("%d bytes are a secret key: %v", n, err)
		}
	}
}

func TestKeysAreCopied(t *testing.T) {
	b := make([]byte, 32)
	public, err := zmq.NewPublicKey(b)
	rig.Must(t, err)
	secret, err := zmq.NewSecretKey(b)
	rig.Must(t, err)
	b[0] = 1
	public.Bytes()[1], secret.Bytes()[1] = 1, 1
	if !public.IsZero() || !bytes.Equal(secret.Bytes(), make([]byte, 32)) {
		t.Error("a key changed with what it was made of")
	}
}

func TestSecretKeyEqual(t *testing.T) {
	a, b := knownPair(t).Secret, knownPair(t).Secret
	none := zmq.SecretKey{}
	if !a.Equal(b) || a.Equal(zmq.NewCurveKeypair().Secret) || a.Equal(none) || none.Equal(a) || !none.Equal(none) {
		t.Error("Equal is wrong")
	}
	if none.Z85() != "" || none.Bytes() != nil || none.String() != "" || !none.Public().IsZero() {
		t.Error("no key is shown as one")
	}
}

func TestKeypairsThatCannotWork(t *testing.T) {
	pair, other := knownPair(t), zmq.NewCurveKeypair().Public
	for want, x := range map[string]zmq.Setting{
		"secret key":               zmq.CurveKeypair{Public: pair.Public}.AsServer(),
		"not to " + other.String(): zmq.CurveKeypair{Public: other, Secret: pair.Secret}.AsClient(other),
		"of its server":            pair.AsClient(zmq.PublicKey{}),
	} {
		_, err := rig.Context(t).NewSocket(zmq.DEALER, x)
		if !errors.Is(err, zmq.ErrInvalid) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), knownSecret) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestZ85(t *testing.T) {
	text, err := zmq.EncodeZ85([]byte{0x86, 0x4F, 0xD2, 0x6F, 0xB5, 0x59, 0xF7, 0x5B}) // RFC 32
	if text != "HelloWorld" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := zmq.EncodeZ85(make([]byte, 3)); !errors.Is(err, zmq.ErrInvalid) || zmq.Errno(err) != 22 {
		t.Errorf("three bytes: %v", err)
	}
	if _, err := zmq.DecodeZ85(""); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("nothing: %v", err)
	}
}
