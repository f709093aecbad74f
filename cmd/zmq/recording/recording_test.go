// SPDX-License-Identifier: Apache-2.0

package recording

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"
)

var header = Header{Type: "SUB", Endpoints: []string{"tcp://host:5555"}, Topics: []string{"a"}, Started: time.Unix(1, 2).UTC()}

var recorded = []Message{
	{time.Unix(1, 2), [][]byte{[]byte("a")}},
	{time.Unix(1, 3), [][]byte{{}, bytes.Repeat([]byte{0xff}, 70000)}},
	{time.Unix(-1, 4), [][]byte{[]byte("last"), {}}},
}

// record returns the bytes of a recording, and where each message ends.
func record(t testing.TB) (all []byte, ends []int) {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(&b, header)
	if err != nil {
		t.Fatal(err)
	}
	for i := -1; i < len(recorded); i++ {
		if i >= 0 {
			err = w.Write(recorded[i].Time, recorded[i].Frames)
		}
		if err = errors.Join(err, w.Flush()); err != nil {
			t.Fatal(err)
		}
		ends = append(ends, b.Len())
	}
	return b.Bytes(), ends
}

// read returns all messages and how the reading ended.
func read(in io.Reader) (list []Message, err error) {
	r, err := NewReader(in)
	for err == nil {
		var m Message
		if m, err = r.Next(); err == nil {
			list = append(list, m)
		}
	}
	return list, err
}

func same(a, b Message) bool {
	return a.Time.Equal(b.Time) && slices.EqualFunc(a.Frames, b.Frames, bytes.Equal)
}

func TestReadAsWritten(t *testing.T) {
	all, _ := record(t)
	list, err := read(bytes.NewReader(all))
	if err != io.EOF || !slices.EqualFunc(list, recorded, same) {
		t.Errorf("%v, %v", list, err)
	}
	r, err := NewReader(bytes.NewReader(all))
	if err != nil {
		t.Fatal(err)
	}
	if h := r.Header(); h.Type != header.Type || !slices.Equal(h.Endpoints, header.Endpoints) || !h.Started.Equal(header.Started) {
		t.Errorf("%+v", h)
	}
}

// TestCutAnywhere: whatever is missing at the end, the messages before it are read.
func TestCutAnywhere(t *testing.T) {
	all, ends := record(t)
	for size := range all {
		if size > ends[1]+100 && size < ends[2]-100 {
			continue // inside of a long frame
		}
		list, err := read(bytes.NewReader(all[:size]))
		whole := 0
		for _, end := range ends[1:] {
			if size >= end {
				whole++
			}
		}
		var torn *TornError
		switch {
		case size < ends[0]:
			if !errors.Is(err, ErrNotRecording) {
				t.Errorf("%d bytes: %v", size, err)
			}
			continue
		case slices.Contains(ends, size):
			if err != io.EOF {
				t.Errorf("%d bytes: %v", size, err)
			}
		case !errors.As(err, &torn) || torn.Offset != int64(ends[whole]):
			t.Errorf("%d bytes: %v", size, err)
		}
		if !slices.EqualFunc(list, recorded[:whole], same) {
			t.Errorf("%d bytes: %d messages, want %d", size, len(list), whole)
		}
	}
}

// TestDamage: a byte that has changed is found.
func TestDamage(t *testing.T) {
	all, ends := record(t)
	for _, at := range []int{ends[1], ends[1] + 5, ends[1] + 9, ends[2] - 1} {
		damaged := bytes.Clone(all)
		damaged[at] ^= 0x40
		list, err := read(bytes.NewReader(damaged))
		if len(list) != 1 || !errors.As(err, new(*TornError)) {
			t.Errorf("byte %d: %d messages, %v", at, len(list), err)
		}
	}
}

