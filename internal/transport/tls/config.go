// SPDX-License-Identifier: Apache-2.0

package tls

import (
	"crypto/tls"
	"crypto/x509"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// base returns a copy of what the program has given.
func (o *over) base() *tls.Config {
	c := o.cfg.Clone()
	if c == nil {
		c = new(tls.Config)
	}
	c.MinVersion = max(c.MinVersion, o.least)
	// Records grow with a connection by default, so that the first bytes of a page come
	// sooner. A message is of use when all of it is there.
	c.DynamicRecordSizingDisabled = true
	return c
}

// server returns the configuration of a listener.
func (o *over) server(x *transport.TLSOptions) (*tls.Config, error) {
	c := o.base()
	if x.CertPEM != "" || x.KeyPEM != "" {
		pair, err := tls.X509KeyPair([]byte(x.CertPEM), []byte(x.KeyPEM))
		if err != nil {
			return nil, zerr.Errorf(zerr.ErrInvalid, "WSS_CERT_PEM and WSS_KEY_PEM: %w", err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	if len(c.Certificates) == 0 && c.GetCertificate == nil && c.GetConfigForClient == nil {
		return nil, zerr.Errorf(zerr.ErrInvalid, "to bind, %s needs a certificate with its key, in ws.Config or in WSS_CERT_PEM and WSS_KEY_PEM", o.scheme)
	}
	return c, nil
}

// client returns the configuration of a connection to a host.
func (o *over) client(host string, x *transport.TLSOptions) (*tls.Config, error) {
	c := o.base()
	if x.CertPEM != "" || x.KeyPEM != "" { // which libzmq leaves to listeners
		pair, err := tls.X509KeyPair([]byte(x.CertPEM), []byte(x.KeyPEM))
		if err != nil {
			return nil, zerr.Errorf(zerr.ErrInvalid, "WSS_CERT_PEM and WSS_KEY_PEM: %w", err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	strict := x.Strict && o.cfg == nil // a configuration of the program means what it says
	if err := trust(c, x, strict); err != nil {
		return nil, err
	}
	switch {
	case x.Hostname != "":
		c.ServerName = x.Hostname
	case c.ServerName != "":
	case strict:
		verifyChain(c)
	default:
		c.ServerName = host
	}
	return c, nil
}

// trust sets the authorities that a client accepts.
func trust(c *tls.Config, x *transport.TLSOptions, strict bool) error {
	if x.TrustPEM == "" {
		switch {
		case x.TrustSystem:
			c.RootCAs = nil // is what the system trusts
		case strict:
			c.RootCAs = x509.NewCertPool()
		}
		return nil
	}
	pool := x509.NewCertPool()
	if x.TrustSystem {
		system, err := x509.SystemCertPool()
		if err != nil {
			return zerr.Errorf(zerr.ErrInvalid, "WSS_TRUST_SYSTEM: %w", err)
		}
		pool = system
	}
	if !pool.AppendCertsFromPEM([]byte(x.TrustPEM)) {
		return zerr.Errorf(zerr.ErrInvalid, "WSS_TRUST_PEM has no certificate in PEM form")
	}
	c.RootCAs = pool
	return nil
}

// verifyChain has the server's certificate verified without its name, and no name sent, as
// libzmq does without WSS_HOSTNAME. crypto/tls has that only as a check of the program's
// own in the place of its.
func verifyChain(c *tls.Config) {
	roots := c.RootCAs
	c.InsecureSkipVerify = true
	c.VerifyConnection = func(s tls.ConnectionState) error {
		if len(s.PeerCertificates) == 0 {
			return zerr.Errorf(zerr.ErrRefused, "the server has no certificate")
		}
		between := x509.NewCertPool()
		for _, cert := range s.PeerCertificates[1:] {
			between.AddCert(cert)
		}
		_, err := s.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between})
		return err
	}
}

// CheckConfig implements transport.ConfigChecker.
func (o *over) CheckConfig(cfg *transport.Config) error {
	if _, err := o.client("", &cfg.TLS); err != nil {
		return err
	}
	if c, ok := o.below.(transport.ConfigChecker); ok {
		return c.CheckConfig(cfg)
	}
	return nil
}
