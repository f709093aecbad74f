// SPDX-License-Identifier: Apache-2.0

package classic

import (
	"encoding/binary"
	"sync"

	"github.com/gozmq/zmq"
)

// Option numbers that Socket answers itself, because they are about frames.
const (
	optRcvMore   = 13
	optEvents    = 15
	optRouterRaw = 41
)

// Option numbers of bytes, which end without a NUL.
const (
	optRoutingID      = 5
	optCurvePublicKey = 48
	optCurveServerKey = 50
)

// Sizes of the buffers for options that are bytes or text, as libzmq's manual
// has them.
const (
	longest = 4096 // endpoints, and whatever has no limit
	keySize = 32
	keyText = 41 // with its NUL
)

// SetInt sets an option of a number, by libzmq's number of the option. The widths
// of C (int, int64_t, uint64_t) are those of the option: a program that was
// written for a version with other widths works as well. Errors:
// zmq.ErrUnknownOption, zmq.ErrInvalid. (zmq_setsockopt)
func (x *Socket) SetInt(option int, value int64) error {
	if wide()[option] {
		return x.fate(x.s.SetRawOption(option, binary.NativeEndian.AppendUint64(nil, uint64(value))))
	}
	if int64(int32(value)) != value {
		return &zmq.Error{Op: "set option", Endpoint: x.s.String(), Err: zmq.ErrInvalid}
	}
	err := x.s.SetRawOption(option, binary.NativeEndian.AppendUint32(nil, uint32(value)))
	if err == nil && option == optRouterRaw && value != 0 {
		x.raw.Store(true) // it stays
	}
	return x.fate(err)
}

// Int reads an option of a number. RCVMORE and EVENTS know of messages of which
// frames are left. (zmq_getsockopt)
func (x *Socket) Int(option int) (int64, error) {
	if err := x.live(); err != nil {
		return 0, err
	}
	switch option {
	case optRcvMore:
		return flag(x.More()), nil
	case optEvents:
		return int64(x.Events()), nil
	}
	var b [8]byte
	if wide()[option] {
		_, err := x.s.RawOption(option, b[:])
		return int64(binary.NativeEndian.Uint64(b[:])), err
	}
	_, err := x.s.RawOption(option, b[:4])
	return int64(int32(binary.NativeEndian.Uint32(b[:4]))), err
}

// SetBytes sets an option that is bytes or text. Nil stands for C's null
// pointer, which clears some options; it is not the same as no bytes.
// (zmq_setsockopt)
func (x *Socket) SetBytes(option int, value []byte) error {
	return x.fate(x.s.SetRawOption(option, value))
}

// Text reads an option that is text, without its NUL. (zmq_getsockopt)
func (x *Socket) Text(option int) (string, error) {
	b, err := x.read(option, longest)
	return string(b[:max(len(b)-1, 0)]), err
}

// Bytes reads an option that is bytes, such as ROUTING_ID. (zmq_getsockopt)
func (x *Socket) Bytes(option int) ([]byte, error) {
	return x.read(option, longest)
}

// ReadString reads an option of bytes or text, whichever it is; of a CURVE key the 40
// characters of Z85.
func (x *Socket) ReadString(option int) (string, error) {
	switch {
	case option >= optCurvePublicKey && option <= optCurveServerKey:
		return x.KeyText(option)
	case option == optRoutingID:
		b, err := x.Bytes(option)
		return string(b), err
	}
	return x.Text(option)
}

// Key reads a CURVE key: its 32 bytes.
func (x *Socket) Key(option int) ([]byte, error) {
	return x.read(option, keySize)
}

// KeyText reads a CURVE key as 40 characters of Z85.
func (x *Socket) KeyText(option int) (string, error) {
	b, err := x.read(option, keyText)
	return string(b[:max(len(b)-1, 0)]), err
}

func (x *Socket) read(option, size int) ([]byte, error) {
	if err := x.live(); err != nil {
		return nil, err
	}
	b := make([]byte, size)
	n, err := x.s.RawOption(option, b)
	return b[:n], err
}

// Events returns what can be done without waiting, zmq.PollIn and zmq.PollOut:
// what is left of a message can be received, and a message that was begun can go
// on. It is 0 on a socket that has been closed. (ZMQ_EVENTS)
func (x *Socket) Events() zmq.PollEvents {
	e := x.s.Events()
	if e&zmq.PollClosed != 0 {
		return 0
	}
	return e | x.begun()
}

// begun is what can be done because messages are under way.
func (x *Socket) begun() (e zmq.PollEvents) {
	if x.left.Load() {
		e |= zmq.PollIn
	}
	if x.started.Load() {
		e |= zmq.PollOut
	}
	return e
}

// live returns the error of a socket that has ended.
func (x *Socket) live() error {
	err := zmq.ErrClosed
	select {
	case <-x.s.Done():
		if !x.Closed() && x.ctx.Ended() {
			err = zmq.ErrTerminated
		}
	default:
		switch {
		case x.Closed():
		case x.ctx.Ended():
			err = zmq.ErrTerminated
		default:
			return nil
		}
	}
	return &zmq.Error{Op: "use", Endpoint: x.s.String(), Err: err}
}

// wide holds the options of 64 bits.
var wide = sync.OnceValue(func() map[int]bool {
	m := make(map[int]bool)
	for _, o := range zmq.Options() {
		if o.Type == "uint64" || o.Type == "int64" {
			m[o.Number] = true
		}
	}
	return m
})

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
