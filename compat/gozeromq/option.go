// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"fmt"
	"log"
	"time"

	"github.com/gozmq/zmq"
)

// Names of options for SetOption and GetOption.
const (
	// OptionSubscribe makes a SUB or XSUB receive messages that begin with the
	// value, a string.
	OptionSubscribe = "SUBSCRIBE"
	// OptionUnsubscribe takes an OptionSubscribe of the same value back.
	OptionUnsubscribe = "UNSUBSCRIBE"
	// OptionHWM is the most messages queued for a peer, and from one: an int, 1000
	// by default; 0 is no limit.
	OptionHWM = "HWM"
)

// Option configures a socket that is being made.
type Option func(s *socket)

// config is what the options say.
type config struct {
	id          SocketIdentity
	sec         Security
	logger      *log.Logger
	timeout     time.Duration // of Send; 0 is none
	retry       time.Duration // between two attempts to connect
	dialTimeout time.Duration // 0 leaves it to the system
	maxRetries  int           // that Dial waits for; -1 is any number
	retriesSet  bool          // the program told when Dial is to give up
	reconnect   reconnecting
	transports  []zmq.Transport // beside those of the package
}

// reconnecting says what becomes of a connection that Dial made when it is lost.
type reconnecting int

const (
	reconnectTold   reconnecting = iota // it is made again, and calls tell of the loss
	reconnectAlways                     // it is made again
	reconnectNever                      // calls tell of the loss
)

// givesUp reports whether a Dial fails that has not reached its peer, instead of
// going on in the background.
func (c *config) givesUp() bool { return c.retriesSet || c.reconnect == reconnectNever }

// WithID gives the socket a name, under which a peer's ROUTER knows it: 1 to 255
// bytes, the first not zero.
func WithID(id SocketIdentity) Option { return func(s *socket) { s.config.id = id } }

// WithSecurity gives the socket a security mechanism. Nil is the NULL mechanism,
// the default.
func WithSecurity(sec Security) Option { return func(s *socket) { s.config.sec = sec } }

// WithLogger has the socket tell the logger when connections come, go and fail.
// Nil logs nothing, the default.
func WithLogger(msg *log.Logger) Option { return func(s *socket) { s.config.logger = msg } }

// WithTimeout bounds how long Send waits for room and for a peer. It then returns
// context.DeadlineExceeded, and the message was not sent. 0 and below wait for ever,
// the default. Recv has no time-out: it waits for a message, the end of the socket,
// or that of its context.
func WithTimeout(timeout time.Duration) Option {
	return func(s *socket) { s.config.timeout = max(timeout, 0) }
}

// WithDialerRetry sets the wait between two attempts to connect, of at least a
// millisecond. 0 and below are the default, 250 ms.
func WithDialerRetry(retry time.Duration) Option {
	return func(s *socket) {
		s.config.retry = defaultRetry
		if retry > 0 {
			s.config.retry = max(retry, time.Millisecond)
		}
	}
}

// WithDialerTimeout bounds one attempt to connect. 0 and below leave it to the
// system, the default.
func WithDialerTimeout(timeout time.Duration) Option {
	return func(s *socket) { s.config.dialTimeout = max(timeout, 0) }
}

// WithDialerMaxRetries makes Dial fail when as many further attempts as given have
// failed too; -1 makes it wait until the peer is there. Without this option Dial
// waits for ten further attempts, and then goes on in the background.
func WithDialerMaxRetries(maxRetries int) Option {
	return func(s *socket) { s.config.maxRetries, s.config.retriesSet = maxRetries, true }
}

// WithAutomaticReconnect says what becomes of a connection that Dial made when it is
// lost. With true it is made again, and no call tells of it. With false it is not:
// when the last one has gone Recv returns io.EOF and Send fails, so that the program
// dials again; and Dial does not go on in the background. Without this option
// connections are made again, and a loss is told as the interface Socket says.
func WithAutomaticReconnect(automaticReconnect bool) Option {
	return func(s *socket) {
		s.config.reconnect = reconnectNever
		if automaticReconnect {
			s.config.reconnect = reconnectAlways
		}
	}
}

// WithTransports gives the socket transports beside those that all have: ws, wss and tls,
// which are in package github.com/gozmq/zmq/ws, with certificates of the program. The
// original has neither these nor this option.
//
//	pub := zmq4.NewPub(ctx, zmq4.WithTransports(ws.Transports(ws.Config{TLS: cfg})...))
//	err := pub.Listen("wss://*:8443/prices")
func WithTransports(list ...zmq.Transport) Option {
	return func(s *socket) { s.config.transports = append(s.config.transports, list...) }
}

// settings translates the options that package zmq has too.
func (c *config) settings(t SocketType) []zmq.Setting {
	var settings []zmq.Setting
	if len(c.id) > 0 {
		settings = append(settings, zmq.RoutingID.Of(c.id))
	}
	if c.timeout > 0 {
		settings = append(settings, zmq.SendTimeout.Of(c.timeout))
	}
	settings = append(settings, zmq.ReconnectInterval.Of(c.retry), zmq.ReconnectIntervalMax.Of(c.retry))
	if c.dialTimeout > 0 {
		settings = append(settings, zmq.ConnectTimeout.Of(c.dialTimeout))
	}
	if len(c.transports) > 0 {
		settings = append(settings, zmq.WithTransports(c.transports...))
	}
	switch t {
	case Router: // messages to an unknown peer are dropped without an error
		settings = append(settings, zmq.RouterMandatory.Of(false))
	case Req: // a new request gives the last one up, and does not wait for a server that is gone
		settings = append(settings, zmq.ReqRelaxed.Of(true), zmq.Immediate.Of(true))
	}
	return settings
}

// GetOption returns the value that SetOption gave the option last. OptionHWM has
// one from the beginning. Any other name that was never set is ErrBadProperty.
func (s *socket) GetOption(name string) (any, error) {
	if name == OptionHWM && s.err == nil {
		return zmq.SendHWM.Get(s.sock), nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	value, ok := s.set[name]
	if !ok {
		return nil, fmt.Errorf("%w: %s of a %s was not set", ErrBadProperty, name, s.kind)
	}
	return value, nil
}

// SetOption sets OptionSubscribe, OptionUnsubscribe, OptionHWM or, beyond the
// original, any option of package zmq by its name, such as "LINGER" with a
// time.Duration. It fails with ErrBadProperty for a name that does not exist or
// does not apply to the socket, and a value that it cannot have.
func (s *socket) SetOption(name string, value any) error {
	if s.err != nil {
		return s.err
	}
	if err := s.setOption(name, value); err != nil {
		return fmt.Errorf("%w: %s of a %s: %w", ErrBadProperty, name, s.kind, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.set[name] = value
	return nil
}

func (s *socket) setOption(name string, value any) error {
	switch name {
	case OptionSubscribe, OptionUnsubscribe:
		topic, ok := value.(string)
		if !ok {
			return fmt.Errorf("a %T is not a string", value)
		}
		return s.subscribe(topic, name == OptionSubscribe)
	case OptionHWM:
		n, ok := value.(int)
		if !ok {
			return fmt.Errorf("a %T is not an int", value)
		}
		return s.sock.Set(zmq.SendHWM.Of(n), zmq.RecvHWM.Of(n))
	}
	setting, err := zmq.ParseSetting(name, fmt.Sprint(value))
	if err != nil {
		return err
	}
	return s.sock.Set(setting)
}
