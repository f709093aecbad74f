// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"errors"
	"strings"
	"syscall"
	"testing"

	"github.com/gozmq/zmq/internal/zerr"
)

func TestSplitAtTheFirstSeparator(t *testing.T) {
	for _, c := range []struct{ endpoint, scheme, address string }{
		{"tcp://127.0.0.1:5555", "tcp", "127.0.0.1:5555"},
		{"ipc:///run/x", "ipc", "/run/x"},
		{"inproc://a://b", "inproc", "a://b"},
		{"inproc:// ", "inproc", " "},
		{"TCP://*:1", "TCP", "*:1"}, // another scheme than tcp: the caller's matter
		{":x://y", ":x", "y"},
		{"tcp:////", "tcp", "//"},
	} {
		scheme, address, err := Split(c.endpoint)
		if err != nil || scheme != c.scheme || address != c.address {
			t.Errorf("Split(%q) = %q, %q, %v; want %q, %q", c.endpoint, scheme, address, err, c.scheme, c.address)
		}
	}
}

func TestSplitRefusesWhatIsIncomplete(t *testing.T) {
	for _, endpoint := range []string{
		"", "tcp", "tcp:", "tcp:/", "tcp:/x", "tcp//x", // no separator
		"://", "://x", // no scheme
		"tcp://", "inproc://", // no address
	} {
		scheme, address, err := Split(endpoint)
		if !errors.Is(err, zerr.ErrInvalid) || !errors.Is(err, syscall.EINVAL) {
			t.Errorf("Split(%q): error %v, want ErrInvalid", endpoint, err)
		}
		if scheme != "" || address != "" {
			t.Errorf("Split(%q) = %q, %q besides the error", endpoint, scheme, address)
		}
		if err != nil && !strings.Contains(err.Error(), endpoint) {
			t.Errorf("Split(%q): %v does not show the endpoint", endpoint, err)
		}
	}
}

func FuzzSplit(f *testing.F) {
	for _, s := range []string{"tcp://*:1", "://", "a://b://c", "ipc://@x", "tcp:/", "\x00://\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, endpoint string) {
		scheme, address, err := Split(endpoint)
		if err != nil {
			if !errors.Is(err, zerr.ErrInvalid) {
				t.Fatalf("Split(%q): %v", endpoint, err)
			}
			return
		}
		if scheme == "" || address == "" || strings.Contains(scheme, "://") {
			t.Fatalf("Split(%q) = %q, %q", endpoint, scheme, address)
		}
		if scheme+"://"+address != endpoint {
			t.Fatalf("Split(%q) = %q, %q lost something", endpoint, scheme, address)
		}
	})
}
