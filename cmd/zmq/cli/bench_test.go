// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestBenchAlone(t *testing.T) {
	svg := filepath.Join(t.TempDir(), "x.svg")
	p := start(t, "", "bench", "--timeout", "60", "--count", "50", "--size", "16,1KiB", "--curve", "--json", "-", "--svg", svg)
	p.ends(t, exitOK)
	var r benchReport
	if err := json.Unmarshal([]byte(p.out.String()), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Results) != 4 || r.CPUs < 1 || !strings.HasPrefix(r.Endpoint, "tcp://127.0.0.1:") {
		t.Fatalf("%+v", r)
	}
	for _, x := range r.Results {
		if x.Messages != 50 || x.Mechanism != "CURVE" {
			t.Errorf("%+v", x)
		}
	}
	if text, err := os.ReadFile(svg); err != nil || !strings.HasPrefix(string(text), "<svg") {
		t.Errorf("the chart is %.20q, %v", text, err)
	}
}

func TestBenchBetweenTwo(t *testing.T) {
	dir := t.TempDir()
	start(t, "", "keygen", "--out", filepath.Join(dir, "server")).ends(t, exitOK)
	server := start(t, "", "bench", "serve", anyPort, "--curve-server", filepath.Join(dir, "server.key_secret"), "--insecure-any-key")
	where := server.endpoint(t)
	p := start(t, "", "bench", "--connect", where, "--server-key", filepath.Join(dir, "server.key"), "--timeout", "60", "--count", "20", "--size", "1")
	p.ends(t, exitOK)
	lines := strings.Split(p.out.String(), "\n")
	if len(lines) != 4 || !strings.Contains(lines[1], "push-pull CURVE") || !strings.Contains(lines[2], "req-rep CURVE") || !strings.Contains(lines[2], "20") {
		t.Errorf("it writes %s", p.out)
	}
	server.waitFor(t, server.errs, "measures push-pull, 1 bytes\n", "measures req-rep, 1 bytes\n")
	server.interrupt()
	server.ends(t, exitOK)

	nowhere := start(t, "", "bench", "--connect", refusing(t), "--timeout", "0.2", "--count", "1")
	nowhere.ends(t, exitError)
	if text := nowhere.errs.String(); !strings.Contains(text, "does not answer") {
		t.Errorf("it says %q", text)
	}
}

// Alone a certificate is made up; between two it comes from files.
func TestBenchOverTLSAndWebSocket(t *testing.T) {
	for _, scheme := range []string{"ws", "wss", "tls"} {
		p := start(t, "", "bench", "--bind", scheme+"://127.0.0.1:*", "--timeout", "60", "--count", "20", "--size", "16")
		p.ends(t, exitOK)
		if lines := strings.Split(p.out.String(), "\n"); len(lines) != 4 {
			t.Errorf("%s: it writes %s", scheme, p.out)
		}
	}
	cert, key := selfSigned(t)
	for _, bind := range []string{"wss://127.0.0.1:*/path", "tls://127.0.0.1:*"} {
		server := start(t, "", "bench", "serve", bind, "--cert", cert, "--key", key)
		where := server.endpoint(t)
		untrusting := start(t, "", "bench", "--connect", where, "--timeout", "60", "--count", "1", "--size", "1")
		untrusting.waitFor(t, untrusting.errs, where+": ", "certificate")
		untrusting.interrupt()
		untrusting.ends(t, exitError)
		p := start(t, "", "bench", "--connect", where, "--ca", cert, "--timeout", "60", "--count", "20", "--size", "1")
		p.ends(t, exitOK)
		server.interrupt()
		server.ends(t, exitOK)
	}
}

func TestBenchUsage(t *testing.T) {
	for args, want := range map[string]string{
		"--pattern push-pul":          "did you mean push-pull?",
		"--size 1KB":                  "number of bytes",
		"--size 65MiB":                "up to 64 MiB",
		"--time 0":                    "above zero",
		"--curve --connect tcp://x:1": "both ends",
		"--window 0":                  "1 or more",
		"--curve-server x":            "needs --auth-keys",
		"serve":                       "one endpoint",
		"--connect nonsense":          "An endpoint is",
	} {
		p := start(t, "", append([]string{"bench"}, strings.Fields(args)...)...)
		p.ends(t, exitUsage)
		if text := p.errs.String(); !strings.Contains(text, want) {
			t.Errorf("%s: %q, want %q", args, text, want)
		}
	}
	if n, err := parseSize("3 KiB"); n != 3072 || err != nil {
		t.Error(n, err)
	}
}
