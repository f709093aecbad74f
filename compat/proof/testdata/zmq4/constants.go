package main

import (
	"errors"
	"fmt"
	"syscall"

	zmq "github.com/pebbe/zmq4"
)

// Constants and variables, and the words for them.
func main() {
	p := fmt.Println
	major, minor, _ := zmq.Version()
	p("version", major, minor)
	p(zmq.MaxSocketsDflt, zmq.IoThreadsDflt, zmq.CURVE_ALLOW_ANY)
	for _, t := range []zmq.Type{zmq.PAIR, zmq.PUB, zmq.SUB, zmq.REQ, zmq.REP, zmq.DEALER, zmq.ROUTER, zmq.PULL, zmq.PUSH, zmq.XPUB, zmq.XSUB, zmq.STREAM, 12, -1 + 14} {
		p(int(t), t)
	}
	for _, f := range []zmq.Flag{0, zmq.DONTWAIT, zmq.SNDMORE, zmq.DONTWAIT | zmq.SNDMORE, 4} {
		p(int(f), f)
	}
	for _, s := range []zmq.State{0, zmq.POLLIN, zmq.POLLOUT, zmq.POLLIN | zmq.POLLOUT, 4, 7} {
		p(int(s), s)
	}
	for _, m := range []zmq.Mechanism{zmq.NULL, zmq.PLAIN, zmq.CURVE, zmq.GSSAPI, 4} {
		p(int(m), m)
	}
	for _, e := range []zmq.Event{
		zmq.EVENT_CONNECTED, zmq.EVENT_CONNECT_DELAYED, zmq.EVENT_CONNECT_RETRIED, zmq.EVENT_LISTENING,
		zmq.EVENT_BIND_FAILED, zmq.EVENT_ACCEPTED, zmq.EVENT_ACCEPT_FAILED, zmq.EVENT_CLOSED, zmq.EVENT_CLOSE_FAILED,
		zmq.EVENT_DISCONNECTED, zmq.EVENT_MONITOR_STOPPED, zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL,
		zmq.EVENT_HANDSHAKE_SUCCEEDED, zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL, zmq.EVENT_HANDSHAKE_FAILED_AUTH,
		zmq.EVENT_ALL, 0, 3, 1 << 20,
	} {
		p(int(e), e)
	}
	for _, e := range []zmq.Errno{
		zmq.EADDRINUSE, zmq.EADDRNOTAVAIL, zmq.EAFNOSUPPORT, zmq.ECONNABORTED, zmq.ECONNREFUSED, zmq.ECONNRESET,
		zmq.EHOSTUNREACH, zmq.EINPROGRESS, zmq.EMSGSIZE, zmq.ENETDOWN, zmq.ENETRESET, zmq.ENETUNREACH, zmq.ENOBUFS,
		zmq.ENOTCONN, zmq.ENOTSOCK, zmq.ENOTSUP, zmq.EPROTONOSUPPORT, zmq.ETIMEDOUT, zmq.EFSM, zmq.EMTHREAD,
		zmq.ENOCOMPATPROTO, zmq.ETERM, zmq.Errno(syscall.EAGAIN), zmq.Errno(syscall.EINVAL), zmq.Errno(syscall.EINTR), 0, 99999,
	} {
		p(uintptr(e), e, e.Error(), zmq.Error(int(e)))
	}
	for _, e := range []error{
		nil, errors.New("x"), syscall.EAGAIN, zmq.ETERM, zmq.EFSM, zmq.ErrorSocketClosed, fmt.Errorf("wrapped %w", zmq.ETERM),
		zmq.Errno(syscall.EAGAIN),
	} {
		p(e, uintptr(zmq.AsErrno(e)))
	}
	for _, e := range []error{
		zmq.ErrorContextClosed, zmq.ErrorSocketClosed, zmq.ErrorMoreExpected, zmq.ErrorNoSocket, zmq.ErrorNotImplemented405,
		zmq.ErrorNotImplemented41, zmq.ErrorNotImplemented42, zmq.ErrorNotImplementedWindows,
	} {
		p(e)
	}
	p(zmq.HasCurve(), zmq.HasIpc())
}
