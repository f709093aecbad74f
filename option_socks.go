// SPDX-License-Identifier: Apache-2.0

package zmq

import "github.com/gozmq/zmq/internal/opt"

// SOCKSProxy is the SOCKS5 proxy, "host:port", through which tcp, ws, wss and tls connect.
// It resolves the host of the endpoint, so that AllAddresses has no effect. ConnectTimeout
// bounds an attempt with everything that the proxy does; without one it is two minutes. A
// step that fails is in the error that a monitor gets. Connect fails with ErrInvalid for
// what is no address, and with ErrNotSupported over a transport that cannot go through a
// proxy. ipc and inproc stay in the machine and do without.
//
// Remote and Address of a Peer are those of the proxy. With WithDial the function is what
// connects to the proxy. Empty connects directly.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_SOCKS_PROXY (68)
var SOCKSProxy Option[string] = stringOption(opt.SOCKSProxy)

// SOCKSUsername is the user name for the SOCKS5 proxy, which takes it in clear text
// (RFC 1929). A proxy that wants none is used without; libzmq insists. Empty offers no
// login. It is 255 bytes at most.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_SOCKS_USERNAME (99)
var SOCKSUsername Option[string] = stringOption(opt.SOCKSUsername)

// SOCKSPassword is the password that belongs to SOCKSUsername, in clear text as well. It
// is never logged. It is 255 bytes at most.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_SOCKS_PASSWORD (100)
var SOCKSPassword Option[string] = stringOption(opt.SOCKSPassword)
