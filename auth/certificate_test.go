// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
)

const aliceSecret = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"

// ofPyzmqPublic and ofPyzmqSecret are a pair of files as pyzmq 24 writes them, with the published keys.
const (
	ofPyzmqPublic = `#   ****  Generated on 2026-11-21 08:41:03.240702 by pyzmq  ****
#   ZeroMQ CURVE Public Certificate
#   Exchange securely, or use a secure mechanism to verify the contents
#   of this file after exchange. Store public certificates in your home
#   directory, in the .curve subdirectory.

metadata
curve
    public-key = "` + aliceKey + `"
`
	ofPyzmqSecret = `#   ****  Generated on 2026-11-21 08:41:03.240702 by pyzmq  ****
#   ZeroMQ CURVE **Secret** Certificate
#   DO NOT PROVIDE THIS FILE TO OTHER USERS nor change its permissions.

metadata
    name = Alice
    n = 1
curve
    public-key = "` + aliceKey + `"
    secret-key = "` + aliceSecret + `"
`
)

func TestCertificatesOfOthers(t *testing.T) {
	c, err := ParseCertificate([]byte(ofPyzmqPublic))
	if err != nil || c.Keys.Public.String() != aliceKey || !c.Keys.Secret.IsZero() || len(c.Metadata) != 0 {
		t.Errorf("%+v, %v", c, err)
	}
	c, err = ParseCertificate([]byte(ofPyzmqSecret))
	if err != nil || c.Keys.Public.String() != aliceKey || c.Keys.Secret.Z85() != aliceSecret || c.Metadata["name"] != "Alice" || c.Metadata["n"] != "1" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestCertificateFilesAreTwins(t *testing.T) {
	dir := t.TempDir()
	c := NewCertificate(map[string]string{"name": "Alice", "email": `"Alice" <a@example.com>`, "note": " # 'no comment' = "})
	c.Metadata["note"] = " # no 'comment' = "
	must(t, c.WriteFiles(filepath.Join(dir, "alice")))
	public, err := ReadCertificate(filepath.Join(dir, "alice.key"))
	must(t, err)
	secret, err := ReadCertificate(filepath.Join(dir, "alice.key_secret"))
	must(t, err)
	if !public.Keys.Secret.IsZero() || public.Keys.Public != c.Keys.Public || !maps.Equal(public.Metadata, c.Metadata) {
		t.Errorf("the public file has %+v", public)
	}
	if !secret.Keys.Secret.Equal(c.Keys.Secret) || secret.Keys.Public != c.Keys.Public || !maps.Equal(secret.Metadata, c.Metadata) {
		t.Errorf("the secret file has %+v", secret)
	}
	text, err := os.ReadFile(filepath.Join(dir, "alice.key"))
	if err != nil || strings.Contains(string(text), c.Keys.Secret.Z85()) {
		t.Error("the public file has the secret key")
	}
	info, err := os.Stat(filepath.Join(dir, "alice.key_secret"))
	must(t, err)
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the secret file has mode %v", info.Mode())
	}
}

