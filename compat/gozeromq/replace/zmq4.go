// SPDX-License-Identifier: Apache-2.0

// Package zmq4 puts github.com/gozmq/zmq/compat/gozeromq in the place of
// github.com/go-zeromq/zmq4 for a program that is not to be changed. In its go.mod:
//
//	replace github.com/go-zeromq/zmq4 => github.com/gozmq/zmq/compat/gozeromq/replace v0.1.0
//
// Everything is documented there. Types are the same on both sides, so that one
// program may use both import paths.
package zmq4

import (
	"context"
	"log"
	"net"
	"time"

	g "github.com/gozmq/zmq/compat/gozeromq"
	"github.com/gozmq/zmq/compat/gozeromq/transport"
)

// Types of the package.
type (
	// Cmd is that of package gozeromq.
	Cmd = g.Cmd
	// Conn is that of package gozeromq.
	Conn = g.Conn
	// Metadata is that of package gozeromq.
	Metadata = g.Metadata
	// Msg is that of package gozeromq.
	Msg = g.Msg
	// MsgType is that of package gozeromq.
	MsgType = g.MsgType
	// Option is that of package gozeromq.
	Option = g.Option
	// Property is that of package gozeromq.
	Property = g.Property
	// Proxy is that of package gozeromq.
	Proxy = g.Proxy
	// Queue is that of package gozeromq.
	Queue = g.Queue
	// Security is that of package gozeromq.
	Security = g.Security
	// SecurityType is that of package gozeromq.
	SecurityType = g.SecurityType
	// Socket is that of package gozeromq.
	Socket = g.Socket
	// SocketIdentity is that of package gozeromq.
	SocketIdentity = g.SocketIdentity
	// SocketType is that of package gozeromq.
	SocketType = g.SocketType
	// Topics is that of package gozeromq.
	Topics = g.Topics
	// UnknownTransportError is that of package gozeromq.
	UnknownTransportError = g.UnknownTransportError
)

// Constants of the package.
const (
	// CmdCancel is that of package gozeromq.
	CmdCancel = g.CmdCancel
	// CmdError is that of package gozeromq.
	CmdError = g.CmdError
	// CmdHello is that of package gozeromq.
	CmdHello = g.CmdHello
	// CmdInitiate is that of package gozeromq.
	CmdInitiate = g.CmdInitiate
	// CmdMsg is that of package gozeromq.
	CmdMsg = g.CmdMsg
	// CmdPing is that of package gozeromq.
	CmdPing = g.CmdPing
	// CmdPong is that of package gozeromq.
	CmdPong = g.CmdPong
	// CmdReady is that of package gozeromq.
	CmdReady = g.CmdReady
	// CmdSubscribe is that of package gozeromq.
	CmdSubscribe = g.CmdSubscribe
	// CmdUnsubscribe is that of package gozeromq.
	CmdUnsubscribe = g.CmdUnsubscribe
	// CmdWelcome is that of package gozeromq.
	CmdWelcome = g.CmdWelcome
	// CurveSecurity is that of package gozeromq.
	CurveSecurity = g.CurveSecurity
	// Dealer is that of package gozeromq.
	Dealer = g.Dealer
	// NullSecurity is that of package gozeromq.
	NullSecurity = g.NullSecurity
	// OptionHWM is that of package gozeromq.
	OptionHWM = g.OptionHWM
	// OptionSubscribe is that of package gozeromq.
	OptionSubscribe = g.OptionSubscribe
	// OptionUnsubscribe is that of package gozeromq.
	OptionUnsubscribe = g.OptionUnsubscribe
	// Pair is that of package gozeromq.
	Pair = g.Pair
	// PlainSecurity is that of package gozeromq.
	PlainSecurity = g.PlainSecurity
	// Pub is that of package gozeromq.
	Pub = g.Pub
	// Pull is that of package gozeromq.
	Pull = g.Pull
	// Push is that of package gozeromq.
	Push = g.Push
	// Rep is that of package gozeromq.
	Rep = g.Rep
	// Req is that of package gozeromq.
	Req = g.Req
	// Router is that of package gozeromq.
	Router = g.Router
	// Sub is that of package gozeromq.
	Sub = g.Sub
	// UsrMsg is that of package gozeromq.
	UsrMsg = g.UsrMsg
	// XPub is that of package gozeromq.
	XPub = g.XPub
	// XSub is that of package gozeromq.
	XSub = g.XSub
)

