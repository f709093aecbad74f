// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"bytes"
	"fmt"
	"strings"
)

// MsgType tells what a Msg is.
type MsgType byte

// Types of messages.
const (
	// UsrMsg is a message of the application.
	UsrMsg MsgType = 0
	// CmdMsg is a command of the protocol, which only a Conn hands out.
	CmdMsg MsgType = 1
)

// Msg is a whole message of one or more frames. Send copies the frames; those that
// Recv returns belong to the caller.
type Msg struct {
	Frames [][]byte // at least one to be sent
	Type   MsgType  // UsrMsg, except from Conn.RecvMsg

	err error
}

// NewMsg makes a message of one frame, without copying it.
func NewMsg(frame []byte) Msg { return Msg{Frames: [][]byte{frame}} }

// NewMsgFrom makes a message of the given frames, without copying them.
func NewMsgFrom(frames ...[]byte) Msg { return Msg{Frames: frames} }

// NewMsgString makes a message of one frame.
func NewMsgString(frame string) Msg { return NewMsg([]byte(frame)) }

// NewMsgFromString makes a message of the given frames.
func NewMsgFromString(frames []string) Msg {
	msg := Msg{Frames: make([][]byte, len(frames))}
	for i, f := range frames {
		msg.Frames[i] = []byte(f)
	}
	return msg
}

// Bytes returns the content of all frames in one new slice.
func (msg Msg) Bytes() []byte { return bytes.Join(msg.Frames, nil) }

// Clone returns a message with copies of the frames.
func (msg Msg) Clone() Msg {
	frames := make([][]byte, len(msg.Frames))
	for i, f := range msg.Frames {
		frames[i] = bytes.Clone(f)
	}
	return Msg{Frames: frames, Type: msg.Type, err: msg.err}
}

// Err returns the error of the Recv that returned the message, or nil.
func (msg Msg) Err() error { return msg.err }

// String shows the frames, quoted: Msg{Frames:{"a", "b"}}.
func (msg Msg) String() string {
	quoted := make([]string, len(msg.Frames))
	for i, f := range msg.Frames {
		quoted[i] = fmt.Sprintf("%q", f)
	}
	return "Msg{Frames:{" + strings.Join(quoted, ", ") + "}}"
}
