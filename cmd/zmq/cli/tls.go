// SPDX-License-Identifier: Apache-2.0

// The flags of ws, wss and tls.

package cli

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/ws"
)

// tlsFlags are the certificates of wss and tls, and the web pages that may connect.
type tlsFlags struct {
	ca, cert, key string
	clientCA      string
	origins       []string
}

func (f *tlsFlags) add(fs *pflag.FlagSet) {
	f.addClient(fs)
	fs.StringVar(&f.clientCA, "client-ca", "", "let in clients with a certificate of the authorities in `FILE` alone")
	fs.StringArrayVar(&f.origins, "origin", nil, "over ws and wss, let in web pages from `ORIGIN`, https://example.com or * for any; repeatable")
}

// addClient adds those of a command that only connects.
func (f *tlsFlags) addClient(fs *pflag.FlagSet) {
	fs.StringVar(&f.ca, "ca", "", "over wss and tls, trust servers with a certificate of the authorities in `FILE`, in PEM form (default: those that the system trusts)")
	fs.StringVar(&f.cert, "cert", "", "show the certificate in `FILE`, in PEM form; wss and tls need one to bind")
	fs.StringVar(&f.key, "key", "", "the private key of --cert is in `FILE`, in PEM form")
}

func (f *tlsFlags) check() error {
	if (f.cert == "") != (f.key == "") {
		return errors.New("--cert and --key belong together")
	}
	if f.clientCA != "" && f.cert == "" {
		return errors.New("--client-ca needs --cert and --key, the certificate of this server")
	}
	return nil
}

// transports is the setting that makes ws, wss and tls work.
func (f *tlsFlags) transports() (zmq.Setting, error) {
	cfg, err := f.config()
	if err != nil {
		return zmq.Setting{}, err
	}
	return zmq.WithTransports(ws.Transports(ws.Config{TLS: cfg, Origins: f.origins})...), nil
}

// config is what the files have.
func (f *tlsFlags) config() (*tls.Config, error) {
	cfg := new(tls.Config)
	if f.cert != "" {
		pair, err := tls.LoadX509KeyPair(f.cert, f.key)
		if err != nil {
			return nil, fmt.Errorf("--cert and --key: %w", err)
		}
		cfg.Certificates = []tls.Certificate{pair}
	}
	var err error
	if cfg.RootCAs, err = authorities("--ca", f.ca); err != nil {
		return nil, err
	}
	if cfg.ClientCAs, err = authorities("--client-ca", f.clientCA); err != nil {
		return nil, err
	}
	if f.clientCA != "" {
		cfg.ClientAuth = tls.RequireAndVerifyClientCert
	}
	return cfg, nil
}

// madeUpCertificate has both ends of an endpoint trust a certificate that no other program
// has. Of endpoints that need none it is empty.
func madeUpCertificate(endpoint string) ([]zmq.Setting, error) {
	if scheme, _, _ := strings.Cut(endpoint, "://"); scheme != "wss" && scheme != "tls" {
		return nil, nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(30 * 24 * time.Hour),
		DNSNames: []string{"localhost"},
		// A bind to all addresses is connected to by the address that is none.
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback, net.IPv4zero, net.IPv6zero},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	cfg := &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	return []zmq.Setting{zmq.WithTransports(ws.Transports(ws.Config{TLS: cfg})...)}, nil
}

// authorities reads certificates, nil for no file.
func authorities(flag, name string) (*x509.CertPool, error) {
	if name == "" {
		return nil, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s: %s has no certificate in PEM form", flag, name)
	}
	return pool, nil
}
