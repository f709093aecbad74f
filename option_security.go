// SPDX-License-Identifier: Apache-2.0

package zmq

import "github.com/gozmq/zmq/internal/opt"

// The options of security mechanisms. They apply to tcp and ipc. Messages over inproc
// stay in the process, and are neither encrypted nor authenticated.

// Mechanism is the security mechanism of later endpoints: 0 NULL, 1 PLAIN, 2 CURVE. It
// follows from the last option of a mechanism that was set. Peer.Mechanism is that of a
// connection. A socket with a mechanism other than NULL exchanges no messages with
// peers that use another one or that speak a ZMTP below 3.0.
//
//	Default:  0, NULL
//	Applies:  can only be read
//	Sockets:  all
//	libzmq:   ZMQ_MECHANISM (43)
var Mechanism Option[int] = intOption(opt.Mechanism)

// PlainServer makes this socket receive, in clear text, a name and a password from each
// peer. The authentication handler judges them. It is a REP or ROUTER of the same
// context that is bound to inproc://zeromq.zap.01. Without a handler every peer is
// refused. The role does not depend on which side connects. False chooses NULL.
//
//	Default:  false
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_PLAIN_SERVER (44)
var PlainServer Option[bool] = boolOption(opt.PlainServer)

// PlainUsername is sent in clear text, with PlainPassword, to peers that are PLAIN
// servers. It has 1 to 255 bytes. It chooses PLAIN and the role of its client. Empty
// chooses NULL and keeps the name.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_PLAIN_USERNAME (45)
var PlainUsername Option[string] = stringOption(opt.PlainUsername)

// PlainPassword is sent in clear text, with PlainUsername, to peers that are PLAIN
// servers. The servers do not prove their identity. It has 1 to 255 bytes. It chooses
// PLAIN and the role of its client. Empty chooses NULL and keeps the password.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_PLAIN_PASSWORD (46)
var PlainPassword Option[string] = stringOption(opt.PlainPassword)

// CurveServer makes this socket a CURVE server. CURVE encrypts everything and proves to
// clients that the server holds CurveSecretKey. Clients with any key are accepted,
// unless an authentication handler, bound to inproc://zeromq.zap.01 in the same
// context, or an authorizer refuses them. The role does not depend on which side
// connects. False chooses NULL.
//
//	Default:  false
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_CURVE_SERVER (47)
var CurveServer Option[bool] = boolOption(opt.CurveServer)

// CurvePublicKey is this socket's own public key: 32 bytes, or its 40 characters of
// Z85. It chooses CURVE. If it is not set, it is derived from CurveSecretKey. If it
// does not belong to that, Bind and Connect fail with ErrInvalid.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_CURVE_PUBLICKEY (48)
var CurvePublicKey Option[[]byte] = bytesOption(opt.CurvePublicKey)

// CurveSecretKey is this socket's own secret key: 32 bytes, or its 40 characters of
// Z85. It chooses CURVE. Clients and servers need one. It is never logged.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_CURVE_SECRETKEY (49)
var CurveSecretKey Option[[]byte] = bytesOption(opt.CurveSecretKey)

// CurveServerKey is the public key of the server, 32 bytes or 40 characters of Z85.
// Only a server that holds the secret key can complete the handshake. It chooses CURVE
// and the role of its client. If a socket connects to several servers, give each
// Connect its server's key as a setting.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_CURVE_SERVERKEY (50)
var CurveServerKey Option[[]byte] = bytesOption(opt.CurveServerKey)

// ZAPDomain is the domain in requests to the authentication handler, at most 255 bytes.
// With NULL, the handler is asked only if there is a domain. Peers below ZMTP 3.0 are
// refused then, because the protocol cannot tell them of a refusal. It cannot be
// emptied.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_ZAP_DOMAIN (55)
var ZAPDomain Option[string] = stringOption(opt.ZAPDomain)

// ZAPEnforceDomain refuses peers if there is a ZAPDomain and no authentication handler.
// Without it a NULL or CURVE socket accepts every peer in that case. It also makes a
// CURVE server without a domain accept every peer without asking the handler, and a
// PLAIN server without a domain refuse every peer.
//
//	Default:  false
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all, as servers
//	libzmq:   ZMQ_ZAP_ENFORCE_DOMAIN (93)
var ZAPEnforceDomain Option[bool] = boolOption(opt.ZAPEnforceDomain)
