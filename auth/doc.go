// SPDX-License-Identifier: Apache-2.0

// Package auth decides who may connect to the servers of a context.
//
// A [Handler] answers the authentication requests (ZAP, RFC 27) of every socket
// of one context. Start it before the sockets bind; without a handler a PLAIN
// server refuses everybody, and a CURVE server lets everybody in who knows its
// public key. That is so after Close too: give such a server a zmq.ZAPDomain and
// zmq.ZAPEnforceDomain, and it lets nobody in whom the handler has not.
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
// What is not allowed is refused: the zero [Rules] let nobody in. A peer has to
// pass each of these, in this order:
//
//   - its address: not in Deny, and in Allow if anything is listed there,
//   - its credentials: a password for PLAIN, a key for CURVE; NULL has none and
//     needs InsecureAllowNull,
//   - Authorize, if there is such a function.
//
// A socket asks about a NULL peer only if it has a ZAPDomain. The domain also
// chooses the rules: those in [Config].Domains by that name, or else Default.
//
// Every decision is logged with its reason, and never with a password or a secret
// key. What the handler finds out about a peer arrives with each of its messages:
// the user id as Message.Peer().UserID, further properties as
// Message.Peer().Vouched("X-Role").
//
// # Files
//
// A [PasswordFile] has a line for each user, and a [KeyDirectory] a certificate
// file for each. Both notice that they were changed when the next peer asks; no
// timer looks after them. What cannot be read lets nobody in. Replace a password
// file by renaming a new one over it, so that no peer sees the half of it.
//
// # Goroutines
//
// Start starts one, Handler.serve, which receives requests; it starts one for
// each request, at most Config.MaxRequests at a time, which decides and replies.
// Close ends all of them and waits for them.
package auth