// Errors of the package.
var (
	// ErrBadCmd is that of package gozeromq.
	ErrBadCmd = g.ErrBadCmd
	// ErrBadFrame is that of package gozeromq.
	ErrBadFrame = g.ErrBadFrame
	// ErrBadProperty is that of package gozeromq.
	ErrBadProperty = g.ErrBadProperty
	// ErrClosedConn is that of package gozeromq.
	ErrClosedConn = g.ErrClosedConn
)

// NewDealer is that of package gozeromq.
func NewDealer(ctx context.Context, opts ...Option) Socket { return g.NewDealer(ctx, opts...) }

// NewMsg is that of package gozeromq.
func NewMsg(frame []byte) Msg { return g.NewMsg(frame) }

// NewMsgFrom is that of package gozeromq.
func NewMsgFrom(frames ...[]byte) Msg { return g.NewMsgFrom(frames...) }

// NewMsgFromString is that of package gozeromq.
func NewMsgFromString(frames []string) Msg { return g.NewMsgFromString(frames) }

// NewMsgString is that of package gozeromq.
func NewMsgString(frame string) Msg { return g.NewMsgString(frame) }

// NewPair is that of package gozeromq.
func NewPair(ctx context.Context, opts ...Option) Socket { return g.NewPair(ctx, opts...) }

// NewProxy is that of package gozeromq.
func NewProxy(ctx context.Context, front, back, capture Socket) *Proxy {
	return g.NewProxy(ctx, front, back, capture)
}

// NewPub is that of package gozeromq.
func NewPub(ctx context.Context, opts ...Option) Socket { return g.NewPub(ctx, opts...) }

// NewPull is that of package gozeromq.
func NewPull(ctx context.Context, opts ...Option) Socket { return g.NewPull(ctx, opts...) }

// NewPush is that of package gozeromq.
func NewPush(ctx context.Context, opts ...Option) Socket { return g.NewPush(ctx, opts...) }

// NewQueue is that of package gozeromq.
func NewQueue() *Queue { return g.NewQueue() }

// NewRep is that of package gozeromq.
func NewRep(ctx context.Context, opts ...Option) Socket { return g.NewRep(ctx, opts...) }

// NewReq is that of package gozeromq.
func NewReq(ctx context.Context, opts ...Option) Socket { return g.NewReq(ctx, opts...) }

// NewRouter is that of package gozeromq.
func NewRouter(ctx context.Context, opts ...Option) Socket { return g.NewRouter(ctx, opts...) }

// NewSub is that of package gozeromq.
func NewSub(ctx context.Context, opts ...Option) Socket { return g.NewSub(ctx, opts...) }

// NewXPub is that of package gozeromq.
func NewXPub(ctx context.Context, opts ...Option) Socket { return g.NewXPub(ctx, opts...) }

// NewXSub is that of package gozeromq.
func NewXSub(ctx context.Context, opts ...Option) Socket { return g.NewXSub(ctx, opts...) }

// Open is that of package gozeromq.
func Open(rw net.Conn, sec Security, sockType SocketType, sockID SocketIdentity, server bool, onCloseErrorCB func(c *Conn)) (*Conn, error) {
	return g.Open(rw, sec, sockType, sockID, server, onCloseErrorCB)
}

// RegisterTransport is that of package gozeromq.
func RegisterTransport(name string, trans transport.Transport) error {
	return g.RegisterTransport(name, trans)
}

// Transports is that of package gozeromq.
func Transports() []string { return g.Transports() }

// WithAutomaticReconnect is that of package gozeromq.
func WithAutomaticReconnect(automaticReconnect bool) Option {
	return g.WithAutomaticReconnect(automaticReconnect)
}

// WithDialerMaxRetries is that of package gozeromq.
func WithDialerMaxRetries(maxRetries int) Option { return g.WithDialerMaxRetries(maxRetries) }

// WithDialerRetry is that of package gozeromq.
func WithDialerRetry(retry time.Duration) Option { return g.WithDialerRetry(retry) }

// WithDialerTimeout is that of package gozeromq.
func WithDialerTimeout(timeout time.Duration) Option { return g.WithDialerTimeout(timeout) }

// WithID is that of package gozeromq.
func WithID(id SocketIdentity) Option { return g.WithID(id) }

// WithLogger is that of package gozeromq.
func WithLogger(msg *log.Logger) Option { return g.WithLogger(msg) }

// WithSecurity is that of package gozeromq.
func WithSecurity(sec Security) Option { return g.WithSecurity(sec) }

// WithTimeout is that of package gozeromq.
func WithTimeout(timeout time.Duration) Option { return g.WithTimeout(timeout) }
