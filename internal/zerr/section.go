// SPDX-License-Identifier: Apache-2.0

package zerr

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"syscall"
)

// Section is a section of the document that says what to do about an error. Errors of
// calls that waited in vain end with its name, and warnings in the log have it as the
// attribute SectionKey.
type Section string

// SectionKey is the name of the attribute that a warning has a Section by.
const SectionKey = "see"

// The sections that errors and warnings name.
const (
	NothingArrives    Section = "docs/troubleshooting.md#nothing-arrives"
	ConnectionRefused Section = "docs/troubleshooting.md#connection-refused"
	HandshakeFailed   Section = "docs/troubleshooting.md#handshake-failed"
	Denied            Section = "docs/troubleshooting.md#refused-or-denied"
	DeadlineExceeded  Section = "docs/troubleshooting.md#context-deadline-exceeded"
	SendBlocks        Section = "docs/troubleshooting.md#send-blocks"
	UnknownPeer       Section = "docs/troubleshooting.md#no-peer-with-this-routing-id"
	SameRoutingID     Section = "docs/troubleshooting.md#peer-is-not-read-another-has-its-routing-id"
	MessagesLost      Section = "docs/troubleshooting.md#messages-are-lost"
	AddressInUse      Section = "docs/troubleshooting.md#address-already-in-use"
	DoesNotEnd        Section = "docs/troubleshooting.md#a-process-does-not-end"
	LimitReached      Section = "docs/troubleshooting.md#a-limit-is-reached"
)

// SectionOf returns the section about an error: that of the first error in its chain that
// has one of its own, by a method Section, or is a code or an error of the system with a
// section. It is empty if there is none.
func SectionOf(err error) Section {
	var own interface{ Section() Section }
	var dns *net.DNSError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &own):
		return own.Section()
	case errors.Is(err, ErrRefused):
		return Denied
	case errors.Is(err, ErrLimit), errors.Is(err, ErrMessageTooLarge):
		return LimitReached
	case errors.Is(err, ErrProtocol):
		return HandshakeFailed
	case errors.Is(err, ErrHostUnreachable):
		return UnknownPeer
	case errors.Is(err, syscall.EADDRINUSE):
		return AddressInUse
	case errors.As(err, &dns), errors.Is(err, ErrNoDevice), errors.Is(err, fs.ErrNotExist), errors.Is(err, os.ErrDeadlineExceeded),
		unreachable(err):
		return ConnectionRefused
	}
	return ""
}

// unreachable reports whether the system says that a connection cannot be made.
func unreachable(err error) bool {
	var sys syscall.Errno
	if !errors.As(err, &sys) {
		return false
	}
	switch number(sys) {
	case number(syscall.ECONNREFUSED), number(syscall.EHOSTUNREACH), number(syscall.ENETUNREACH), number(syscall.ETIMEDOUT):
		return true
	}
	return false
}
