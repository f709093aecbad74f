// SPDX-License-Identifier: Apache-2.0

package format

// Raw writes the bytes of a message as they are, frame after frame, and
// nothing between frames or messages. It reads all of the input as one message
// of one frame.
type Raw struct{}

// Lines implements Format.
func (Raw) Lines() bool { return false }

// Append implements Format.
func (Raw) Append(dst []byte, frames [][]byte) []byte {
	for _, f := range frames {
		dst = append(dst, f...)
	}
	return dst
}

// Parse implements Format.
func (Raw) Parse(all []byte) ([][]byte, error) { return [][]byte{append([]byte{}, all...)}, nil }

// Frame implements Format: an argument is what it is.
func (Raw) Frame(arg string) ([]byte, error) { return []byte(arg), nil }
