// SPDX-License-Identifier: Apache-2.0

// Package recording writes messages with their times to a file, and reads them back. A
// file that was cut off anywhere, by a crash or a full disk, is read up to its last whole
// message, and so is one whose end a crash has filled with zeros.
//
// Format, with numbers in network byte order:
//
//	file    = magic header record*
//	magic   = "ZMQREC\x01\n"
//	header  = block: a JSON object with the fields of Header
//	record  = block: time, frames
//	block   = size (4 bytes), CRC-32C of the content (4 bytes), content (size bytes)
//	time    = nanoseconds since 1970 (8 bytes, signed)
//	frames  = number of frames (varint), then for each its length (varint) and its bytes
//
// A varint is that of encoding/binary and of protocol buffers, unsigned.
package recording

import (
	"errors"
	"fmt"
	"hash/crc32"
	"time"
)

const magic = "ZMQREC\x01\n"

// maxBlock is the most that a block may have: a message of 2 GiB.
const maxBlock = 1<<31 - 1

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Header describes a recording.
type Header struct {
	Type      string    `json:"type"`             // of the socket that received, such as "SUB"
	Endpoints []string  `json:"endpoints"`        // that it was bound or connected to
	Topics    []string  `json:"topics,omitempty"` // subscriptions, or groups of a DISH
	Started   time.Time `json:"started"`          // when the file was made
}

// Message is one message of a recording.
type Message struct {
	Time   time.Time // when it was received
	Frames [][]byte  // with the group in front, if a DISH received it
}

// ErrNotRecording says that a file does not begin as a recording does.
var ErrNotRecording = errors.New("the file is no recording of zmq")

// TornError says that the end of a recording is missing or damaged. What was read before is
// whole.
type TornError struct {
	Offset int64 // where the last whole message ends
	More   bool  // the file goes on behind the message that is damaged, and not with zeros alone
}

// Error implements error.
func (e *TornError) Error() string {
	if e.More {
		return fmt.Sprintf("the recording is damaged at byte %d, and goes on behind that", e.Offset)
	}
	return "the recording ends in the middle of a message, or is damaged there"
}
