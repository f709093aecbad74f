// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// selfSigned writes a certificate that is its own authority, and its key.
func selfSigned(t *testing.T) (cert, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// TestWebSocketAndTLSBetweenCommands: with certificates for the server, for both ends, and
// without.
func TestWebSocketAndTLSBetweenCommands(t *testing.T) {
	cert, key := selfSigned(t)
	other, _ := selfSigned(t)
	for _, scheme := range []string{"ws", "wss", "tls"} {
		pull := start(t, "", "pull", "--bind", scheme+"://127.0.0.1:*", "--cert", cert, "--key", key, "--count", "1")
		where := pull.endpoint(t)
		if !strings.HasPrefix(where, scheme+"://127.0.0.1:") {
			t.Errorf("bound to %q", where)
		}
		if scheme != "ws" {
			wrong := startReading(t, idle(t), "push", "--connect", where, "--ca", other)
			wrong.waitFor(t, wrong.errs, where+": ", "certificate")
			wrong.interrupt()
			<-wrong.done
		}
		start(t, "", "push", "--connect", where, "--ca", cert, "word").wrote(t, "")
		pull.wrote(t, "word\n")
	}
	pull := start(t, "", "pull", "--bind", "tls://127.0.0.1:*", "--cert", cert, "--key", key, "--client-ca", cert, "--count", "1")
	where := pull.endpoint(t)
	stranger := startReading(t, idle(t), "push", "--connect", where, "--ca", cert)
	pull.waitFor(t, pull.errs, "level=WARN", "certificate")
	stranger.interrupt()
	<-stranger.done
	start(t, "", "push", "--connect", where, "--ca", cert, "--cert", cert, "--key", key, "word").wrote(t, "")
	pull.wrote(t, "word\n")
}

// TestFlagsOfTLSThatDoNotWork: an error says which flag it is about.
func TestFlagsOfTLSThatDoNotWork(t *testing.T) {
	cert, key := selfSigned(t)
	for args, c := range map[string]struct {
		code int
		want string
	}{
		"--cert f":                         {exitUsage, "belong together"},
		"--key f":                          {exitUsage, "belong together"},
		"--client-ca f":                    {exitUsage, "--client-ca needs --cert"},
		"--ca none":                        {exitError, "--ca: "},
		"--ca " + key:                      {exitError, "no certificate in PEM form"},
		"--cert none --key " + key:         {exitError, "--cert and --key: "},
		"--cert " + key + " --key " + cert: {exitError, "--cert and --key: "},
	} {
		p := start(t, "", append([]string{"pull", "--bind", "tls://127.0.0.1:*"}, strings.Fields(args)...)...)
		p.ends(t, c.code)
		if text := p.errs.String(); !strings.Contains(text, c.want) {
			t.Errorf("%s: %q, want %q", args, text, c.want)
		}
	}
	p := start(t, "", "pull", "--bind", "wss://127.0.0.1:*")
	p.ends(t, exitUsage)
	if text := p.errs.String(); !strings.Contains(text, "certificate") {
		t.Errorf("without a certificate: %q", text)
	}
}
