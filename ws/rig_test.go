// SPDX-License-Identifier: Apache-2.0

package ws_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/test/rig"
	"github.com/gozmq/zmq/ws"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

// authority issues certificates for a test.
type authority struct {
	t    testing.TB
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	rig.Must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	rig.Must(t, err)
	cert, err := x509.ParseCertificate(der)
	rig.Must(t, err)
	return &authority{t, cert, key}
}

// issue makes a certificate for a name, and for this machine.
func (a *authority) issue(name string) tls.Certificate {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	rig.Must(a.t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		NotBefore:   time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	rig.Must(a.t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func (a *authority) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

// both returns a configuration for both ends.
func (a *authority) both() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{a.issue("localhost")}, RootCAs: a.pool()}
}

// with is the setting of transports.
func with(cfg ws.Config) zmq.Setting { return zmq.WithTransports(ws.Transports(cfg)...) }

// newTest has a context with the transports, and certificates of one authority.
func newTest(t *testing.T, cfg ws.Config) *rig.Test {
	t.Helper()
	if cfg.TLS == nil {
		cfg.TLS = newAuthority(t).both()
	}
	return rig.NewWith(t, zmq.ContextConfig{Settings: []zmq.Setting{with(cfg), zmq.Linger.Of(0)}})
}

// schemes are those of the package.
var schemes = []string{"ws", "wss", "tls"}

// anyPort is an endpoint to bind to whose port the system chooses.
func anyPort(scheme string) string { return scheme + "://127.0.0.1:*" }

// plainly is the address of an endpoint, to dial without the library.
func plainly(endpoint string) string {
	_, address, _ := strings.Cut(endpoint, "://")
	address, _, _ = strings.Cut(address, "/")
	return address
}

// sides are the settings of two sockets with one mechanism.
type sides struct {
	name           string
	server, client []zmq.Setting
}

func mechanisms() []sides {
	server, client := zmq.NewCurveKeypair(), zmq.NewCurveKeypair()
	return []sides{
		{"NULL", nil, nil},
		{"PLAIN", []zmq.Setting{zmq.PlainServer.Of(true)}, []zmq.Setting{zmq.PlainUsername.Of("user"), zmq.PlainPassword.Of("secret")}},
		{"CURVE", []zmq.Setting{server.AsServer()}, []zmq.Setting{client.AsClient(server.Public)}},
	}
}
