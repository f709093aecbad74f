// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"fmt"
	"unsafe"
)

// bytesOf returns the memory of a string. What is sent is copied, never written to.
func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// Send sends a message, or with SNDMORE a part of one, and returns its length. It
// fails with a length of -1, 0 on a socket that has been closed. It waits while the socket's queue is full or it has no peer, for as
// long as SetSndtimeo allows; not at all with DONTWAIT.
func (soc *Socket) Send(data string, flags Flag) (int, error) {
	return soc.SendBytes(bytesOf(data), flags)
}

// SendBytes is Send for bytes, which are copied.
func (soc *Socket) SendBytes(data []byte, flags Flag) (int, error) {
	s, err := soc.open()
	if err != nil {
		return 0, err
	}
	if err := s.Send(data, int(flags)); err != nil {
		return -1, soc.failed(err)
	}
	return len(data), nil
}

// SendMessage sends a message of several parts, as one unit, and returns the length
// of all, -1 with an error. A part that is a []string or [][]byte is several parts;
// what is neither that nor a string or []byte is sent as fmt.Sprint has it. A message
// without parts is not sent.
func (soc *Socket) SendMessage(parts ...interface{}) (total int, err error) {
	return soc.sendMessage(parts, 0)
}

// SendMessageDontwait is SendMessage that does not wait but fails with EAGAIN.
func (soc *Socket) SendMessageDontwait(parts ...interface{}) (total int, err error) {
	return soc.sendMessage(parts, DONTWAIT)
}

func (soc *Socket) sendMessage(parts []interface{}, flags Flag) (total int, err error) {
	s, err := soc.open()
	if err != nil {
		return -1, err
	}
	if len(parts) == 1 {
		switch p := parts[0].(type) {
		case string:
			return soc.SendBytes(bytesOf(p), flags)
		case []byte:
			return soc.SendBytes(p, flags)
		}
	}
	frames := make([][]byte, 0, len(parts))
	for _, part := range parts {
		frames = appendFrames(frames, part)
	}
	if len(frames) == 0 {
		return 0, nil
	}
	if err := s.SendAll(frames, int(flags)); err != nil {
		return -1, soc.failed(err)
	}
	for _, f := range frames {
		total += len(f)
	}
	return total, nil
}

func appendFrames(frames [][]byte, part interface{}) [][]byte {
	switch p := part.(type) {
	case string:
		return append(frames, bytesOf(p))
	case []byte:
		return append(frames, p)
	case []string:
		for _, s := range p {
			frames = append(frames, bytesOf(s))
		}
		return frames
	case [][]byte:
		return append(frames, p...)
	}
	return append(frames, fmt.Appendf(nil, "%v", part))
}
