// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"
)

// argonOf is a hash that costs little.
func argonOf(password string) string {
	h := argonHash{memory: 8, time: 1, threads: 1, salt: []byte("saltsaltsalt")}
	h.key = h.derive(password, 16)
	return h.String()
}

func bcryptOf(t testing.TB, password string) string {
	t.Helper()
	b, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	must(t, err)
	return string(b)
}

func TestPasswordMap(t *testing.T) {
	m := PasswordMap{"alice": "secret", "empty": ""}
	for _, c := range []struct {
		user, password, want string
	}{
		{"alice", "secret", ""},
		{"alice", "Secret", "the password is wrong"},
		{"alice", "", "the password is wrong"},
		{"alice", "secret ", "the password is wrong"},
		{"bob", "secret", "no such user"},
		{"", "", "no such user"},
		{"empty", "", ""},
	} {
		_, err := m.CheckPassword(background(), Request{User: c.user}, c.password)
		if c.want == "" && err != nil || c.want != "" && (!errors.Is(err, ErrDenied) || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%q %q: %v, want %q", c.user, c.password, err, c.want)
		}
	}
}

// TestHashes: published is what the argon2 command makes of "echo -n password |
// argon2 somesalt -id -t 2 -m 16 -p 4 -l 32".
func TestHashes(t *testing.T) {
	const published = "$argon2id$v=19$m=65536,t=2,p=4$c29tZXNhbHQ$GpZ3sK/oH9p7VIiV56G/64Zo/8GaUw434IimaPqxwCo"
	made, err := HashPassword("correct horse")
	must(t, err)
	again, err := HashPassword("correct horse")
	must(t, err)
	if made == again || !strings.HasPrefix(made, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("%s and %s", made, again)
	}
	long := strings.Repeat("x", 73)
	for _, c := range []struct {
		hash, password string
		want           bool
	}{
		{made, "correct horse", true},
		{made, "correct horsf", false},
		{made, "", false},
		{published, "password", true},
		{published, "Password", false},
		{bcryptOf(t, "secret"), "secret", true},
		{bcryptOf(t, "secret"), "secreT", false},
		{strings.Replace(bcryptOf(t, "secret"), "$2a$", "$2y$", 1), "secret", true},
		{bcryptOf(t, long[:72]), long[:72], true},
		{bcryptOf(t, long[:72]), long, false}, // bcrypt itself would look at 72 bytes
	} {
		h, err := parseHash(c.hash)
		if err != nil {
			t.Errorf("%s: %v", c.hash, err)
		} else if got := h.matches(c.password); got != c.want {
			t.Errorf("%s matches %q: %v", c.hash, c.password, got)
		}
	}
	for _, password := range []string{"", strings.Repeat("x", 256)} {
		if _, err := HashPassword(password); err == nil {
			t.Errorf("%d bytes are a password", len(password))
		}
	}
}

func TestMalformedHashes(t *testing.T) {
	good := argonOf("x")
	if _, err := parseHash(good); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{
		"", "secret", "$1$salt$hash", "$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAA", "{SHA}x", "$2a$", "$2x$10$x",
		bcryptOf(t, "x")[:59], bcryptOf(t, "x") + "x", "$2a$99" + bcryptOf(t, "x")[6:], "$2a$16" + bcryptOf(t, "x")[6:],
		strings.Replace(good, "v=19", "v=16", 1), strings.Replace(good, "m=8", "m=0", 1), strings.Replace(good, "m=8", "m=4294967295", 1),
		strings.Replace(good, "m=8", "m=262145", 1), strings.Replace(good, "t=1", "t=0", 1), strings.Replace(good, "t=1", "t=17", 1),
		strings.Replace(good, "p=1", "p=256", 1), strings.Replace(good, "p=1", "q=1", 1), strings.Replace(good, "t=1,", "", 1),
		strings.Replace(good, "m=8", "m=x", 1), good + "=", good + "$", good[:len(good)-20], good[:strings.LastIndex(good, "$")],
		strings.Replace(good, "c2FsdHNhbHRzYWx0", "c2FsdA", 1), strings.Replace(good, "c2FsdHNhbHRzYWx0", "!!!!!!!!!!!!!!!!", 1),
	} {
		if h, err := parseHash(bad); err == nil {
			t.Errorf("%q is a hash: %v", bad, h)
		} else if len(bad) > 20 && strings.Contains(err.Error(), bad[10:]) {
			t.Errorf("the error quotes the hash: %v", err)
		}
	}
}

