// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"context"
	"net"
	"sync/atomic"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/zerr"
)

// WithDial returns the setting that has Connect make its connections by a function of the
// program: through SSH, by another network stack, in memory, or with a net.Dialer of its
// own. It can be given to a context, to a socket, or to one Connect. A setting of the
// socket applies to endpoints that are connected later. With a nil dial the library
// connects itself.
//
//	err := s.Connect("tcp://db.internal:5555", zmq.WithDial(sshClient.DialContext))
//
// Endpoints are written as without it. tcp calls dial with the network "tcp" and the
// address "host:port", and so do ws, wss and tls, which speak their protocol on the
// connection; ipc calls it with "unix" and the path. dial resolves the host, so that
// AllAddresses has no effect. inproc and udp connect nothing, and do not call it.
//
// Everything else is as without it. When a connection ends, or dial returns an error,
// which goes to the monitor, dial is called again after ReconnectInterval.
// ConnectTimeout bounds the call. The options of tcp, such as TCPKeepAlive, are set if dial
// returns a *net.TCPConn.
//
// dial runs in a goroutine of its own, with no lock held, for several endpoints at a time.
// Its context ends with the ConnectTimeout, when the endpoint is disconnected, or with the
// socket. If dial does not return then, nothing waits for it, and a connection that it
// returns later is closed. If it panics, the attempt fails, and the panic is logged.
//
// The connection belongs to the socket. It needs no deadlines: where SetDeadline fails, as
// for channels of SSH, the library waits by itself. With CloseWrite the last messages
// before Close are certain to be read by the peer. Without it the connection is closed as
// soon as they are written, and whether they arrive then is up to the connection. A type
// other than *net.TCPConn and *net.UnixConn is read and written by its methods alone, even
// if it has a descriptor.
func WithDial(dial func(ctx context.Context, network, address string) (net.Conn, error)) Setting {
	return newSetting(core.Setting{Hook: &core.Hook{Name: "dial function", Set: func(h *core.Hooks) { h.Dial = dial }}})
}

// WithListen returns the setting that has Bind listen by a function of the program, for
// example with a net.ListenConfig of its own. It can be given to a context, to a socket, or
// to one Bind. A setting of the socket applies to endpoints that are bound later. With a
// nil listen the library listens itself.
//
// Networks and addresses are those of WithDial. "*" stands for an empty host and for the
// port 0, as net.Listen has them. What is no address of tcp is given to listen as it is.
// LastEndpoint and Unbind have the address of the listener if it is one of IP, or a path
// for ipc, and otherwise the endpoint as it was given.
//
// The listener belongs to the socket, and is closed by Unbind or Close. Everything else is
// as without it: limits, handshakes and authentication hold for its connections, which are
// what WithDial says of connections. TCPAcceptFilter and the IPC filters refuse a peer
// whose address or credentials the connection does not tell. If Accept fails, that goes to
// the monitor, and it is called again after a pause; an error that matches net.ErrClosed
// ends accepting. UseFD has no effect.
func WithListen(listen func(ctx context.Context, network, address string) (net.Listener, error)) Setting {
	return newSetting(core.Setting{Hook: &core.Hook{Name: "listen function", Set: func(h *core.Hooks) { h.Listen, h.Bound = listen, nil }}})
}

// WithListener is WithListen for one Bind and a listener that is there already. The
// endpoint says which protocol is spoken, and its address is a name only.
//
//	ln, err := tailscale.Listen("tcp", ":5555")
//	err = s.Bind("tcp://*:5555", zmq.WithListener(ln))
//
// Until the Bind has succeeded, ln belongs to the program. A second Bind with the setting
// fails with ErrAddressInUse, and with a nil ln the setting fails with ErrInvalid.
func WithListener(ln net.Listener) Setting {
	if ln == nil {
		return Setting{err: zerr.Errorf(zerr.ErrInvalid, "WithListener of no listener")}
	}
	l := &lent{Listener: ln}
	return newSetting(core.Setting{Hook: &core.Hook{Name: "listener", Set: func(h *core.Hooks) { h.Listen, h.Bound = l.listen, l.keep }}})
}

// lent is the listener of a WithListener.
type lent struct {
	net.Listener
	taken atomic.Bool // a Bind has it
	kept  atomic.Bool // that Bind has succeeded
}

// listen is called by a Bind.
func (l *lent) listen(context.Context, string, string) (net.Listener, error) {
	if !l.taken.CompareAndSwap(false, true) {
		return nil, zerr.Errorf(zerr.ErrAddressInUse, "the listener %s is bound already", l.Addr())
	}
	return l, nil
}

// keep is called when the Bind succeeds.
func (l *lent) keep() { l.kept.Store(true) }

// Close implements net.Listener. If the Bind has failed, it returns the listener to the
// program.
func (l *lent) Close() error {
	if l.kept.Load() {
		return l.Listener.Close()
	}
	l.taken.Store(false)
	return nil
}
