// SPDX-License-Identifier: Apache-2.0

package vsock

import (
	"errors"
	"testing"

	"github.com/gozmq/zmq/internal/zerr"
)

func TestAddresses(t *testing.T) {
	for text, want := range map[string]address{
		"3:5555":                {cid: 3, port: 5555},
		"*:*":                   {cid: anyNumber, port: anyNumber},
		"-1:-1":                 {cid: anyNumber, port: anyNumber},
		"@:5":                   {own: true, port: 5},
		"0:0":                   {},
		"4294967295:4294967295": {cid: anyNumber, port: anyNumber},
		"0003:0005":             {cid: 3, port: 5},
	} {
		if a, err := parse("vsock", text); err != nil || a != want {
			t.Errorf("%s is %+v, %v; want %+v", text, a, err, want)
		}
	}
	for _, text := range []string{
		"", "3", ":", "3:", ":5", "x:5", "3:x", "3:5x", "3x:5", "-2:5", "3:-2", "+3:5", "3:@", "4294967296:1", "1:4294967296", "1:2:3", " 3:5", "3: 5", "**:1", "host:5",
	} {
		if a, err := parse("vsock", text); !errors.Is(err, zerr.ErrInvalid) {
			t.Errorf("%q is %+v, %v", text, a, err)
		}
	}
}

func FuzzAddress(f *testing.F) {
	for _, text := range []string{"3:5555", "*:*", "@:1", "-1:-1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := parse("vsock", text)
		if err != nil || a.own {
			return
		}
		if b, err := parse("vsock", name{"vsock", a.cid, a.port}.String()); err != nil || a != b {
			t.Errorf("%q is %+v, and written anew %+v, %v", text, a, b, err)
		}
	})
}
