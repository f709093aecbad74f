// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"bytes"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

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
