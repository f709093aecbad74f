// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/gozmq/zmq/auth"
)

// file writes a file for a test and returns its name.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// users is a password file with alice, whose password is secret.
func users(t *testing.T) string {
	t.Helper()
	line, err := auth.PasswordLine("alice", "secret", nil)
	if err != nil {
		t.Fatal(err)
	}
	return file(t, "users", line+"\n")
}

func TestSecurityFlagsThatDoNotGoTogether(t *testing.T) {
	for args, want := range map[string]string{
		"--plain a:b --auth-users f":                        "one or the other",
		"--server-key k --curve-server f --auth-keys d":     "one or the other",
		"--plain a:b --server-key k":                        "one mechanism",
		"--auth-users f --curve-server f --auth-keys d":     "one mechanism",
		"--curve-client f":                                  "needs --server-key",
		"--auth-keys d":                                     "need --curve-server",
		"--insecure-any-key":                                "need --curve-server",
		"--curve-server f":                                  "needs --auth-keys DIR",
		"--curve-server f --auth-keys d --insecure-any-key": "exclude each other",
		"--plain a":                                         "ZMQ_PASSWORD",
		"--plain :b":                                        "USER:PASSWORD",
		"--plain a:" + strings.Repeat("x", 256):             "255",
		"--server-key " + knownPublic[1:]:                   "neither",
		"--auth-allow localhost":                            "no IP address",
		"--auth-deny 10.0.0.0/40":                           "no IP address",
	} {
		t.Setenv(passwordVariable, "")
		p := start(t, "", append([]string{"pull", "--bind", anyPort}, strings.Fields(args)...)...)
		p.ends(t, exitUsage)
		if !strings.Contains(p.errs.String(), want) {
			t.Errorf("%s: %q, want %q", args, p.errs, want)
		}
	}
	start(t, "", "stream", "--bind", anyPort, "--plain", "a:b").ends(t, exitUsage)
}

func TestSecurityFilesThatCannotBeRead(t *testing.T) {
	nonsense := file(t, "nonsense.key", "nonsense "+knownSecret)
	public := file(t, "public.key", "curve\n    public-key = \""+knownPublic+"\"\n")
	for args, want := range map[string]string{
		"--auth-users none":                                  unreadable("none"),
		"--auth-users " + nonsense:                           "line 1",
		"--curve-server none --insecure-any-key":             unreadable("none"),
		"--curve-server " + nonsense + " --insecure-any-key": nonsense,
		"--curve-client none --server-key " + knownPublic:    unreadable("none"),
		"--server-key " + nonsense:                           nonsense,
	} {
		p := start(t, "", append([]string{"pull", "--bind", anyPort}, strings.Fields(args)...)...)
		p.ends(t, exitError)
		if text := p.errs.String(); !strings.Contains(text, want) || strings.Contains(text, knownSecret) {
			t.Errorf("%s: %q, want %q", args, text, want)
		}
	}
	p := start(t, "", "pull", "--bind", anyPort, "--curve-server", public, "--insecure-any-key")
	p.ends(t, exitUsage)
	if text := p.errs.String(); !strings.Contains(text, "no secret key; it may be in "+public+"_secret") {
		t.Errorf("%q", text)
	}
}

func TestPlainBetweenCommands(t *testing.T) {
	pull := start(t, "", "pull", "--bind", anyPort, "--auth-users", users(t), "--count", "2")
	where := pull.endpoint(t)
	wrong := startReading(t, idle(t), "push", "--connect", where, "--plain", "alice:wrong")
	pull.waitFor(t, pull.errs, "level=WARN", "peer refused", "user=alice")
	wrong.interrupt()
	<-wrong.done
	start(t, "", "push", "--connect", where, "--plain", "alice:secret", "one").wrote(t, "")
	t.Setenv(passwordVariable, "secret")
	start(t, "", "push", "--connect", where, "--plain", "alice", "two").wrote(t, "")
	pull.wrote(t, "one\ntwo\n")
	if strings.Contains(pull.errs.String(), "wrong\n") || strings.Contains(pull.errs.String(), "secret") {
		t.Errorf("the log has a password: %q", pull.errs)
	}
}

func TestAddressesOfCommands(t *testing.T) {
	pull := start(t, "", "pull", "--bind", anyPort, "--auth-allow", "127.0.0.0/8", "--count", "1", "--verbose")
	start(t, "", "push", "--connect", pull.endpoint(t), "word").wrote(t, "")
	pull.wrote(t, "word\n")
	pull.waitFor(t, pull.errs, "level=INFO", "peer authenticated", "address=127.0.0.1")
	for _, flag := range [][]string{{"--auth-deny", "127.0.0.1"}, {"--auth-allow", "192.0.2.1"}} {
		pull := start(t, "", append([]string{"pull", "--bind", anyPort}, flag...)...)
		push := startReading(t, idle(t), "push", "--connect", pull.endpoint(t))
		pull.waitFor(t, pull.errs, "peer refused", "address 127.0.0.1")
		push.interrupt()
		<-push.done
	}
}

func TestCurveBetweenCommands(t *testing.T) {
	dir := t.TempDir()
	server, clients := filepath.Join(dir, "server"), filepath.Join(dir, "clients")
	if err := os.Mkdir(clients, 0o700); err != nil {
		t.Fatal(err)
	}
	start(t, "", "keygen", "--out", server).ends(t, exitOK)
	start(t, "", "keygen", "--out", filepath.Join(dir, "alice")).ends(t, exitOK)
	stranger := filepath.Join(dir, "stranger")
	start(t, "", "keygen", "--out", stranger).ends(t, exitOK)

	pull := start(t, "", "pull", "--bind", anyPort, "--curve-server", server+".key_secret", "--auth-keys", clients, "--count", "2")
	where := pull.endpoint(t)
	refused := startReading(t, idle(t), "push", "--connect", where, "--curve-client", stranger+".key_secret", "--server-key", server+".key")
	pull.waitFor(t, pull.errs, "peer refused", "mechanism=CURVE", "the key is not known")
	refused.interrupt()
	<-refused.done

	// The server runs when the file comes.
	if err := os.Rename(filepath.Join(dir, "alice.key"), filepath.Join(clients, "alice.key")); err != nil {
		t.Fatal(err)
	}
	asAlice := []string{"push", "--connect", where, "--curve-client", filepath.Join(dir, "alice.key_secret"), "--server-key"}
	start(t, "", append(asAlice, server+".key", "one")...).wrote(t, "")
	key, err := auth.ReadCertificate(server + ".key")
	if err != nil {
		t.Fatal(err)
	}
	start(t, "", append(asAlice, key.Keys.Public.String(), "two")...).wrote(t, "")
	pull.wrote(t, "one\ntwo\n")
}

func TestAnyKeyBetweenCommands(t *testing.T) {
	server := filepath.Join(t.TempDir(), "server")
	start(t, "", "keygen", "--out", server).ends(t, exitOK)
	if err := os.Chmod(server+".key_secret", 0o644); err != nil {
		t.Fatal(err)
	}
	pull := start(t, "", "pull", "--bind", anyPort, "--curve-server", server+".key_secret", "--insecure-any-key", "--count", "1")
	start(t, "", "push", "--connect", pull.endpoint(t), "--server-key", server+".key", "word").wrote(t, "")
	pull.wrote(t, "word\n")
	if want := "chmod 600"; runtime.GOOS != "windows" && !strings.Contains(pull.errs.String(), want) {
		t.Errorf("a secret key that others can read: %q, want %q", pull.errs, want)
	}
}
