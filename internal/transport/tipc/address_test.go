// SPDX-License-Identifier: Apache-2.0

package tipc

import (
	"errors"
	"testing"

	"github.com/gozmq/zmq/internal/zerr"
)

// TestAddresses: with the LAST_ENDPOINT that libzmq 4.3.4 has for each.
func TestAddresses(t *testing.T) {
	for text, want := range map[string]struct {
		a    address
		last string
	}{
		"{100,5,9}":               {address{span, 100, 5, 9, zoneOne, 0}, "{100, 5, 9}"},
		"{100, 5, 9}":             {address{span, 100, 5, 9, zoneOne, 0}, "{100, 5, 9}"},
		"{64,0,0}":                {address{span, 64, 0, 0, zoneOne, 0}, "{64, 0, 0}"},
		"{65,1}":                  {address{service, 65, 1, 1, zoneOne, 0}, "{65, 1, 16777216}"},
		"{100,1}@1.2.3":           {address{service, 100, 1, 1, 16785411, 0}, "{100, 1, 16785411}"},
		"{100,1}@0.0.0":           {address{service, 100, 1, 1, 0, 0}, "{100, 1, 0}"},
		"{4294967295,4294967295}": {address{service, 4294967295, 4294967295, 4294967295, zoneOne, 0}, "{4294967295, 4294967295, 16777216}"},
		"<1.2.3:4>":               {address{kind: identity, node: 16785411, ref: 4}, "<1.2.3:4>"},
		"<255.4095.4095:0>":       {address{kind: identity, node: 1<<32 - 1}, "<255.4095.4095:0>"},
		"<*>":                     {address{kind: assigned}, "<*>"},
	} {
		a, err := parse(text)
		if err != nil || a != want.a || a.String() != want.last {
			t.Errorf("%s is %+v, %q, %v; want %+v, %q", text, a, a, err, want.a, want.last)
		}
	}
	for _, text := range []string{
		"", "100,1", "{}", "{100}", "{100,1", "{100,1}x", "{100,1,2,3}", "{100,9,5}", "{63,1}", "{64,1}", "{63,0,0}", "{a,1}", "{100,-1}",
		"{100,+1}", "{4294967296,1}", "{ 100 , 1 }", "{0x64,1}", "{100,1}@", "{100,1}@1.2", "{100,1}@1.2.3.4", "{100,0,0}@1.2.3",
		"{100,1}@256.0.0", "<>", "<1.2.3>", "<1.2.3:>", "<1.2.3:4", "<1.2.3:4>x", "<256.1.1:1>", "<1.4096.1:1>", "<1.1.4096:1>", "<1.2:4>", "1.2.3:4", "<*>x", "*",
	} {
		if a, err := parse(text); !errors.Is(err, zerr.ErrInvalid) {
			t.Errorf("%q is %+v, %v", text, a, err)
		}
	}
}

// FuzzAddress: what is taken is written such that it is taken again, and is the same but
// for the domain of a service, which libzmq's form loses.
func FuzzAddress(f *testing.F) {
	for _, text := range []string{"{100,5,9}", "{65,1}@1.2.3", "<1.2.3:4>", "<*>"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := parse(text)
		if err != nil {
			return
		}
		if b, err := parse(a.String()); a.kind != service && (err != nil || b != a) {
			t.Errorf("%q is %+v, written %q, which is %+v, %v", text, a, a, b, err)
		}
	})
}
