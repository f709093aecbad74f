// SPDX-License-Identifier: Apache-2.0

package tcp

import (
	"errors"
	"net"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/gozmq/zmq/internal/zerr"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// The tables of bind and connect addresses, as far as nothing is resolved.

func TestBindPortIsStarZeroOrDecimal(t *testing.T) {
	for text, want := range map[string]uint16{"*": 0, "0": 0, "1": 1, "5555": 5555, "65535": 65535, "0080": 80} {
		h, err := parseBind("h:" + text)
		if err != nil || h.port != want {
			t.Errorf("port %q = %d, %v; want %d", text, h.port, err, want)
		}
	}
}

func TestBindPortThatIsNoNumberIsEINVAL(t *testing.T) {
	for _, text := range []string{
		"abc", "", "65536", "00", // zero by C's rules, but neither "*" nor "0"
		"-1", "70000", "80x", " 80", "+80", "80 ", "0x50", "**", "99999999999999999999",
	} {
		_, err := parseBind("h:" + text)
		if !errors.Is(err, zerr.ErrInvalid) || !errors.Is(err, syscall.EINVAL) {
			t.Errorf("port %q: error %v, want EINVAL", text, err)
		}
	}
}

func TestBindWithoutColonIsEINVAL(t *testing.T) {
	for _, text := range []string{"*", "host", "5555", "[]"} {
		if _, err := parseBind(text); !errors.Is(err, zerr.ErrInvalid) {
			t.Errorf("%q: error %v, want EINVAL", text, err)
		}
	}
}

func TestHostEndsAtTheLastColonAndLosesItsBrackets(t *testing.T) {
	for text, want := range map[string]string{
		"[::1]:5":     "::1",
		"::1:5":       "::1",
		"[host]:5":    "host",
		"[]:5":        "",
		":5":          "",
		"[::1:5":      "[::1",
		"a:b:5":       "a:b",
		"127.0.0.1:5": "127.0.0.1",
	} {
		h, err := parseBind(text)
		if err != nil || h.host != want || h.zone != "" || h.port != 5 {
			t.Errorf("%q = %+v, %v; want host %q", text, h, err, want)
		}
	}
}

func TestZoneIsAnInterfaceOrANumber(t *testing.T) {
	lo := zmqtest.Loopback(t).Name
	ifi, err := net.InterfaceByName(lo)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"[fe80::1%" + lo + "]:5":                      lo,
		"fe80::1%" + lo + ":5":                        lo,
		"[fe80::1%" + strconv.Itoa(ifi.Index) + "]:5": lo,
		"[fe80::1%2147483647]:5":                      "2147483647",
		"a%b%" + lo + ":5":                            lo,
	} {
		h, err := parseBind(text)
		if err != nil || h.zone != want {
			t.Errorf("%q = %+v, %v; want zone %q", text, h, err, want)
		}
	}
}

func TestZoneThatIsEmptyOrUnknownIsEINVAL(t *testing.T) {
	for _, zone := range []string{"", "0", "nosuchif0", "-1", "1x", "4294967296", "99999999999999999999", "_"} {
		if _, err := parseBind("[fe80::1%" + zone + "]:5"); !errors.Is(err, zerr.ErrInvalid) {
			t.Errorf("zone %q: error %v, want EINVAL", zone, err)
		}
	}
}

func TestConnectCheckRefuses(t *testing.T) {
	for _, text := range []string{
		"*:5555", "host", "host:", "host:*", "-x:5", "h:5/x", "_h:5", // the table of examples
		"", ".h:5", "%h:5", ";h:5", "]:5", "*", " h:5", // first character
		"h h:5", "h@x:5", "h:5\x00", "hé:5", "h,i:5", "a+b:5", // other characters
		"h:5:", "h:x5", "h:-5", "[::f]", "h:%5", // after the last colon
		"h:65536", "h:70000", "h:99999999999999999999", // libzmq truncates
	} {
		err := New().CheckConnect(text)
		if !errors.Is(err, zerr.ErrInvalid) || !errors.Is(err, syscall.EINVAL) {
			t.Errorf("CheckConnect(%q): error %v, want EINVAL", text, err)
		}
	}
}