// TestRecoverAndContinue: a file that was cut off goes on behind its last whole message.
func TestRecoverAndContinue(t *testing.T) {
	all, ends := record(t)
	for _, size := range []int{ends[2] - 3, ends[2]} {
		name := filepath.Join(t.TempDir(), "recording")
		if err := os.WriteFile(name, all[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		removed, err := Recover(f)
		whole := 2
		if size != ends[2] {
			whole = 1
		}
		if err != nil || removed != int64(size-ends[whole]) {
			t.Fatalf("%d removed, %v", removed, err)
		}
		w := Continue(f)
		if err := errors.Join(w.Write(recorded[2].Time, recorded[2].Frames), w.Flush(), f.Close()); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		list, err := read(bytes.NewReader(text))
		if want := append(slices.Clone(recorded[:whole]), recorded[2]); err != io.EOF || !slices.EqualFunc(list, want, same) {
			t.Errorf("%d messages, %v", len(list), err)
		}
	}
}

// TestRecoverRemovesNoWholeMessage: if messages follow a damaged one, the file stays as it is.
func TestRecoverRemovesNoWholeMessage(t *testing.T) {
	all, ends := record(t)
	wrong := map[string]func([]byte) []byte{
		"a frame":          func(b []byte) []byte { b[ends[0]+blockHead+10] ^= 1; return b },
		"a larger size":    func(b []byte) []byte { b[ends[0]+1] ^= 1; return b },
		"a size too large": func(b []byte) []byte { b[ends[0]] = 1; return b },
		"an enormous size": func(b []byte) []byte { b[ends[0]] ^= 0x80; return b },
		"a smaller size":   func(b []byte) []byte { b[ends[1]+1] = 0; return b },
	}
	for what, damage := range wrong {
		damaged := damage(bytes.Clone(all))
		name := filepath.Join(t.TempDir(), "recording")
		if err := os.WriteFile(name, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		removed, err := Recover(f)
		var torn *TornError
		if removed != 0 || !errors.As(err, &torn) || !torn.More {
			t.Errorf("%s: %d bytes removed, %v", what, removed, err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if text, err := os.ReadFile(name); err != nil || !bytes.Equal(text, damaged) {
			t.Errorf("%s: the file has changed, %v", what, err)
		}
	}
}

// A file system that was interrupted can leave zeros from anywhere on: instead of the last
// message, in its middle, and for any length.
func TestRecoverRemovesZerosAtTheEnd(t *testing.T) {
	all, ends := record(t)
	for _, from := range []int{ends[3], ends[2], ends[2] + 2, ends[2] + 6, ends[2] + 12, ends[2] + 20, ends[1] + 1000} {
		for _, size := range []int{from + 1, from + 8, len(all), len(all) + 70000} {
			if size <= from {
				continue
			}
			name := filepath.Join(t.TempDir(), "recording")
			if err := os.WriteFile(name, append(bytes.Clone(all[:from]), make([]byte, size-from)...), 0o600); err != nil {
				t.Fatal(err)
			}
			f, err := os.OpenFile(name, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			whole := 0
			for _, end := range ends {
				if end <= from {
					whole = end
				}
			}
			if got, err := os.ReadFile(name); err == nil && bytes.Equal(got[:min(len(got), len(all))], all) {
				whole = ends[3] // the bytes that are zeros were zeros before
			}
			removed, err := Recover(f)
			if want := int64(size - whole); err != nil || removed != want {
				t.Errorf("zeros from %d to %d: %d bytes removed, want %d, %v", from, size, removed, want, err)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestRecoverRemovesADamagedEnd: a crash can leave a last message of the right size and with
// wrong bytes.
func TestRecoverRemovesADamagedEnd(t *testing.T) {
	all, ends := record(t)
	all[len(all)-2] ^= 1
	name := filepath.Join(t.TempDir(), "recording")
	if err := os.WriteFile(name, all, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if removed, err := Recover(f); err != nil || removed != int64(len(all)-ends[2]) {
		t.Errorf("%d removed, %v", removed, err)
	}
}

// TestParseAllocatesForFramesThatAreThere: and not for those that are announced.
func TestParseAllocatesForFramesThatAreThere(t *testing.T) {
	b := binary.AppendUvarint(make([]byte, 8), 1<<20)
	b = append(b, bytes.Repeat([]byte{0xff}, 1<<20)...) // no length of a frame
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _, ok := parse(b)
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; ok || took > 1<<20 {
		t.Errorf("%t, it allocates %d bytes", ok, took)
	}
}

// FuzzReader: no file brings the reader down, and what it returns is what a writer writes.
func FuzzReader(f *testing.F) {
	all, ends := record(f)
	f.Add(all)
	f.Add(all[:ends[1]-1])
	f.Add([]byte(magic))
	f.Add(append([]byte(magic), 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0))
	f.Fuzz(func(t *testing.T, text []byte) {
		list, err := read(bytes.NewReader(text))
		if err == nil {
			t.Fatal("it has no end")
		}
		for _, m := range list {
			if len(m.Frames) == 0 {
				t.Error("a message without frames")
			}
		}
	})
}
