// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"strconv"
	"strings"
	"time"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/zerr"
)

// Setting is an option with a value, made by an Option's Of, by ParseSetting or by
// WithLimits. It is given to NewSocket, Set, Bind or Connect, which check it. Printing
// a Setting with fmt or log/slog shows no password and no secret key.
type Setting struct {
	// items is a function because fmt prints an unexported field of a caller's struct
	// without calling its methods. For a function it prints an address.
	items func() []core.Setting
	err   error
}

func newSetting(items ...core.Setting) Setting {
	return Setting{items: func() []core.Setting { return items }}
}

func (x Setting) list() []core.Setting {
	if x.items == nil {
		return nil
	}
	return x.items()
}

// String returns the options that the setting sets, with their values, "SNDHWM=5000".
// Passwords and secret keys are left out.
func (x Setting) String() string {
	if x.err != nil {
		return "invalid: " + x.err.Error()
	}
	var parts []string
	for _, i := range x.list() {
		sp, known := opt.Lookup(i.Num)
		switch {
		case i.Hook != nil:
			parts = append(parts, i.Hook.Name)
		case !known || sp.Secret:
			parts = append(parts, i.Num.String()+"=[hidden]")
		default:
			parts = append(parts, i.Num.String()+"="+opt.Format(sp, i.Value))
		}
	}
	return strings.Join(parts, " ")
}

// Option is a typed option of sockets. The options are variables of this
// package: SendHWM, Linger and so on.
type Option[T any] struct {
	num    opt.Num
	encode func(T) opt.Value
	decode func(opt.Value) T
}

// Of returns the setting that gives the option a value.
func (o Option[T]) Of(v T) Setting {
	return newSetting(core.Setting{Num: o.num, Value: o.encode(v)})
}

// Set changes the option of a socket. It fails with ErrInvalid if the value is out of
// range or the option does not apply to the socket's type.
func (o Option[T]) Set(s *Socket, v T) error { return s.Set(o.Of(v)) }

// Get reads the option of a socket. It returns the zero value for an option that can
// only be set, or that does not apply to the socket's type.
func (o Option[T]) Get(s *Socket) T {
	v, err := s.s.Option(o.num)
	if err != nil {
		var zero T
		return zero
	}
	return o.decode(v)
}

// Name returns libzmq's name of the option without its prefix, "SNDHWM".
func (o Option[T]) Name() string { return o.num.String() }

func intOption(n opt.Num) Option[int] {
	return Option[int]{n, func(v int) opt.Value { return opt.Value{I: int64(v)} }, func(v opt.Value) int { return int(v.I) }}
}

func int64Option(n opt.Num) Option[int64] {
	return Option[int64]{n, func(v int64) opt.Value { return opt.Value{I: v} }, func(v opt.Value) int64 { return v.I }}
}

func boolOption(n opt.Num) Option[bool] {
	encode := func(v bool) opt.Value {
		if v {
			return opt.Value{I: 1}
		}
		return opt.Value{}
	}
	return Option[bool]{n, encode, func(v opt.Value) bool { return v.I != 0 }}
}

// durationOption is an option in units of unit. Every negative duration becomes the
// option's -1. A positive duration below the unit is rounded up, so that a short
// time-out never becomes none.
func durationOption(n opt.Num, unit time.Duration) Option[time.Duration] {
	encode := func(v time.Duration) opt.Value {
		if v < 0 {
			return opt.Value{I: -1}
		}
		return opt.Value{I: int64((v + unit - 1) / unit)}
	}
	decode := func(v opt.Value) time.Duration {
		if v.I < 0 {
			return -1
		}
		return time.Duration(v.I) * unit
	}
	return Option[time.Duration]{n, encode, decode}
}

func stringOption(n opt.Num) Option[string] {
	encode := func(v string) opt.Value {
		if v == "" {
			return opt.Value{} // clears, where the option can be cleared
		}
		return opt.Value{B: []byte(v)}
	}
	return Option[string]{n, encode, func(v opt.Value) string { return string(v.B) }}
}

// idOption is a list of numbers. Each setting adds one.
func idOption(n opt.Num) Option[int] {
	encode := func(v int) opt.Value { return opt.Value{B: strconv.AppendInt(nil, int64(v), 10)} }
	return Option[int]{n, encode, func(opt.Value) int { return 0 }}
}

func bytesOption(n opt.Num) Option[[]byte] {
	encode := func(v []byte) opt.Value {
		if len(v) == 0 {
			return opt.Value{}
		}
		return opt.Value{B: append([]byte(nil), v...)}
	}
	return Option[[]byte]{n, encode, func(v opt.Value) []byte { return append([]byte(nil), v.B...) }}
}

func (x Setting) apply(s *core.Socket) error {
	if x.err != nil {
		return x.err
	}
	for _, i := range x.list() {
		if err := applyItem(s, i); err != nil {
			return err
		}
	}
	return nil
}

