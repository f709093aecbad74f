// SPDX-License-Identifier: Apache-2.0

package zmq4

import "github.com/gozmq/zmq/compat/classic"

// GetBlocky returns whether sockets made from now on linger for ever, as is the
// default; without, their LINGER is 0; of the default context.
func GetBlocky() (bool, error) { return defaultContext.GetBlocky() }

// GetBlocky returns whether sockets made from now on linger for ever, as is the
// default; without, their LINGER is 0.
func (ctx *Context) GetBlocky() (bool, error) { return ctx.is(classic.Blocky) }

// SetBlocky sets whether sockets made from now on linger for ever, as is the
// default; without, their LINGER is 0; of the default context.
func SetBlocky(i bool) error { return defaultContext.SetBlocky(i) }

// SetBlocky sets whether sockets made from now on linger for ever, as is the
// default; without, their LINGER is 0.
func (ctx *Context) SetBlocky(i bool) error { return ctx.set(classic.Blocky, one(i)) }

// GetIoThreads returns the number of I/O threads, which is kept and read back: there
// are goroutines instead. Default 1; of the default context.
func GetIoThreads() (int, error) { return defaultContext.GetIoThreads() }

// GetIoThreads returns the number of I/O threads, which is kept and read back: there
// are goroutines instead. Default 1.
func (ctx *Context) GetIoThreads() (int, error) { return ctx.get(classic.IOThreads) }

// SetIoThreads sets the number of I/O threads, which is kept and read back: there
// are goroutines instead. Default 1; of the default context.
func SetIoThreads(n int) error { return defaultContext.SetIoThreads(n) }

// SetIoThreads sets the number of I/O threads, which is kept and read back: there
// are goroutines instead. Default 1.
func (ctx *Context) SetIoThreads(n int) error { return ctx.set(classic.IOThreads, n) }

// GetIpv6 returns whether sockets made from now on use IPv6 besides IPv4. Default
// false; of the default context.
func GetIpv6() (bool, error) { return defaultContext.GetIpv6() }

// GetIpv6 returns whether sockets made from now on use IPv6 besides IPv4. Default
// false.
func (ctx *Context) GetIpv6() (bool, error) { return ctx.is(classic.IPv6) }

// SetIpv6 sets whether sockets made from now on use IPv6 besides IPv4. Default
// false; of the default context.
func SetIpv6(i bool) error { return defaultContext.SetIpv6(i) }

// SetIpv6 sets whether sockets made from now on use IPv6 besides IPv4. Default
// false.
func (ctx *Context) SetIpv6(i bool) error { return ctx.set(classic.IPv6, one(i)) }

// GetMaxMsgsz returns the largest message, which is kept and read back, as in
// libzmq; see Socket.SetMaxmsgsize; of the default context.
func GetMaxMsgsz() (int, error) { return defaultContext.GetMaxMsgsz() }

// GetMaxMsgsz returns the largest message, which is kept and read back, as in
// libzmq; see Socket.SetMaxmsgsize.
func (ctx *Context) GetMaxMsgsz() (int, error) { return ctx.get(classic.MaxMessageSize) }

// SetMaxMsgsz sets the largest message, which is kept and read back, as in libzmq;
// see Socket.SetMaxmsgsize; of the default context.
func SetMaxMsgsz(n int) error { return defaultContext.SetMaxMsgsz(n) }

// SetMaxMsgsz sets the largest message, which is kept and read back, as in libzmq;
// see Socket.SetMaxmsgsize.
func (ctx *Context) SetMaxMsgsz(n int) error { return ctx.set(classic.MaxMessageSize, n) }

// GetMaxSockets returns the most sockets that may be open, as it is when the first
// is made. Default 1023; of the default context.
func GetMaxSockets() (int, error) { return defaultContext.GetMaxSockets() }

// GetMaxSockets returns the most sockets that may be open, as it is when the first
// is made. Default 1023.
func (ctx *Context) GetMaxSockets() (int, error) { return ctx.get(classic.MaxSockets) }

// SetMaxSockets sets the most sockets that may be open, as it is when the first is
// made. Default 1023; of the default context.
func SetMaxSockets(n int) error { return defaultContext.SetMaxSockets(n) }

// SetMaxSockets sets the most sockets that may be open, as it is when the first is
// made. Default 1023.
func (ctx *Context) SetMaxSockets(n int) error { return ctx.set(classic.MaxSockets, n) }

// SetThreadPriority sets the priority of I/O threads. There are none: whatever is
// not below 0 is taken and forgotten; of the default context.
func SetThreadPriority(n int) error { return defaultContext.SetThreadPriority(n) }

// SetThreadPriority sets the priority of I/O threads. There are none: whatever is
// not below 0 is taken and forgotten.
func (ctx *Context) SetThreadPriority(n int) error { return ctx.set(classic.ThreadPriority, n) }

// SetThreadSchedPolicy sets how I/O threads are scheduled. There are none: whatever
// is not below 0 is taken and forgotten; of the default context.
func SetThreadSchedPolicy(n int) error { return defaultContext.SetThreadSchedPolicy(n) }

// SetThreadSchedPolicy sets how I/O threads are scheduled. There are none: whatever
// is not below 0 is taken and forgotten.
func (ctx *Context) SetThreadSchedPolicy(n int) error { return ctx.set(classic.ThreadSchedPolicy, n) }

// GetRetryAfterEINTR returns what SetRetryAfterEINTR has set, of the default
// context. Default true.
func GetRetryAfterEINTR() bool { return defaultContext.GetRetryAfterEINTR() }

// GetRetryAfterEINTR returns what SetRetryAfterEINTR has set. Default true.
func (ctx *Context) GetRetryAfterEINTR() bool { return ctx.retry.Load() }

// SetRetryAfterEINTR is kept and read back, of the default context: there are no
// interrupted calls. Closing a socket or its context ends calls that wait.
func SetRetryAfterEINTR(retry bool) { defaultContext.SetRetryAfterEINTR(retry) }

// SetRetryAfterEINTR is kept and read back: there are no interrupted calls. Closing
// a socket or its context ends calls that wait.
func (ctx *Context) SetRetryAfterEINTR(retry bool) { ctx.retry.Store(retry) }
