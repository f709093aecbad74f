// SPDX-License-Identifier: Apache-2.0

package zmq4

import "github.com/gozmq/zmq/compat/zmq4"

// Error is zmq4.Error.
func Error(e int) string { return zmq4.Error(e) }

// GetBlocky is zmq4.GetBlocky.
func GetBlocky() (bool, error) { return zmq4.GetBlocky() }

// GetIoThreads is zmq4.GetIoThreads.
func GetIoThreads() (int, error) { return zmq4.GetIoThreads() }

// GetIpv6 is zmq4.GetIpv6.
func GetIpv6() (bool, error) { return zmq4.GetIpv6() }

// GetMaxMsgsz is zmq4.GetMaxMsgsz.
func GetMaxMsgsz() (int, error) { return zmq4.GetMaxMsgsz() }

// GetMaxSockets is zmq4.GetMaxSockets.
func GetMaxSockets() (int, error) { return zmq4.GetMaxSockets() }

// GetRetryAfterEINTR is zmq4.GetRetryAfterEINTR.
func GetRetryAfterEINTR() bool { return zmq4.GetRetryAfterEINTR() }

// HasCurve is zmq4.HasCurve.
func HasCurve() bool { return zmq4.HasCurve() }

// HasGssapi is zmq4.HasGssapi.
func HasGssapi() bool { return zmq4.HasGssapi() }

// HasIpc is zmq4.HasIpc.
func HasIpc() bool { return zmq4.HasIpc() }

// HasNorm is zmq4.HasNorm.
func HasNorm() bool { return zmq4.HasNorm() }

// HasPgm is zmq4.HasPgm.
func HasPgm() bool { return zmq4.HasPgm() }

// HasTipc is zmq4.HasTipc.
func HasTipc() bool { return zmq4.HasTipc() }

// SetBlocky is zmq4.SetBlocky.
func SetBlocky(i bool) error { return zmq4.SetBlocky(i) }

// SetIoThreads is zmq4.SetIoThreads.
func SetIoThreads(n int) error { return zmq4.SetIoThreads(n) }

// SetIpv6 is zmq4.SetIpv6.
func SetIpv6(i bool) error { return zmq4.SetIpv6(i) }

// SetMaxMsgsz is zmq4.SetMaxMsgsz.
func SetMaxMsgsz(n int) error { return zmq4.SetMaxMsgsz(n) }

// SetMaxSockets is zmq4.SetMaxSockets.
func SetMaxSockets(n int) error { return zmq4.SetMaxSockets(n) }

// SetRetryAfterEINTR is zmq4.SetRetryAfterEINTR.
func SetRetryAfterEINTR(retry bool) { zmq4.SetRetryAfterEINTR(retry) }

// SetThreadPriority is zmq4.SetThreadPriority.
func SetThreadPriority(n int) error { return zmq4.SetThreadPriority(n) }

// SetThreadSchedPolicy is zmq4.SetThreadSchedPolicy.
func SetThreadSchedPolicy(n int) error { return zmq4.SetThreadSchedPolicy(n) }

// Term is zmq4.Term.
func Term() error { return zmq4.Term() }

// Version is zmq4.Version.
func Version() (major, minor, patch int) { return zmq4.Version() }

// AsErrno is zmq4.AsErrno.
func AsErrno(err error) Errno { return zmq4.AsErrno(err) }
