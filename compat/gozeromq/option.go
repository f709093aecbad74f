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
	retry       time.Duration // 0 leaves the default of package zmq
	dialTimeout time.Duration // 0 leaves it to the system
	maxRetries  int
	retriesSet  bool // the program told when Dial is to give up
	stayLost    bool // the program told not to connect again
}

// WithID gives the socket a name, under which a peer's ROUTER knows it: 1 to 255
// octets, the first not zero.
func WithID(id SocketIdentity) Option { return func(s *socket) { s.config.id = id } }

// WithSecurity gives the socket a security mechanism. Nil is the NULL mechanism,
// the default.
func WithSecurity(sec Security) Option { return func(s *socket) { s.config.sec = sec } }

// WithLogger has the socket tell the logger when connections come, go and fail.
// Nil logs nothing, the default.
func WithLogger(msg *log.Logger) Option { return func(s *socket) { s.config.logger = msg } }

// WithTimeout bounds how long Send waits for room and for a peer. It then returns
// an error that matches context.DeadlineExceeded, and the message was not sent. 0
// and below wait for ever, the default. Recv has no time-out: it waits for a
// message, the end of the socket, or that of its context.
func WithTimeout(timeout time.Duration) Option {
	return func(s *socket) { s.config.timeout = max(timeout, 0) }
}

// WithDialerRetry sets the wait between two attempts to connect. 0 and below are
// the default: 100 ms, doubled with every failure up to 5 s.
func WithDialerRetry(retry time.Duration) Option {
	return func(s *socket) { s.config.retry = max(retry, 0) }
}

// WithDialerTimeout bounds one attempt to connect. 0 and below leave it to the
// system, the default.
func WithDialerTimeout(timeout time.Duration) Option {
	return func(s *socket) { s.config.dialTimeout = max(timeout, 0) }
}

// WithDialerMaxRetries makes Dial wait for its peer, and fail when as many further
// attempts as given have failed too; -1 makes it wait until the peer is there.
// Without this option Dial does not wait beyond the first attempt and never gives
// up.
func WithDialerMaxRetries(maxRetries int) Option {
	return func(s *socket) { s.config.maxRetries, s.config.retriesSet = maxRetries, true }
}

// WithAutomaticReconnect says whether connections that Dial made are made again
// when they are lost. They are, unless this option is given with false.
func WithAutomaticReconnect(automaticReconnect bool) Option {
	return func(s *socket) { s.config.stayLost = !automaticReconnect }
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
	if c.retry > 0 {
		settings = append(settings, zmq.ReconnectInterval.Of(c.retry), zmq.ReconnectIntervalMax.Of(c.retry))
	}
	if c.dialTimeout > 0 {
		settings = append(settings, zmq.ConnectTimeout.Of(c.dialTimeout))
	}
	switch t {
	case Router: // who is not there loses its messages, without an error
		settings = append(settings, zmq.RouterMandatory.Of(false))
	case Req: // a new request gives the last one up
		settings = append(settings, zmq.ReqRelaxed.Of(true))
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
