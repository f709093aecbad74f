// SPDX-License-Identifier: Apache-2.0

package z85

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/gozmq/zmq/internal/zerr"
)

// vectors are RFC 32's own and the published keys of libzmq's documentation.
var vectors = []struct{ data, text string }{
	{"864fd26fb559f75b", "HelloWorld"},
	{"00000000", "00000"},
	{"ffffffff", "%nSc0"},
	{"bb88471d65e2659b30c55a5321cebb5aab2b70a398645c26dca2b2fcb43fc518", "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"},
	{"7bb864b489afa3671fbe69101f94b38972f24816dfb01b51656b3fec8dfd0888", "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"},
	{"54fcba24e93249969316fb617c872bb0c1d1ff14800427c594cbfacf1bc2d652", "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"},
	{"8e0bdd697628b91d8f245587ee95c5b04d48963f79259877b49cd9063aead3b7", "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"},
}

func TestVectors(t *testing.T) {
	for _, v := range vectors {
		data, err := hex.DecodeString(v.data)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Encode(data); got != v.text || err != nil {
			t.Errorf("%s is %q (%v), want %q", v.data, got, err, v.text)
		}
		if got, err := Decode(v.text); !bytes.Equal(got, data) || err != nil {
			t.Errorf("%q is %x (%v), want %s", v.text, got, err, v.data)
		}
	}
}

func TestAppendKeepsWhatWasThere(t *testing.T) {
	text, err := Append([]byte("key "), []byte{0, 0, 0, 1})
	if string(text) != "key 00001" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
	data, err := AppendDecoded([]byte{9}, []byte("00001"))
	if !bytes.Equal(data, []byte{9, 0, 0, 0, 1}) || err != nil {
		t.Errorf("% X, %v", data, err)
	}
}

func TestEncodeNothing(t *testing.T) {
	if text, err := Encode(nil); text != "" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
}

// TestEncodeTakesGroupsOfFour: RFC 32, "The binary frame SHALL have a length that
// is divisible by 4 with no remainder".
func TestEncodeTakesGroupsOfFour(t *testing.T) {
	for _, n := range []int{1, 2, 3, 5, 31, 33} {
		if text, err := Encode(make([]byte, n)); !errors.Is(err, zerr.ErrInvalid) || text != "" {
			t.Errorf("%d bytes: %q, %v", n, text, err)
		}
	}
}

// TestDecodeIsStrict: RFC 32, "The string frame SHALL have a length that is
// divisible by 5 with no remainder", and no character outside the alphabet.
func TestDecodeIsStrict(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "not 0",
		"0":                              "not 1",
		"0000":                           "not 4",
		"000000":                         "not 6",
		strings.Repeat("0", 41):          "not 41",
		"000~0":                          "character 4",
		"00000 0000":                     "character 6",
		"0000\x00":                       "character 5",
		"0000\xff":                       "character 5",
		"00,00":                          "character 3",
		"%nSc1":                          "1 to 5",
		"00000#####":                     "6 to 10",
		"0000\n":                         "character 5",
		"\"0000":                         "character 1",
		strings.Repeat("0", 39) + "é":    "not 41",
		strings.Repeat("0", 38) + "é":    "character 39",
		strings.Repeat("0", 35) + "####": "not 39",
	} {
		got, err := Decode(text)
		if !errors.Is(err, zerr.ErrInvalid) || got != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %x, %v; want an error with %q", text, got, err, want)
		}
	}
}

// TestErrorsDoNotQuote: a mistyped secret must not end up in a log.
func TestErrorsDoNotQuote(t *testing.T) {
	for _, text := range []string{"qwert~yuio", "QWERT#####", "zxcvb,"} {
		if _, err := Decode(text); err == nil || strings.Contains(err.Error(), text[:5]) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// FuzzDecode: what is taken is written in the same way again.
func FuzzDecode(f *testing.F) {
	for _, v := range vectors {
		f.Add([]byte(v.text))
	}
	f.Add([]byte("%nSc1"))
	f.Add([]byte(""))
	f.Add([]byte("0000~"))
	f.Fuzz(func(t *testing.T, text []byte) {
		data, err := Decode(text)
		if err != nil {
			return
		}
		if again, err := Encode(data); again != string(text) || err != nil {
			t.Errorf("%q is %x, which is %q (%v)", text, data, again, err)
		}
	})
}