func TestConnectCheckAccepts(t *testing.T) {
	for _, text := range []string{
		":5", "nosuch:5", "h:0", "h:5abc", // the table of examples
		"192.0.2.1:5", "[2001:db8::1]:5", "::1:5", "[fe80::1%eth0]:5", "[fe80::1%nosuch]:5",
		"192.0.2.9:0;192.0.2.1:5", "h:*;x:5", "[*]:0;h:5", "a;b;c:5", "[::1]", "5:5", "h_i.j-k:65535",
	} {
		if err := New().CheckConnect(text); err != nil {
			t.Errorf("CheckConnect(%q): %v", text, err)
		}
	}
}

func TestConnectPortIsTheLeadingDigits(t *testing.T) {
	for text, want := range map[string]uint16{"h:5": 5, "h:5abc": 5, "h:0": 0, "h:007": 7, "h:80.5": 80} {
		_, to, err := parseConnect(text)
		if err != nil || to.port != want {
			t.Errorf("%q = %+v, %v; want port %d", text, to, err, want)
		}
	}
}

func TestSourceEndsAtTheLastSemicolon(t *testing.T) {
	source, to, err := parseConnect("192.0.2.9:7;192.0.2.1:5")
	if err != nil || source == nil || source.host != "192.0.2.9" || source.port != 7 || to.host != "192.0.2.1" || to.port != 5 {
		t.Errorf("source %+v, to %+v, %v", source, to, err)
	}
	source, to, err = parseConnect("a;b:*;h:5")
	if err != nil || source == nil || source.host != "a;b" || source.port != 0 || to.host != "h" {
		t.Errorf("source %+v, to %+v, %v", source, to, err)
	}
	if source, _, err = parseConnect("h:5"); err != nil || source != nil {
		t.Errorf("source %+v, %v without a source part", source, err)
	}
}

func FuzzParseBind(f *testing.F) {
	for _, s := range []string{"*:*", "[::1]:5", "::1:5", "a%b:1", "[fe80::1%lo]:0", "h:65536", ":", "[]:0", "%:1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		h, err := parseBind(text)
		if err != nil {
			if !errors.Is(err, zerr.ErrInvalid) {
				t.Fatalf("parseBind(%q): %v", text, err)
			}
			return
		}
		if !strings.Contains(text, h.host) {
			t.Fatalf("parseBind(%q): host %q is not in it", text, h.host)
		}
		port := text[strings.LastIndexByte(text, ':')+1:]
		if n, err := strconv.Atoi(port); port != "*" && (err != nil || n != int(h.port)) {
			t.Fatalf("parseBind(%q): port %d", text, h.port)
		}
	})
}

func FuzzParseConnect(f *testing.F) {
	for _, s := range []string{"h:5", "h:5abc", "a:*;h:5", ":5", "[::1]:5", "[fe80::1%0]:5", "*:5", "a;b;c:5", "h:70000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checked := New().CheckConnect(text)
		_, to, err := parseConnect(text)
		if err != nil && !errors.Is(err, zerr.ErrInvalid) {
			t.Fatalf("parseConnect(%q): %v", text, err)
		}
		if checked != nil {
			if err == nil {
				t.Fatalf("parseConnect(%q) accepts what CheckConnect refuses: %v", text, checked)
			}
			return
		}
		port := text[strings.LastIndexByte(text, ':')+1:]
		if port == "" || port[0] < '0' || port[0] > '9' {
			t.Fatalf("CheckConnect(%q) accepts a port without digit", text)
		}
		number, _, _ := strings.Cut(strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return ' '
			}
			return r
		}, port), " ")
		if n, bad := strconv.Atoi(number); err == nil && (bad != nil || n != int(to.port)) {
			t.Fatalf("parseConnect(%q): port %d", text, to.port)
		}
	})
}
