// SPDX-License-Identifier: Apache-2.0

package zmq

import "github.com/gozmq/zmq/internal/opt"

// The options of wss, which tls has, too. They come before the TLS configuration that the
// transports of package ws were made with, which can do more. Bind and Connect check the
// texts, and fail with ErrInvalid.

// WSSKeyPEM is the private key that belongs to WSSCertPEM, in PEM form. It is never
// logged.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_WSS_KEY_PEM (103)
var WSSKeyPEM Option[string] = stringOption(opt.WSSKeyPEM)

// WSSCertPEM is the certificate of a listener, in PEM form, followed by those between it
// and its authority. When connecting, it is shown to servers that ask for one, which
// libzmq does not do.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_WSS_CERT_PEM (104)
var WSSCertPEM Option[string] = stringOption(opt.WSSCertPEM)

// WSSTrustPEM is the authorities whose certificates a client accepts, in PEM form. Empty
// leaves those of the configuration of package ws, or those that the system trusts.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_WSS_TRUST_PEM (105)
var WSSTrustPEM Option[string] = stringOption(opt.WSSTrustPEM)

// WSSHostname is the name that a client asks for, and that the server's certificate must
// bear. Empty stands for the host of the endpoint. (With libzmq it means no name, and a
// certificate of any.)
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_WSS_HOSTNAME (106)
var WSSHostname Option[string] = stringOption(opt.WSSHostname)

// WSSTrustSystem accepts certificates of the authorities that the system trusts, in
// addition to those of WSSTrustPEM.
//
//	Default:  false
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_WSS_TRUST_SYSTEM (107)
var WSSTrustSystem Option[bool] = boolOption(opt.WSSTrustSystem)
