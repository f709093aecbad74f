// SPDX-License-Identifier: Apache-2.0

package recording

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"time"
)

// Writer appends messages to a recording. It is for one goroutine.
type Writer struct {
	w     *bufio.Writer
	block []byte // the last one, used again
}

// NewWriter begins a recording.
func NewWriter(w io.Writer, h Header) (*Writer, error) {
	text, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	rec := Continue(w)
	rec.block = append(append(rec.block[:0], make([]byte, blockHead)...), text...)
	if _, err := rec.w.WriteString(magic); err != nil {
		return nil, err
	}
	return rec, rec.seal()
}

// Continue appends to a recording that is there, whose end w stands at; see Recover.
func Continue(w io.Writer) *Writer { return &Writer{w: bufio.NewWriterSize(w, 64<<10)} }

const blockHead = 4 + 4 // size and checksum

// Write appends a message. It may stay in memory until Flush.
func (w *Writer) Write(at time.Time, frames [][]byte) error {
	b := append(w.block[:0], make([]byte, blockHead)...)
	b = binary.BigEndian.AppendUint64(b, uint64(at.UnixNano()))
	b = binary.AppendUvarint(b, uint64(len(frames)))
	for _, f := range frames {
		b = binary.AppendUvarint(b, uint64(len(f)))
		b = append(b, f...)
	}
	w.block = b
	return w.seal()
}

// seal writes the block that was built, with its size and checksum.
func (w *Writer) seal() error {
	content := w.block[blockHead:]
	if len(content) > maxBlock {
		return fmt.Errorf("a message of %d bytes is too large for a recording", len(content))
	}
	binary.BigEndian.PutUint32(w.block, uint32(len(content)))
	binary.BigEndian.PutUint32(w.block[4:], crc32.Checksum(content, castagnoli))
	_, err := w.w.Write(w.block)
	return err
}

// Flush hands everything to the file.
func (w *Writer) Flush() error { return w.w.Flush() }

// ErrInUse says that another writer has a file.
var ErrInUse = errors.New("another program records into it")

// Lock keeps other writers that call Lock from the file until it is closed, with ErrInUse.
// Readers are let in. On systems without such locks, such as js, it does nothing.
func Lock(f *os.File) error { return lock(f) }

// Recover brings a file that was cut off, or filled with zeros, to the end of its last
// whole message, and returns how many bytes that removed. The file then stands at its end. A file that goes on behind
// a damaged message is left as it is, and the error is its TornError.
func Recover(f *os.File) (removed int64, err error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	r, err := NewReader(f)
	if err != nil {
		return 0, err
	}
	for err == nil {
		_, err = r.Next()
	}
	var torn *TornError
	if !errors.Is(err, io.EOF) && !errors.As(err, &torn) {
		return 0, err
	}
	if torn != nil && torn.More {
		return 0, fmt.Errorf("%w: nothing is removed or appended, so choose another file", torn)
	}
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil || torn == nil {
		return 0, err
	}
	if err := f.Truncate(torn.Offset); err != nil {
		return 0, err
	}
	_, err = f.Seek(torn.Offset, io.SeekStart)
	return end - torn.Offset, err
}
