// SPDX-License-Identifier: Apache-2.0

// Package auth decides which peers may connect to the servers of a context.
//
// A [Handler] answers the authentication requests (ZAP, RFC 27) of every socket of one
// context. Start it before the sockets bind. Without a handler, a PLAIN server refuses
// every peer, and a CURVE server accepts every peer that knows its public key. The same
// holds after Close. A server with a zmq.ZAPDomain and zmq.ZAPEnforceDomain accepts
// only peers that the handler has accepted.
//
//	users, err := auth.OpenPasswordFile("/etc/myservice/users")
//	...
//	h, err := auth.Start(zctx, auth.Config{
//		Logger: slog.Default(),
//		Default: auth.Rules{
//			Allow:     auth.MustParseAddresses("10.0.0.0/8"),
//			Passwords: users,
//		},
//	})
//	...
//	defer h.Close()
//
// What is not allowed is refused, so the zero [Rules] refuse every peer. A peer has to
// pass these checks, in this order:
//
//   - its address: not in Deny, and in Allow if anything is listed there,
//   - its certificate, over wss and tls, if the rules ask for one,
//   - its credentials: a password for PLAIN, a key for CURVE; NULL has none and
//     needs InsecureAllowNull, or a certificate,
//   - Authorize, if there is such a function.
//
// A socket asks about a NULL peer only if it has a ZAPDomain. The domain also
// chooses the rules: those in [Config].Domains by that name, or else Default.
//
// Every decision is logged with its reason, but never with a password or a secret key.
// What the handler learns about a peer comes with each of the peer's messages: the user
// id as Message.Peer().UserID, and further properties from
// Message.Peer().Vouched("X-Role").
//
// # Revocation
//
// Reload and Configure check the connected peers against the rules again, and
// disconnect those that are no longer accepted. Peers whose handshake is under way are
// checked again before they may exchange messages, so that none remains that was
// accepted by the old rules only.
//
// # Files
//
// A [PasswordFile] has a line for each user, and a [KeyDirectory] a certificate file
// for each. Both check for changes whenever a peer connects; there is no timer. A line
// or file that cannot be read accepts no peer. Replace a password file by renaming a
// new one over it, so that no peer is checked against half a file.
//
// # Goroutines
//
// Start starts Handler.serve, which receives requests. For each mechanism serve starts
// at most Config.MaxRequests goroutines, which decide and reply while requests wait.
// Close ends all of them and waits for them.
package auth
