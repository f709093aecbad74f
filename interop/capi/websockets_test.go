// SPDX-License-Identifier: Apache-2.0

package capi

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"testing"
	"time"
)

// TestWebSocketsInC: ws, wss and tls through the C library, whose options take texts.
func TestWebSocketsInC(t *testing.T) {
	cert, key := certificate(t)
	bin := compile(t, "websockets", "programs/websockets.c", "-I"+source, "-L"+draftLibrary(t), "-lzmq", "-lpthread")
	if r := execute(t, time.Minute, using(draftLibrary(t), "CERT="+cert, "KEY="+key, "TRUST="+cert), bin); r.code != 0 {
		t.Error(r.out)
	}
}

// certificate returns one that is its own authority, and its key.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"server.example"}, IsCA: true, BasicConstraintsValid: true,
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
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
}