func applyItem(s *core.Socket, i core.Setting) error {
	if i.Hook != nil {
		s.SetHook(i.Hook)
		return nil
	}
	return s.SetOption(i.Num, i.Value)
}

// applyIfFits skips options that do not apply to the socket's type.
func (x Setting) applyIfFits(s *core.Socket) error {
	name := SocketType(s.Type()).String()
	for _, i := range x.list() {
		sp, ok := opt.Lookup(i.Num)
		if i.Hook == nil && (!ok || !sp.Accepts(name)) {
			continue
		}
		if err := applyItem(s, i); err != nil {
			return err
		}
	}
	return nil
}

// check returns the fault in a setting that can be found without a socket.
func (x Setting) check() error {
	if x.err != nil {
		return x.err
	}
	for _, i := range x.list() {
		if i.Hook != nil {
			continue
		}
		sp, ok := opt.Lookup(i.Num)
		if !ok {
			return zerr.ErrUnknownOption
		}
		if _, err := sp.Check(i.Value); err != nil {
			return err
		}
	}
	return nil
}

func (x Setting) name() string {
	list := x.list()
	if len(list) == 0 {
		return "nothing"
	}
	if list[0].Hook != nil {
		return list[0].Hook.Name
	}
	return list[0].Num.String()
}

// endpointSettings checks settings for one endpoint. Options that the whole socket
// shares are refused, because they would have no effect.
func endpointSettings(t SocketType, settings []Setting) ([]core.Setting, error) {
	var list []core.Setting
	for _, x := range settings {
		if x.err != nil {
			return nil, x.err
		}
		for _, i := range x.list() {
			sp, ok := opt.Lookup(i.Num)
			switch {
			case i.Hook != nil:
			case !ok:
				return nil, zerr.Errorf(zerr.ErrUnknownOption, "option %d", i.Num)
			case !sp.Accepts(t.String()):
				return nil, sp.Refuses(t.String())
			case sp.When != opt.Next && sp.When != opt.Pipe || sp.Num == opt.RouterRaw:
				return nil, zerr.Errorf(zerr.ErrInvalid, "option %s is one of the whole socket, not of one endpoint", sp.Title())
			}
		}
		list = append(list, x.list()...)
	}
	return list, nil
}

// ParseSetting makes a setting from an option's name and a text. The name is libzmq's
// or this package's ("SNDHWM", "ZMQ_SNDHWM", "SendHWM"), in any case. The text is a
// number, "true", a duration such as "250ms" (a plain number is in the option's unit),
// text, or for bytes "0x" and hexadecimal digits. It fails with ErrUnknownOption or
// ErrInvalid.
func ParseSetting(name, text string) (Setting, error) {
	sp, ok := opt.ByName(name)
	if !ok {
		return Setting{}, zerr.Errorf(zerr.ErrUnknownOption, "option %q", name)
	}
	v, err := opt.Parse(sp, text)
	if err != nil {
		return Setting{}, public(err)
	}
	return newSetting(core.Setting{Num: sp.Num, Value: v}), nil
}

// OptionInfo describes an option.
type OptionInfo struct {
	Number        int    // libzmq's; those of options that libzmq does not have start at 10001
	Name          string // "SNDHWM"
	GoName        string // "SendHWM"
	Type          string // "int", "bool", "ms" ...
	Unit          string // of numbers and durations, "" for none
	Default       string // of this package
	LibzmqDefault string // of libzmq
	Range         string // values that are accepted, in words
	Access        string // "read-write", "read-only", "write-only"
	Applies       string // when a change takes effect
	Sockets       string // types on which it has an effect
	Transports    string // transports on which it has an effect
	Draft         bool   // in libzmq
	Deprecated    bool   // in libzmq
	Stored        bool   // accepted and kept, without effect in this version
	Doc           string // what it means
}

// Options lists every option, by number.
func Options() []OptionInfo {
	var list []OptionInfo
	for _, sp := range opt.Table() {
		list = append(list, newOptionInfo(&sp))
	}
	return list
}

// LookupOption returns the option with that name; see ParseSetting.
func LookupOption(name string) (OptionInfo, bool) {
	sp, ok := opt.ByName(name)
	if !ok {
		return OptionInfo{}, false
	}
	return newOptionInfo(sp), true
}

func newOptionInfo(sp *opt.Spec) OptionInfo {
	return OptionInfo{
		Number: int(sp.Num), Name: sp.Name, GoName: sp.Go, Type: sp.Kind.String(), Unit: sp.Unit,
		Default: opt.Format(sp, sp.Default), LibzmqDefault: opt.Format(sp, sp.LibzmqDefault), Range: sp.Range(),
		Access: sp.Access.String(), Applies: sp.When.String(), Sockets: sp.Sockets, Transports: sp.Transports,
		Draft: sp.Draft, Deprecated: sp.Deprecated, Stored: sp.Stored, Doc: sp.Doc,
	}
}
