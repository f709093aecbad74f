// SPDX-License-Identifier: Apache-2.0

// How the command ends: exit codes, and what to do about an error.

package cli

import (
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/gozmq/zmq"
)

const (
	exitOK      = 0
	exitError   = 1
	exitUsage   = 2
	exitTimeout = 3
)

const exitHelp = `Exit codes:
  0  done; also when a signal ends a socket that receives
  1  something went wrong, or a signal came before everything was sent
  2  the command line makes no sense
  3  --timeout ran out`

// plainExitHelp is for commands whose time-outs are errors.
const plainExitHelp = `Exit codes:
  0  done
  1  something went wrong
  2  the command line makes no sense`

// usageError is a mistake in the command line.
type usageError struct{ error }

// Unwrap gives the reason.
func (e usageError) Unwrap() error { return e.error }

// timeoutError says what did not happen in time.
type timeoutError struct {
	what  string
	after time.Duration // 0 where an option's time-out was it
}

// Error implements error.
func (e timeoutError) Error() string {
	if e.after == 0 {
		return e.what + " in time"
	}
	return fmt.Sprintf("%s within %s", e.what, e.after)
}

// lostError says how many messages were queued and never left.
type lostError struct {
	messages uint64
	linger   time.Duration
}

// Error implements error.
func (e lostError) Error() string {
	what := "1 message was"
	if e.messages != 1 {
		what = fmt.Sprintf("%d messages were", e.messages)
	}
	if e.linger < 0 {
		return what + " not sent: the peer left"
	}
	return fmt.Sprintf("%s not sent: the peer left, or took nothing for %s (--linger)", what, e.linger)
}

// unheardError says that no subscriber wanted anything that was published.
type unheardError struct{ messages uint64 }

// Error implements error.
func (e unheardError) Error() string {
	if e.messages == 1 {
		return "no subscriber wanted the message"
	}
	return fmt.Sprintf("no subscriber wanted any of the %d messages", e.messages)
}

func exitCode(err error) int {
	switch {
	case errors.As(err, new(usageError)):
		return exitUsage
	case errors.As(err, new(timeoutError)):
		return exitTimeout
	}
	return exitError
}

// setupError marks what the library refuses because the command line asked for
// something that cannot be.
func setupError(err error) error {
	for _, code := range []error{zmq.ErrInvalid, zmq.ErrUnknownOption, zmq.ErrUnsupportedTransport,
		zmq.ErrIncompatibleTransport, zmq.ErrNameTooLong, zmq.ErrNotSupported} {
		if errors.Is(err, code) {
			return usageError{err}
		}
	}
	return err
}

// hint says what to do about an error of an endpoint, where that is known.
func hint(err error) string {
	var e *zmq.Error
	if !errors.As(err, &e) || e.Op != "bind" && e.Op != "connect" {
		return ""
	}
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return "Another socket has that address: choose another one, or a free port with tcp://HOST:*."
	case errors.Is(err, syscall.EACCES):
		return "Ports below 1024 and foreign folders want more rights: choose another address."
	case errors.Is(err, zmq.ErrNoDevice), errors.Is(err, syscall.EADDRNOTAVAIL):
		return "Bind to an address or interface of this host, or to all of them with tcp://*:PORT."
	case errors.Is(err, zmq.ErrUnsupportedTransport), errors.Is(err, zmq.ErrInvalid):
		return "An endpoint is tcp://HOST:PORT, with * for HOST or PORT in --bind, or ipc://PATH, ws://HOST:PORT/PATH, wss:// or tls://."
	}
	return ""
}
