// SPDX-License-Identifier: Apache-2.0

package recording

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"time"
)

// Reader reads a recording. It is for one goroutine.
type Reader struct {
	in     *bufio.Reader
	header Header
	offset int64 // of the next block
}

// NewReader reads the beginning of a recording. It returns ErrNotRecording for another
// file.
func NewReader(in io.Reader) (*Reader, error) {
	r := &Reader{in: bufio.NewReaderSize(in, 64<<10)}
	head := make([]byte, len(magic))
	if _, err := io.ReadFull(r.in, head); err != nil && !cut(err) {
		return nil, err
	}
	if string(head) != magic {
		return nil, ErrNotRecording
	}
	r.offset = int64(len(magic))
	text, err := r.readBlock()
	if err != nil {
		return nil, fmt.Errorf("%w: its header is damaged", ErrNotRecording)
	}
	if err := json.Unmarshal(text, &r.header); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotRecording, err)
	}
	return r, nil
}

// Header returns what the recording says of itself.
func (r *Reader) Header() Header { return r.header }

// Next returns the next message: io.EOF after the last one, and a TornError if the file goes
// on with what is no whole message.
func (r *Reader) Next() (Message, error) {
	begin := r.offset
	content, err := r.readBlock()
	if err != nil {
		return Message{}, err
	}
	m, rest, ok := parse(content)
	if !ok || len(rest) > 0 {
		return Message{}, r.damaged(begin)
	}
	return m, nil
}

func cut(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }

// readBlock returns the content of a block. It allocates as bytes arrive, not as the size
// announces.
func (r *Reader) readBlock() ([]byte, error) {
	var head [blockHead]byte
	n, err := io.ReadFull(r.in, head[:])
	if n == 0 && errors.Is(err, io.EOF) {
		return nil, io.EOF
	}
	if err != nil {
		return nil, r.torn(err)
	}
	size := int64(binary.BigEndian.Uint32(head[:]))
	if size > maxBlock {
		return nil, r.damaged(r.offset)
	}
	var content bytes.Buffer
	if size <= 64<<10 {
		content.Grow(int(size))
	}
	if _, err := io.CopyN(&content, r.in, size); err != nil {
		if cut(err) && holdsMore(content.Bytes(), binary.BigEndian.Uint32(head[4:])) {
			return nil, &TornError{r.offset, true}
		}
		return nil, r.torn(err)
	}
	if crc32.Checksum(content.Bytes(), castagnoli) != binary.BigEndian.Uint32(head[4:]) {
		return nil, r.damaged(r.offset)
	}
	r.offset += blockHead + size
	return content.Bytes(), nil
}

// torn tells the end of the file from an error of the disk.
func (r *Reader) torn(err error) error {
	if cut(err) {
		return &TornError{r.offset, false}
	}
	return err
}

// holdsMore reports whether the content of a block whose size reaches beyond the end of the
// file holds a whole message. Then it is the size that is wrong, and other messages may
// follow. Zeros that a crash has left read as empty frames, so that where nothing else
// follows the checksum decides.
func holdsMore(content []byte, sum uint32) bool {
	_, rest, ok := parse(content)
	return ok && (!zero(rest) || crc32.Checksum(content[:len(content)-len(rest)], castagnoli) == sum)
}

// damaged is the error of a block that was read, and is wrong. A file system that was
// interrupted may have made the file longer and not have written what belongs there, which
// then reads as zeros. No message is among zeros.
func (r *Reader) damaged(offset int64) error {
	buf := make([]byte, 16<<10)
	for {
		n, err := r.in.Read(buf)
		switch {
		case !zero(buf[:n]):
			return &TornError{offset, true}
		case errors.Is(err, io.EOF):
			return &TornError{offset, false}
		case err != nil:
			return err
		}
	}
}

func zero(b []byte) bool { return len(bytes.TrimLeft(b, "\x00")) == 0 }

// parse takes the content of a record apart. The frames lie in it. ok says that all of them
// are there, and rest is what follows them.
func parse(b []byte) (m Message, rest []byte, ok bool) {
	if len(b) < 8 {
		return m, nil, false
	}
	m.Time = time.Unix(0, int64(binary.BigEndian.Uint64(b)))
	count, n := binary.Uvarint(b[8:])
	// Each frame has a byte for its length at least.
	if n <= 0 || count == 0 || count > uint64(len(b)) {
		return m, nil, false
	}
	b = b[8+n:]
	for range count {
		size, n := binary.Uvarint(b)
		if n <= 0 || size > uint64(len(b)-n) {
			return m, nil, false
		}
		m.Frames = append(m.Frames, b[n:n+int(size):n+int(size)])
		b = b[n+int(size):]
	}
	return m, b, true
}
