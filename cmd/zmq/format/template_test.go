// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"
	"testing"
	"time"
)

func TestTemplates(t *testing.T) {
	zone := time.FixedZone("", 3600)
	shown := &Shown{Frames: frames("topic", "a\tb", "\xff"), Number: 7, Time: time.Date(2026, 3, 4, 5, 6, 7, 89_012_345, zone),
		Peer: "tcp://10.0.0.1:5", Identity: []byte("me\n"), Way: ">"}
	text := mustText(t, `\t`, false)
	for _, c := range []struct {
		f              Format
		template, want string
	}{
		{text, "%m", "topic\ta\\tb\t\\xff\n"},
		{text, "%1|%3|%4|", "topic|\\xff||\n"},
		{text, "%f %l %n", "3 9 7\n"},
		{text, "%t", "2026-03-04T05:06:07.089+01:00\n"},
		{text, "%u", "1772597167.089012\n"},
		{text, `%p\t%i %d 100%%`, "tcp://10.0.0.1:5\tme\\n > 100%\n"},
		{JSON{}, `{"n":%n,"m":%m}`, `{"n":7,"m":["topic","a\tb",{"base64":"/w=="}]}` + "\n"},
		{Raw{}, "%1", "topic"},
		{text, "", "\n"},
	} {
		template, err := NewTemplate(c.template, c.f)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(template.Append([]byte("x"), shown)); got != "x"+c.want {
			t.Errorf("%s: %q, want %q", c.template, got, c.want)
		}
	}
	for template, want := range map[string]string{"%q": "no field %q", "100%": "ends with a percent sign", `\q`: "no escape"} {
		if _, err := NewTemplate(template, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", template, err)
		}
	}
}

// The topic of a message in colour is what it is without.
func TestPaintedText(t *testing.T) {
	p := mustText(t, `\t`, false).Painted()
	for _, c := range []struct {
		frames [][]byte
		want   string
	}{
		{frames("a"), "a\n"},
		{frames("a\n", "b"), "\x1b[36ma\\n\x1b[0m\tb\n"},
	} {
		if got := string(p.Append(nil, c.frames)); got != c.want {
			t.Errorf("%q: %q, want %q", c.frames, got, c.want)
		}
	}
}