// write replaces a file as an editor does, with a time some way in the past, so
// that it is settled.
func write(t testing.TB, path, text string) {
	t.Helper()
	must(t, os.WriteFile(path+".new", []byte(text), 0o600))
	age(t, path+".new", time.Hour)
	must(t, os.Rename(path+".new", path))
}

func age(t testing.TB, path string, d time.Duration) {
	t.Helper()
	then := time.Now().Add(-d)
	must(t, os.Chtimes(path, then, then))
}

func TestPasswordFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "users")
	write(t, path, "# users\n\n  \r\nalice:"+argonOf("secret")+":X-Role=op:X-Empty=\r\nbob:"+bcryptOf(t, "hidden")+"\nü \xff:"+argonOf("odd"))
	f, err := OpenPasswordFile(path)
	must(t, err)
	r := with(t, Rules{Passwords: f})
	a := r.peer("PLAIN", "alice", "secret")
	a.is(t, "200", "OK")
	if a.user != "alice" || a.metadata != "\x07X-Empty\x00\x00\x00\x00\x06X-Role\x00\x00\x00\x02op" {
		t.Errorf("alice is %q with %q", a.user, a.metadata)
	}
	r.peer("PLAIN", "bob", "hidden").is(t, "200", "OK")
	r.peer("PLAIN", "ü \xff", "odd").is(t, "200", "OK")
	r.peer("PLAIN", "alice", "hidden").is(t, "400", "wrong")
	r.peer("PLAIN", "carol", "secret").is(t, "400", "no such user")
	r.peer("PLAIN", "# users", "").is(t, "400", "no such user")
}

// TestPasswordFileNoticesChanges, each at the next peer, without a timer.
func TestPasswordFileNoticesChanges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "users")
	alice, bob := "alice:"+argonOf("secret")+"\n", "bob:"+argonOf("hidden")+"\n"
	write(t, path, alice)
	f, err := OpenPasswordFile(path)
	must(t, err)
	r := with(t, Rules{Passwords: f})
	r.peer("PLAIN", "alice", "secret").is(t, "200", "")
	r.peer("PLAIN", "bob", "hidden").is(t, "400", "")

	write(t, path, alice+bob)
	r.peer("PLAIN", "bob", "hidden").is(t, "200", "")

	write(t, path, "alice:nonsense\n"+bob+bob+"no hash\n")
	r.peer("PLAIN", "bob", "hidden").is(t, "200", "")
	r.peer("PLAIN", "alice", "secret").is(t, "400", "")
	r.logged("level=ERROR", "line 1", "alice", "line 3", "bob", "line 4")
	if n := strings.Count(r.log.String(), "line 4"); n != 1 {
		t.Errorf("reported %d times", n)
	}
	if strings.Contains(r.log.String(), "nonsense") {
		t.Error("the log quotes a hash")
	}

	must(t, os.Remove(path))
	r.peer("PLAIN", "bob", "hidden").is(t, "500", "internal error")
	_, missing := os.Stat(path)
	r.logged("level=ERROR", errors.Unwrap(missing).Error()) // in the system's words

	write(t, path, "")
	r.peer("PLAIN", "bob", "hidden").is(t, "400", "")
	write(t, path, bob)
	r.peer("PLAIN", "bob", "hidden").is(t, "200", "")
}

// TestChangesWithinTheClockOfAFileSystem: a file that has just been written is
// read again, since a second change may have left the same time.
func TestChangesWithinTheClockOfAFileSystem(t *testing.T) {
	path := filepath.Join(t.TempDir(), "users")
	in := func(text string) {
		must(t, os.WriteFile(path, []byte(text), 0o600)) // in place, of one length
		at := time.Now().Truncate(time.Second)
		must(t, os.Chtimes(path, at, at))
	}
	in("alice:" + argonOf("first") + "\n")
	f, err := OpenPasswordFile(path)
	must(t, err)
	in("alice:" + argonOf("other") + "\n")
	if _, err := f.CheckPassword(background(), Request{User: "alice"}, "other"); err != nil {
		t.Error(err)
	}
	age(t, path, time.Hour)
	must(t, f.Reload())
	if !f.table.Load().stamp.holds(path) {
		t.Error("a file that has not changed for long is read again")
	}
}

func TestOpenPasswordFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "users")
	if _, err := OpenPasswordFile(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	write(t, path, "alice:"+argonOf("x")+"\nbob:plaintext\n:x\ncarol:"+argonOf("x")+":novalue\ndave:"+argonOf("x")+":Identity=x\n"+
		strings.Repeat("x", 256)+":"+argonOf("x")+"\nalice:"+argonOf("y")+"\n")
	_, err := OpenPasswordFile(path)
	for _, want := range []string{"line 2", "line 3", "line 4", "line 5", "line 6", "line 7", `user "bob"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if err != nil && strings.Contains(err.Error(), "plaintext") {
		t.Errorf("the error quotes what may be a password: %v", err)
	}
}

// TestStartReadsSources: Start and Reload fail for what cannot be read, and say
// what.
func TestStartReadsSources(t *testing.T) {
	path := filepath.Join(t.TempDir(), "users")
	write(t, path, "alice:"+argonOf("secret")+"\n")
	f, err := OpenPasswordFile(path)
	must(t, err)
	r := newRig(t, Config{Domains: map[string]Rules{"d": {Passwords: f}}})
	must(t, r.h.Reload())
	write(t, path, "nonsense\n")
	for _, err := range []error{r.h.Reload(), r.h.Configure(Config{Default: Rules{Passwords: f}})} {
		if err == nil || !strings.Contains(err.Error(), "line 1") {
			t.Errorf("%v", err)
		}
	}
	if _, err := Start(newContext(t), Config{Default: Rules{Passwords: f}}); err == nil {
		t.Error("Start takes it")
	}
}

// TestHashesWaitForAProcessor: a decision that gives up waiting does not compute.
func TestHashesWaitForAProcessor(t *testing.T) {
	path := filepath.Join(t.TempDir(), "users")
	write(t, path, "alice:"+argonOf("secret")+"\n")
	f, err := OpenPasswordFile(path)
	must(t, err)
	for range cap(f.slots) {
		f.slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(background())
	cancel()
	if _, err := f.CheckPassword(ctx, Request{User: "alice"}, "secret"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestUnknownUsersCostAHash: what is compared for them is a real one.
func TestUnknownUsersCostAHash(t *testing.T) {
	path := filepath.Join(t.TempDir(), "users")
	write(t, path, "alice:"+argonOf("secret")+"\n")
	f, err := OpenPasswordFile(path)
	must(t, err)
	for range cap(f.slots) {
		f.slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(background())
	cancel()
	if _, err := f.CheckPassword(ctx, Request{User: "nobody"}, "secret"); !errors.Is(err, context.Canceled) {
		t.Errorf("an unknown user is refused without computing: %v", err)
	}
}

// TestUnknownUsersTakeAsLongAsKnownOnes: where hashes have different costs, names that
// do not exist get all of them, and each always the same.
func TestUnknownUsersTakeAsLongAsKnownOnes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "users")
	write(t, path, "alice:"+argonOf("secret")+"\nbob:"+argonOf("other")+"\n")
	f, err := OpenPasswordFile(path)
	must(t, err)
	table := f.table.Load()
	seen := map[string]int{}
	for i := range 200 {
		name := fmt.Sprint("nobody", i)
		h := table.standIn(name, f.seed).(argonHash).String()
		if again := table.standIn(name, f.seed).(argonHash).String(); again != h {
			t.Fatalf("%s is compared with different hashes", name)
		}
		seen[h]++
	}
	if len(seen) != 2 {
		t.Errorf("%d of 2 hashes stand in for users that do not exist", len(seen))
	}
}

func TestPasswordLine(t *testing.T) {
	line, err := PasswordLine("alice", "secret", map[string]string{"X-Role": "op", "X-A": "b=c"})
	must(t, err)
	path := filepath.Join(t.TempDir(), "users")
	write(t, path, line)
	f, err := OpenPasswordFile(path)
	must(t, err)
	u, err := f.CheckPassword(background(), Request{User: "alice"}, "secret")
	if err != nil || u.Properties["X-Role"] != "op" || u.Properties["X-A"] != "b=c" {
		t.Errorf("%+v, %v", u, err)
	}
	for _, c := range []struct {
		user, password string
		properties     map[string]string
	}{
		{"", "x", nil}, {"a:b", "x", nil}, {"a\nb", "x", nil}, {"#a", "x", nil}, {strings.Repeat("x", 256), "x", nil}, {"a", "", nil},
		{"a", "x", map[string]string{"X": "a:b"}}, {"a", "x", map[string]string{"X": "a\nb"}}, {"a", "x", map[string]string{"User-Id": "b"}},
	} {
		if line, err := PasswordLine(c.user, c.password, c.properties); err == nil {
			t.Errorf("%+v: %q", c, line)
		}
	}
}
