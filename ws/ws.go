// SPDX-License-Identifier: Apache-2.0

// Package ws makes the transports ws, wss and tls: ZeroMQ through WebSockets, which web
// browsers speak and proxies let through, and through TLS. A program that does not import
// it does not have them, and does not pay for them. One that does is 4 MB larger, because
// net/http and crypto/tls come with it, and starts a third of a millisecond later.
//
//	zctx, err := zmq.NewContext(zmq.ContextConfig{
//		Settings: []zmq.Setting{zmq.WithTransports(ws.Transports(ws.Config{})...)},
//	})
//	pub, err := zctx.NewSocket(zmq.PUB)
//	err = pub.Bind("ws://*:8080/prices")
//
// # ws and wss
//
// Endpoints are "ws://host:port/path", with the path "/" if there is none. They work as
// those of tcp, to bind and to connect, with every type of socket but STREAM and DGRAM,
// and with the mechanisms NULL, PLAIN and CURVE. On the wire is ZWS 2.0 (RFC 45), with
// libzmq and with jszmq. Without a mechanism, as browsers speak it, a peer says nothing of
// its socket type, so that the wrong one is not refused. Heartbeats are Pings of
// WebSocket.
//
// A request of a web page is refused if the page comes from another host, unless its
// origin is in Config.Origins: a browser lets every page that its user looks at connect to
// anything that the user can reach.
//
// wss is ws inside TLS.
//
// # tls
//
// "tls://host:port" is ZMTP inside TLS 1.3, between programs that use this library: libzmq
// has no such transport.
//
// # Certificates
//
// To bind, wss and tls need a certificate in Config.TLS. To connect, the server's has to be
// valid for the host of the endpoint, or for TLS.ServerName, and be issued by an authority
// in TLS.RootCAs, or by one that the system trusts. With TLS.ClientAuth a server asks for
// certificates of clients. One that it has verified is the Certificate of the zmq.Peer, by
// which an authorizer can decide, and the Certificates of the rules of package auth.
package ws

import (
	"crypto/tls"
	"crypto/x509"
	"errors"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/transport/tcp"
	overtls "github.com/gozmq/zmq/internal/transport/tls"
	websocket "github.com/gozmq/zmq/internal/transport/ws"
)

// Config describes the transports. The zero value can bind and connect to ws, and
// connect to wss and tls where the system trusts the server's certificate.
type Config struct {
	// TLS is for wss and tls, both to bind and to connect. It must not be changed after
	// the call of Transports. MinVersion is at least TLS 1.3 for tls, and TLS 1.2 for wss. A
	// ServerName that is empty stands for the host of the endpoint. Nil stands for a
	// configuration without certificates; where options have libzmq's defaults, those of wss
	// alone say then which servers are trusted, and without them none is.
	TLS *tls.Config

	// Origins lists the origins of web pages that may connect besides those that this
	// host serves itself, "https://example.com:8443". "*" lets every page connect. What is
	// not a browser has no origin and is never refused for it.
	Origins []string

	// NoMechanism offers servers the protocol without a mechanism only, "ZWS2.0". It is
	// for connecting to jszmq, which agrees to any protocol that it is offered first, and
	// speaks this one. It has no effect with PLAIN and CURVE.
	NoMechanism bool
}

// Transports returns the transports "ws", "wss" and "tls", for zmq.WithTransports.
func Transports(cfg Config) []zmq.Transport {
	c := &websocket.Config{Origins: append([]string(nil), cfg.Origins...), NoMechanism: cfg.NoMechanism}
	below := tcp.New()
	return []zmq.Transport{
		websocket.New("ws", below, c),
		websocket.New("wss", overtls.New("wss", tls.VersionTLS12, below, cfg.TLS), c),
		overtls.New(overtls.Scheme, tls.VersionTLS13, below, cfg.TLS),
	}
}

// ErrNoCertificate reports a peer without a verified certificate.
var ErrNoCertificate = errors.New("zmq: the peer has no verified certificate")

// Certificate returns the verified certificate of a peer over wss or tls. It fails with
// ErrNoCertificate if the peer has none.
func Certificate(p zmq.Peer) (*x509.Certificate, error) {
	if p.Certificate == nil {
		return nil, ErrNoCertificate
	}
	return x509.ParseCertificate(p.Certificate)
}