// TestWriteFilesDoesNotOverwrite: a key that is lost cannot be made again.
func TestWriteFilesDoesNotOverwrite(t *testing.T) {
	for _, there := range []string{"a.key", "a.key_secret"} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, there), "precious")
		if err := NewCertificate(nil).WriteFiles(filepath.Join(dir, "a.key")); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s is there: %v", there, err)
		}
		list, err := os.ReadDir(dir)
		if err != nil || len(list) != 1 {
			t.Errorf("%d files are left, %v", len(list), err)
		}
	}
	if err := NewCertificate(nil).WriteFiles(filepath.Join(t.TempDir(), "no", "such", "folder")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestCertificateFiles(t *testing.T) {
	for _, name := range []string{"a/b", "a/b.key", "a/b.key_secret"} {
		if public, secret := CertificateFiles(name); public != "a/b.key" || secret != "a/b.key_secret" {
			t.Errorf("%s: %s and %s", name, public, secret)
		}
	}
}

func TestPublicCertificateAlone(t *testing.T) {
	dir := t.TempDir()
	secret, err := zmq.ParseSecretKey(aliceSecret)
	must(t, err)
	c := Certificate{Keys: zmq.CurveKeypair{Secret: secret}}.WithoutSecret()
	if c.Keys.Public != key(t, aliceKey) || !c.Keys.Secret.IsZero() {
		t.Errorf("%+v", c)
	}
	must(t, c.WriteFiles(filepath.Join(dir, "a")))
	if _, err := os.Stat(filepath.Join(dir, "a.key_secret")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if text, err := c.SecretText(); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("%s, %v", text, err)
	}
}

func TestCertificatesThatCannotBeWritten(t *testing.T) {
	other := zmq.NewCurveKeypair()
	for _, c := range []Certificate{
		{}, {Keys: zmq.CurveKeypair{Public: key(t, aliceKey), Secret: other.Secret}},
		{Keys: other, Metadata: map[string]string{"a b": "x"}}, {Keys: other, Metadata: map[string]string{"": "x"}},
		{Keys: other, Metadata: map[string]string{"a": "x\ny"}}, {Keys: other, Metadata: map[string]string{"a": `"'`}},
	} {
		if text, err := c.PublicText(); !errors.Is(err, zmq.ErrInvalid) {
			t.Errorf("%s, %v", text, err)
		}
		if err := c.WriteFiles(filepath.Join(t.TempDir(), "a")); !errors.Is(err, zmq.ErrInvalid) {
			t.Error(err)
		}
	}
}

func TestMalformedCertificates(t *testing.T) {
	other := zmq.NewCurveKeypair()
	for name, text := range map[string]string{
		"nothing":            "",
		"no keys":            "metadata\n    a = b\n",
		"no value":           "curve\n    public-key\n",
		"a short key":        "curve\n    public-key = \"" + aliceKey[:39] + "\"\n",
		"a key with a tilde": "curve\n    public-key = \"~" + aliceKey[1:] + "\"\n",
		"a key elsewhere":    "metadata\n    public-key = \"" + aliceKey + "\"\n",
		"a key too deep":     "curve\n    sub\n        public-key = \"" + aliceKey + "\"\n",
		"keys of two":        "curve\n    public-key = \"" + aliceKey + "\"\n    secret-key = \"" + other.Secret.Z85() + "\"\n",
		"a bad secret key":   "curve\n    secret-key = \"~" + aliceSecret[1:] + "\"\n",
		"indented":           "    public-key = \"" + aliceKey + "\"\n",
		"no name":            "curve\n    = \"" + aliceKey + "\"\n",
		"no equals sign":     "curve\n    public-key \"" + aliceKey + "\"\n",
		"prose":              "This is a README.\n",
		"bytes":              "\x00\x01\x02",
		"too long":           strings.Repeat("# x\n", 20000) + ofPyzmqPublic,
	} {
		c, err := ParseCertificate([]byte(text))
		if !errors.Is(err, zmq.ErrInvalid) {
			t.Errorf("%s: %+v, %v", name, c, err)
		} else if strings.Contains(err.Error(), aliceSecret[5:20]) {
			t.Errorf("%s: the error quotes a secret: %v", name, err)
		}
	}
}

// TestPropertyLanguage: the notes of RFC 4.
func TestPropertyLanguage(t *testing.T) {
	sections, err := parseProperties("# comment\r\n\r\n  # comment\nmain = ignored   # comment\r    a = 1 # comment\n    b = \"#2\"  # comment\n" +
		"    c = 'it \"is\"'\n    d = \"unclosed # comment\n    e =\n    f\n    g=tcp://eth0:5555\n\th = tab\n        deep = x\n" +
		"    $-_@.&+/9 = odd\n    i = two words \t\nempty\nmain\n    j = more")
	must(t, err)
	want := map[string]string{
		"a": "1", "b": "#2", "c": `it "is"`, "d": `"unclosed`, "e": "", "f": "", "g": "tcp://eth0:5555", "h": "tab",
		"$-_@.&+/9": "odd", "i": "two words", "j": "more",
	}
	if !maps.Equal(sections["main"], want) {
		t.Errorf("%q,\nwant %q", sections["main"], want)
	}
	if s, ok := sections["empty"]; !ok || len(s) != 0 || len(sections) != 2 {
		t.Errorf("%q", sections)
	}
}

// FuzzCertificate: what can be read can be written and is the same then, unless
// its metadata has what the language cannot express.
func FuzzCertificate(f *testing.F) {
	f.Add(ofPyzmqPublic)
	f.Add(ofPyzmqSecret)
	f.Add("curve\n\tpublic-key=" + aliceKey)
	f.Add("metadata\n    a = \"'\"\ncurve\n    public-key = '" + aliceKey + "'\n")
	f.Add("#")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseCertificate([]byte(text))
		if err != nil {
			return
		}
		out, err := c.PublicText()
		if err != nil {
			return
		}
		again, err := ParseCertificate(out)
		if err != nil || again.Keys.Public != c.Keys.Public || !maps.Equal(again.Metadata, c.Metadata) {
			t.Errorf("%q is written as %q, which is %+v, %v", text, out, again, err)
		}
	})
}
