// SPDX-License-Identifier: Apache-2.0

package opt

import (
	"encoding/binary"
	"runtime"
	"strconv"
)

// The bytes of C callers: zmq_setsockopt goes through FromRaw and Put,
// zmq_getsockopt through Get and ToRaw. Numbers are in the order of the host.

// FromRaw reads the value that a C caller passes for an option and checks it.
// A nil raw stands for a null pointer, which is not the same as no bytes. A
// wrong length, a wrong value and a read-only option are zerr.ErrInvalid. The
// value may share raw's memory.
func FromRaw(sp *Spec, raw []byte) (Value, error) {
	if sp.Access == ReadOnly {
		return Value{}, sp.invalid("can only be read")
	}
	v, err := sp.fromRaw(raw)
	if err != nil {
		return Value{}, err
	}
	return sp.Check(v)
}

func (sp *Spec) fromRaw(raw []byte) (Value, error) {
	switch {
	case sp.Ints():
		if len(raw) != sp.rawSize() {
			return Value{}, sp.invalid("a value of %d bytes, not %d", len(raw), sp.rawSize())
		}
		if sp.rawSize() == 8 {
			return Value{I: int64(binary.NativeEndian.Uint64(raw))}, nil
		}
		return Value{I: int64(int32(binary.NativeEndian.Uint32(raw)))}, nil
	case (sp.form == formPID || sp.form == formID) && raw != nil:
		// pid_t, uid_t and gid_t have four bytes wherever libzmq has the filters.
		if len(raw) != 4 {
			return Value{}, sp.invalid("a value of %d bytes, not 4", len(raw))
		}
		id := binary.NativeEndian.Uint32(raw)
		if sp.form == formPID {
			return Value{B: strconv.AppendInt(nil, int64(int32(id)), 10)}, nil
		}
		return Value{B: strconv.AppendUint(nil, uint64(id), 10)}, nil
	}
	return Value{B: raw}, nil
}

// ToRaw writes the value of an option into the buffer of a C caller and
// returns the length that the caller is told: what *optvallen becomes. A
// buffer of the wrong length and a write-only option are zerr.ErrInvalid, and
// then nothing has been written.
func ToRaw(sp *Spec, v Value, buf []byte) (int, error) {
	if sp.Access == WriteOnly {
		return 0, sp.invalid("can only be set")
	}
	switch {
	case sp.Ints():
		return sp.intToRaw(v, buf)
	case sp.form == formKey:
		return sp.keyToRaw(v, buf)
	case sp.Kind == String:
		if len(buf) <= len(v.B) {
			return 0, sp.invalid("a buffer of %d bytes, fewer than %d", len(buf), len(v.B)+1)
		}
		clear(buf[copy(buf, v.B):])
		return len(v.B) + 1, nil // a C string with its NUL
	}
	if len(buf) < len(v.B) {
		return 0, sp.invalid("a buffer of %d bytes, fewer than %d", len(buf), len(v.B))
	}
	return copy(buf, v.B), nil
}

func (sp *Spec) intToRaw(v Value, buf []byte) (int, error) {
	size := sp.rawSize()
	if len(buf) != size && (len(buf) < size || !sp.roomy()) {
		return 0, sp.invalid("a buffer of %d bytes, not %d", len(buf), size)
	}
	if sp.Kind == Bool && v.I != 0 {
		v.I = 1
	}
	if size == 8 {
		binary.NativeEndian.PutUint64(buf, uint64(v.I))
	} else {
		binary.NativeEndian.PutUint32(buf, uint32(v.I))
	}
	clear(buf[size:])
	return size, nil
}

// keyToRaw writes a key as bytes or as a C string of Z85: the length of the
// buffer chooses.
func (sp *Spec) keyToRaw(v Value, buf []byte) (int, error) {
	if len(v.B) != keySize {
		return 0, sp.invalid("a key of %d bytes, not %d", len(v.B), keySize)
	}
	switch len(buf) {
	case keySize:
		copy(buf, v.B)
	case keyTextSize + 1:
		buf[copy(buf, keyText(v.B))] = 0
	default:
		return 0, sp.invalid("a buffer of %d bytes, not %d or %d", len(buf), keySize, keyTextSize+1)
	}
	return len(buf), nil
}

// rawSize is how many bytes a number has in C. A descriptor is a SOCKET on
// Windows, as wide as a pointer.
func (sp *Spec) rawSize() int {
	switch {
	case sp.Kind == Uint64 || sp.Kind == Int64:
		return 8
	case sp.Num == FD && runtime.GOOS == "windows":
		return strconv.IntSize / 8
	}
	return 4
}

// roomy reports whether the buffer for the option may be longer than its value.
func (sp *Spec) roomy() bool {
	switch sp.Num {
	case RecvMore, FD, Events, ThreadSafe, TopicsCount:
		return true
	}
	return false
}
