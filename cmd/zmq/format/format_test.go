// SPDX-License-Identifier: Apache-2.0

package format

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

func mustText(t testing.TB, separator string, escape bool) *Text {
	t.Helper()
	f, err := NewText(separator, escape)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func frames(text ...string) [][]byte {
	out := make([][]byte, len(text))
	for i, s := range text {
		out[i] = []byte(s)
	}
	return out
}

func same(a, b [][]byte) bool { return slices.EqualFunc(a, b, bytes.Equal) }

func TestWritten(t *testing.T) {
	plain, exact := mustText(t, `\t`, false), mustText(t, "|", true)
	for _, c := range []struct {
		f      Format
		frames [][]byte
		want   string
	}{
		{plain, frames("hello"), "hello\n"},
		{plain, frames("a", "", "b"), "a\t\tb\n"},
		{plain, frames(`C:\new`, "ü €"), "C:\\new\tü €\n"},
		{plain, frames("a\tb\nc\r\x00\x1b\xff\u0085"), `a\tb\nc\r\x00\x1b\xff\xc2\x85` + "\n"},
		{exact, frames("a|b", `\n`, "\x80"), `a\x7cb|\\n|\x80` + "\n"},
		{mustText(t, "", false), frames("a", "b"), "ab\n"},
		{Hex{}, frames("\x00\xff", "", "a"), "00ff - 61\n"},
		{JSON{}, frames("a<b>", "\"\n", "\xff", ""), `["a<b>","\"\n",{"base64":"/w=="},""]` + "\n"},
		{Raw{}, frames("a\n", "\xff"), "a\n\xff"},
	} {
		if got := string(c.f.Append([]byte("x"), c.frames)); got != "x"+c.want {
			t.Errorf("%T %q: %q, want %q", c.f, c.frames, got, c.want)
		}
	}
}

func TestParsed(t *testing.T) {
	plain, exact := mustText(t, `\t`, false), mustText(t, "::", true)
	for _, c := range []struct {
		f    Format
		line string
		want [][]byte
	}{
		{plain, "", frames("")},
		{plain, "a\t\tb\t", frames("a", "", "b", "")},
		{plain, `a\tb\`, frames(`a\tb\`)},
		{exact, `a\x3A:b::c:d\\\t\r\n`, frames("a::b", "c:d\\\t\r\n")},
		{mustText(t, "", true), `a\x00`, frames("a\x00")},
		{mustText(t, "", false), "a\tb", frames("a\tb")},
		{Hex{}, "", frames("")},
		{Hex{}, "  00Ff -\t61 ", frames("\x00\xff", "", "a")},
		{JSON{}, ` ["a", {"base64":"/w=="}, "\u00fc"] `, frames("a", "\xff", "ü")},
		{JSON{}, `"alone"`, frames("alone")},
		{Raw{}, "a\nb", frames("a\nb")},
	} {
		if got, err := c.f.Parse([]byte(c.line)); err != nil || !same(got, c.want) {
			t.Errorf("%T %q: %q, %v; want %q", c.f, c.line, got, err, c.want)
		}
	}
}

func TestRefused(t *testing.T) {
	exact := mustText(t, "|", true)
	for _, c := range []struct {
		f          Format
		line, want string
	}{
		{exact, `a\`, "backslash ends"},
		{exact, `\q`, `no escape \q`},
		{exact, `\x4`, "two hex digits"},
		{exact, `\x4g`, "two hex digits"},
		{Hex{}, "123", "pairs of hex digits"},
		{Hex{}, "0x12", "pairs of hex digits"},
		{JSON{}, "", "not one JSON array"},
		{JSON{}, "[]", "at least one frame"},
		{JSON{}, `["a"] ["b"]`, "not one JSON array"},
		{JSON{}, `{"a":1}`, "not one JSON array"},
		{JSON{}, `[1]`, "1 is no frame"},
		{JSON{}, `[null]`, "null is no frame"},
		{JSON{}, `[{"base64":"?"}]`, "not base64"},
		{JSON{}, `[{"base65":""}]`, "is no frame"},
		{JSON{}, "[\"\xff\"]", "not UTF-8"},
	} {
		if got, err := c.f.Parse([]byte(c.line)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%T %q: %q, %v; want an error with %q", c.f, c.line, got, err, c.want)
		}
	}
	for _, separator := range []string{"\n", `\r`, `\\`, "a\\", "\xff", `\xff`} {
		if _, err := NewText(separator, false); err == nil {
			t.Errorf("the separator %q is taken", separator)
		}
	}
	if _, err := New("xml", "", false); err == nil || !strings.Contains(err.Error(), "text, hex, json, raw") {
		t.Errorf("format xml: %v", err)
	}
}

func TestFrame(t *testing.T) {
	for _, c := range []struct {
		f         Format
		arg, want string
	}{
		{mustText(t, `\t`, false), "a\tb\\n", "a\tb\\n"},
		{mustText(t, `\t`, true), `a\tb`, "a\tb"},
		{Hex{}, "6162", "ab"},
		{Hex{}, "-", ""},
		{JSON{}, `"a"`, `"a"`},
		{Raw{}, `\n`, `\n`},
	} {
		if got, err := c.f.Frame(c.arg); err != nil || string(got) != c.want {
			t.Errorf("%T %q: %q, %v", c.f, c.arg, got, err)
		}
	}
}

func TestReaderLines(t *testing.T) {
	long := strings.Repeat("x", 200<<10)
	r := NewReader(strings.NewReader("a\tb\r\n\n"+long+"\nlast"), mustText(t, `\t`, false))
	for _, want := range [][][]byte{frames("a", "b"), frames(""), frames(long), frames("last")} {
		if got, err := r.Next(); err != nil || !same(got, want) {
			t.Fatalf("%.40q, %v; want %.40q", got, err, want)
		}
	}
	for range 2 {
		if got, err := r.Next(); err != io.EOF {
			t.Errorf("after the end: %q, %v", got, err)
		}
	}
}

func TestReaderNamesTheLine(t *testing.T) {
	r := NewReader(strings.NewReader("61\nxy\n"), Hex{})
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(); err == nil || !strings.HasPrefix(err.Error(), "line 2: ") {
		t.Errorf("%v", err)
	}
}

func TestReaderRaw(t *testing.T) {
	r := NewReader(strings.NewReader("a\n\nb"), Raw{})
	if got, err := r.Next(); err != nil || !same(got, frames("a\n\nb")) {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("second message: %v", err)
	}
	if _, err := NewReader(strings.NewReader(""), Raw{}).Next(); err != io.EOF {
		t.Errorf("nothing at all: %v", err)
	}
}

// A stream without line ends, or without an end, is read as far as the limit and no further.
func TestReaderHasALimit(t *testing.T) {
	for _, f := range []Format{mustText(t, `\t`, false), Raw{}} {
		in := &endless{left: 4 << 20}
		r := NewReader(in, f)
		r.Limit = 100 << 10
		got, err := r.Next()
		if limit := (TooLongError{}); !errors.As(err, &limit) || limit.Limit != r.Limit || f.Lines() && !strings.HasPrefix(err.Error(), "line 1: ") {
			t.Errorf("%T: %d frames, %v", f, len(got), err)
		}
		if in.left < 3<<20 {
			t.Errorf("%T: it has read on, %d bytes are left", f, in.left)
		}
		if _, err := r.Next(); err != io.EOF {
			t.Errorf("%T goes on with %v", f, err)
		}
		r = NewReader(strings.NewReader("12345\n123456\n"), f)
		r.Limit = int64(map[bool]int{true: 6, false: 13}[f.Lines()])
		if _, err := r.Next(); err != nil {
			t.Errorf("%T: a message as long as the limit: %v", f, err)
		}
	}
}

// endless is a stream of zeros, which ends so that a test does.
type endless struct{ left int }

func (e *endless) Read(b []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	clear(b)
	e.left -= len(b)
	return len(b), nil
}

// FuzzRoundTrip: every message is read back as it was written.
func FuzzRoundTrip(f *testing.F) {
	f.Add("\t", []byte("a"), []byte("b"), 2)
	f.Add("aa", []byte("a"), []byte("aaa"), 2)
	f.Add("ü", []byte("\xc3"), []byte("\xbc\n\r\t\\x41"), 2)
	f.Add("", []byte("-"), []byte{}, 1)
	f.Add("\\x00", []byte{0, 0xff, 0x80, '"', '<', '|'}, []byte("\u2028\U0001f600"), 2)
	f.Fuzz(func(t *testing.T, separator string, a, b []byte, n int) {
		message := [][]byte{a, b}[:1+n&1]
		list := []Format{Hex{}, JSON{}}
		if text, err := NewText(separator, true); err == nil && (text.separator != "" || len(message) == 1) {
			list = append(list, text)
		}
		for _, f := range list {
			written := f.Append(nil, message)
			r := NewReader(bytes.NewReader(written), f)
			got, err := r.Next()
			if err != nil || !same(got, message) {
				t.Fatalf("%T %+v: %q was written as %q and read as %q, %v", f, f, message, written, got, err)
			}
			if _, err := r.Next(); err != io.EOF {
				t.Fatalf("%T: after %q comes %v", f, written, err)
			}
		}
	})
}

// FuzzParse: no line brings a format down, and what is read can be written.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "a\tb", `\x41\\`, `\x4`, "00ff -", `["a",{"base64":"/w=="}]`, `"\ud800"`, "[[]]", "[", "\xff"} {
		f.Add([]byte(seed))
	}
	text, exact := mustText(f, `\t`, false), mustText(f, `\t`, true)
	f.Fuzz(func(t *testing.T, line []byte) {
		for _, f := range []Format{text, exact, Hex{}, JSON{}, Raw{}} {
			got, err := f.Parse(line)
			if err != nil {
				continue
			}
			if len(got) == 0 {
				t.Fatalf("%T: %q is a message without frames", f, line)
			}
			f.Append(nil, got)
		}
	})
}
