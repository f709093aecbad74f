// SPDX-License-Identifier: Apache-2.0

// Package format turns messages into text and text into messages, for programs
// that read and write them on standard streams.
package format

import (
	"fmt"
	"strings"
)

// Format is one way to write messages. What Append writes, less its line end,
// Parse reads; Text says where that holds only with Escape.
type Format interface {
	// Append appends a message to dst, with the line end that the format has.
	Append(dst []byte, frames [][]byte) []byte
	// Parse reads one message from a line without its end. The frames do not
	// refer to the line.
	Parse(line []byte) ([][]byte, error)
	// Frame reads one frame from an argument of a command line.
	Frame(arg string) ([]byte, error)
	// Lines tells whether a message is a line. Otherwise it is all of the input.
	Lines() bool
}

// Names lists what New takes.
var Names = []string{"text", "hex", "json", "raw"}

// New returns the format with a name. The separator and escape matter for text
// alone; see Text.
func New(name, separator string, escape bool) (Format, error) {
	switch name {
	case "text":
		return NewText(separator, escape)
	case "hex":
		return Hex{}, nil
	case "json":
		return JSON{}, nil
	case "raw":
		return Raw{}, nil
	}
	return nil, fmt.Errorf("no format is named %q; there are %s", name, strings.Join(Names, ", "))
}
