// SPDX-License-Identifier: Apache-2.0

package native

// The functions that rewritten packages get.

// pollFor is pebbe's Poller.Poll.
var pollFor = &addition{"pollFor", `
// NAME waits for events until the time-out has passed, or without end if it is
// negative.
func NAME(ctx {{context}}.Context, p *zmq.Poller, timeout {{time}}.Duration) ([]zmq.PollEvent, error) {
	if timeout == 0 {
		return p.Poll()
	}
	wait := ctx
	if timeout > 0 {
		limited, cancel := {{context}}.WithTimeout(ctx, timeout)
		defer cancel()
		wait = limited
	}
	events, err := p.Wait(wait)
	if ctx.Err() == nil && {{errors}}.Is(err, {{context}}.DeadlineExceeded) {
		err = nil
	}
	return events, err
}
`}

// socketUntil is a constructor of go-zeromq.
var socketUntil = &addition{"newSocket", `
// NAME makes a socket that is closed when ctx ends. It panics if the settings
// are not right.
func NAME(ctx {{context}}.Context, t zmq.SocketType, settings ...zmq.Setting) *zmq.Socket {
	s, err := zmq.NewSocket(t, settings...)
	if err != nil {
		panic(err)
	}
	{{context}}.AfterFunc(ctx, func() { s.Close() })
	return s
}
`}

// socketAlone is NewSock of goczmq.
var socketAlone = &addition{"newSocket", `
// NAME makes a socket. It panics if the settings are not right.
func NAME(t zmq.SocketType, settings ...zmq.Setting) *zmq.Socket {
	s, err := zmq.NewSocket(t, settings...)
	if err != nil {
		panic(err)
	}
	return s
}
`}

// socketOfType is NewSocket of a type that is not known where it is called.
var socketOfType = &addition{"newSocketOf", `
// NAME makes a socket. A ROUTER drops what it cannot route, without an error.
func NAME(c *zmq.Context, t zmq.SocketType) (*zmq.Socket, error) {
	if t == zmq.ROUTER {
		return c.NewSocket(t, zmq.RouterMandatory.Of(false))
	}
	return c.NewSocket(t)
}
`}

// bothMarks is SetHWM.
var bothMarks = &addition{"setHWM", `
// NAME sets the high-water marks of both directions.
func NAME(s *zmq.Socket, n int) error {
	return s.Set(zmq.SendHWM.Of(n), zmq.RecvHWM.Of(n))
}
`}

// exactParts is a sequence of calls that receive the parts of one message.
var exactParts = &addition{"recvParts", `
// NAME receives a message that has n parts. It fails for any other, with parts
// that are empty.
func NAME(ctx {{context}}.Context, s *zmq.Socket, n int) (zmq.Message, error) {
	m, err := s.Recv(ctx)
	if err == nil && m.Len() != n {
		err = {{fmt}}.Errorf("a message of %d parts instead of %d", m.Len(), n)
	}
	if err != nil {
		m = zmq.NewMessage(make([][]byte, n)...)
	}
	return m, err
}
`}

// monitorEvent is pebbe's RecvEvent.
var monitorEvent = &addition{"recvEvent", `
// NAME receives an event of MonitorTo, version 1.
func NAME(ctx {{context}}.Context, s *zmq.Socket) (kind zmq.EventKind, endpoint string, value int, err error) {
	m, err := s.Recv(ctx)
	if err != nil {
		return 0, "", 0, err
	}
	if m.Len() != 2 || len(m.Frame(0)) != 6 {
		return 0, "", 0, {{errors}}.New("not the message of a monitor")
	}
	head := m.Frame(0)
	kind = zmq.EventKind({{encoding/binary}}.NativeEndian.Uint16(head))
	return kind, string(m.Frame(1)), int(int32({{encoding/binary}}.NativeEndian.Uint32(head[2:]))), nil
}
`}

// keypair is pebbe's NewCurveKeypair.
var keypair = &addition{"newCurveKeypair", `
// NAME makes a pair of keys as text.
func NAME() (public, secret string, err error) {
	keys := zmq.NewCurveKeypair()
	return keys.Public.String(), keys.Secret.Z85(), nil
}
`}

// publicKey is pebbe's AuthCurvePublic.
var publicKey = &addition{"curvePublic", `
// NAME returns the public key of a secret one, both as text.
func NAME(secret string) (public string, err error) {
	key, err := zmq.ParseSecretKey(secret)
	if err != nil {
		return "", err
	}
	return key.Public().String(), nil
}
`}
