// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/auth"
)

const (
	knownPublic = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
	knownSecret = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"
)

func TestKeygenPrints(t *testing.T) {
	p := start(t, "", "keygen")
	p.ends(t, exitOK)
	fields := strings.Fields(p.out.String())
	if len(fields) != 4 || fields[0] != "public" || fields[2] != "secret" {
		t.Fatalf("it prints %q", p.out)
	}
	secret, err := zmq.ParseSecretKey(fields[3])
	if err != nil || secret.Public().String() != fields[1] {
		t.Errorf("the keys do not belong together: %v", err)
	}
	start(t, fields[3]+"\n", "public").wrote(t, fields[1]+"\n")
}

func TestKeygenWritesCertificates(t *testing.T) {
	name := filepath.Join(t.TempDir(), "alice")
	p := start(t, "", "keygen", "--out", name+".key_secret", "--about", "name=Alice Smith")
	p.ends(t, exitOK)
	public := strings.TrimSpace(p.out.String())
	for _, file := range []string{name + ".key", name + ".key_secret"} {
		start(t, "", "public", file).wrote(t, public+"\n")
		if !strings.Contains(p.errs.String(), file) {
			t.Errorf("%q does not name %s", p.errs, file)
		}
	}
	c, err := auth.ReadCertificate(name + ".key_secret")
	if err != nil || c.Metadata["name"] != "Alice Smith" || c.Keys.Secret.IsZero() {
		t.Errorf("%+v, %v", c, err)
	}
	if strings.Contains(p.out.String()+p.errs.String(), c.Keys.Secret.Z85()) {
		t.Error("the secret key is printed")
	}
	info, err := os.Stat(name + ".key_secret")
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	p = start(t, "", "keygen", "--out", name)
	p.ends(t, exitError)
	if !strings.Contains(p.errs.String(), "alice.key: file already exists") {
		t.Errorf("the second time: %q", p.errs)
	}
}

func TestPublic(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(knownSecret+"\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, "", "public", file).wrote(t, knownPublic+"\n")
	start(t, knownSecret, "public", "-").wrote(t, knownPublic+"\n")
	start(t, "curve\n    public-key = \""+knownPublic+"\"\n", "public").wrote(t, knownPublic+"\n")
	for input, want := range map[string]string{"": "neither", knownSecret[1:]: "neither", "~" + knownSecret[1:]: "neither"} {
		p := start(t, input, "public")
		p.ends(t, exitError)
		if text := p.errs.String(); !strings.Contains(text, want) || strings.Contains(text, knownSecret[5:20]) {
			t.Errorf("%q: %q", input, text)
		}
	}
	none := filepath.Join(t.TempDir(), "none")
	p := start(t, "", "public", none)
	p.ends(t, exitError)
	if !strings.Contains(p.errs.String(), unreadable(none)) {
		t.Errorf("%q", p.errs)
	}
}

func TestZ85Command(t *testing.T) {
	start(t, "", "z85", "encode", "864FD26FB559F75B").wrote(t, "HelloWorld\n")
	start(t, "86 4f d2 6f\nb5 59 f7 5b\n", "z85", "encode").wrote(t, "HelloWorld\n")
	start(t, "\x86\x4F\xD2\x6F\xB5\x59\xF7\x5B", "z85", "encode", "--raw").wrote(t, "HelloWorld\n")
	start(t, "", "z85", "decode", "HelloWorld").wrote(t, "864fd26fb559f75b\n")
	start(t, "HelloWorld\r\n", "z85", "decode").wrote(t, "864fd26fb559f75b\n")
	start(t, "HelloWorld", "z85", "decode", "--raw").wrote(t, "\x86\x4F\xD2\x6F\xB5\x59\xF7\x5B")
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"encode 864FD2", exitError, "a multiple of 4 bytes, not 3"},
		{"encode xyz", exitError, "no hex digits"},
		{"decode Hello~orld", exitError, "character 6"},
		{"decode HelloWorl", exitError, "not 9"},
		{"decode", exitError, "not 0"},
		{"decode a b", exitUsage, "one argument at most"},
		{"encode --raw 00", exitUsage, "takes no argument"},
		{"", exitUsage, "encode or decode"},
		{"encrypt", exitUsage, `no "encrypt"`},
	} {
		p := start(t, "", append([]string{"z85"}, strings.Fields(c.args)...)...)
		p.ends(t, c.code)
		if !strings.Contains(p.errs.String(), c.want) {
			t.Errorf("%s: %q, want %q", c.args, p.errs, c.want)
		}
	}
}

func TestPasswordCommand(t *testing.T) {
	p := start(t, "secret\nmore\n", "password", "alice", "--property", "X-Role=op")
	p.ends(t, exitOK)
	if text := p.out.String(); !strings.HasPrefix(text, "alice:$argon2id$") || !strings.HasSuffix(text, ":X-Role=op\n") || strings.Contains(text, "secret") {
		t.Errorf("%q", text)
	}
	for args, want := range map[string]string{
		"":                       "one user",
		"alice bob":              "one user",
		"a:b":                    "colon",
		"alice --property x":     "NAME=VALUE",
		"alice --property a:b=c": "not allowed",
	} {
		p := start(t, "secret\n", append([]string{"password"}, strings.Fields(args)...)...)
		p.ends(t, exitUsage)
		if !strings.Contains(p.errs.String(), want) {
			t.Errorf("%s: %q, want %q", args, p.errs, want)
		}
	}
	p = start(t, "", "password", "alice")
	p.ends(t, exitUsage)
	if !strings.Contains(p.errs.String(), "1 to 255 bytes, not 0") {
		t.Errorf("no password: %q", p.errs)
	}
}

// unreadable is why a file cannot be opened, in the system's words.
func unreadable(path string) string {
	_, err := os.Open(path)
	return errors.Unwrap(err).Error()
}

func TestKeygenMistakes(t *testing.T) {
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"--about name=x", exitUsage, "needs --out"},
		{"--out x --about name", exitUsage, "NAME=VALUE"},
		{"--out x --about a/b=", exitOK, ""},
		{"--out y --about a:b=c", exitUsage, "no name"},
		{"--out no/such/folder/x", exitError, unreadable("no/such/folder/x")},
		{"word", exitUsage, "no arguments"},
	} {
		t.Chdir(t.TempDir())
		p := start(t, "", append([]string{"keygen"}, strings.Fields(c.args)...)...)
		p.ends(t, c.code)
		if !strings.Contains(p.errs.String(), c.want) {
			t.Errorf("%s: %q, want %q", c.args, p.errs, c.want)
		}
	}
}
