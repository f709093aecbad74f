// SPDX-License-Identifier: Apache-2.0

package zmq

import "github.com/gozmq/zmq/internal/opt"

// The options of security mechanisms. They reach tcp and ipc; what stays in the
// process, by inproc, is neither encrypted nor authenticated.

// Mechanism is the security mechanism of later endpoints: 0 NULL, 1 PLAIN, 2 CURVE.
// The last option of a mechanism that was set decides. Peer.Mechanism tells what a
// connection uses. A socket with a mechanism other than NULL talks to no peer that
// uses another one or speaks a ZMTP below 3.0.
//
//	Default:  0, NULL
//	Applies:  can only be read
//	Sockets:  all
//	libzmq:   ZMQ_MECHANISM (43)
var Mechanism = intOption(opt.Mechanism)

// PlainServer receives, in clear text, a name and a password from each peer and has
// the authentication handler judge them: a REP or ROUTER of the same context that is
// bound to inproc://zeromq.zap.01. Without a handler nobody is let in. The role does
// not depend on who connects. False chooses NULL.
//
//	Default:  false
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_PLAIN_SERVER (44)
var PlainServer = boolOption(opt.PlainServer)

// PlainUsername is sent in clear text, with PlainPassword, to peers that are PLAIN
// servers; 1 to 255 octets. It chooses PLAIN and the role of its client. Empty
// chooses NULL and keeps the name.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_PLAIN_USERNAME (45)
var PlainUsername = stringOption(opt.PlainUsername)

// PlainPassword is sent in clear text, with PlainUsername, to peers that are PLAIN
// servers, whoever they are; 1 to 255 octets. It chooses PLAIN and the role of its
// client. Empty chooses NULL and keeps the password.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_PLAIN_PASSWORD (46)
var PlainPassword = stringOption(opt.PlainPassword)

// CurveServer makes this socket the server of CURVE, which encrypts everything and
// proves to clients that it holds CurveSecretKey. Clients are let in with any key
// unless an authentication handler, bound to inproc://zeromq.zap.01 in the same
// context, or an authorizer says otherwise. The role does not depend on who connects.
// False chooses NULL.
//
//	Default:  false
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_CURVE_SERVER (47)
var CurveServer = boolOption(opt.CurveServer)

// CurvePublicKey is this socket's own public key: 32 octets, or its 40 characters of
// Z85. It chooses CURVE. Where it is not set it follows from CurveSecretKey; one that
// does not belong to that is ErrInvalid at Bind and Connect.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_CURVE_PUBLICKEY (48)
var CurvePublicKey = bytesOption(opt.CurvePublicKey)

// CurveSecretKey is this socket's own secret key: 32 octets, or its 40 characters of
// Z85. It chooses CURVE. Clients and servers need one. It is never logged.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_CURVE_SECRETKEY (49)
var CurveSecretKey = bytesOption(opt.CurveSecretKey)

// CurveServerKey is the public key that the server must hold the secret of, 32 octets
// or 40 characters of Z85; nobody else can be talked to. It chooses CURVE and the
// role of its client. Given to Connect as a setting, each server has its own.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_CURVE_SERVERKEY (50)
var CurveServerKey = bytesOption(opt.CurveServerKey)

// ZAPDomain is what requests to the authentication handler name as their domain, at
// most 255 octets. With NULL, the handler is asked only if there is a domain. Peers
// below ZMTP 3.0 are refused then, since they cannot be told. It cannot be emptied.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_ZAP_DOMAIN (55)
var ZAPDomain = stringOption(opt.ZAPDomain)

// ZAPEnforceDomain refuses peers where there is a ZAPDomain and no authentication
// handler; without it a NULL or CURVE socket lets everybody in then. It also makes a
// CURVE server without a domain let everybody in without asking, and a PLAIN server
// without a domain nobody.
//
//	Default:  false
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all, as servers
//	libzmq:   ZMQ_ZAP_ENFORCE_DOMAIN (93)
var ZAPEnforceDomain = boolOption(opt.ZAPEnforceDomain)
