// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"errors"
	"strings"
	"testing"

	"github.com/gozmq/zmq/internal/zerr"
)

func TestEveryViolationIsAProtocolErrorWithItsRule(t *testing.T) {
	rules := map[string]Violation{}
	for v := FrameTooLong; v <= GroupHasNUL; v++ {
		if other, ok := rules[v.Rule()]; ok || v.Rule() == Violation(0).Rule() {
			t.Errorf("violation %d has the rule %q, as %d has", v, v.Rule(), other)
		}
		rules[v.Rule()] = v
		if !errors.Is(v, zerr.ErrProtocol) || !strings.HasSuffix(v.Error(), ": "+v.Rule()) ||
			zerr.Errno(v) != zerr.ErrProtocol.Errno() {
			t.Errorf("violation %d: %v", v, v)
		}
	}
	if Violation(GroupHasNUL+1).Rule() != Violation(0).Rule() {
		t.Error("the loop above does not end at the last violation")
	}
}

func TestViolationHasTheMonitorsNumber(t *testing.T) {
	want := map[Violation]uint32{
		CommandEmpty:      0x10000011,
		CommandUnnamed:    0x10000011,
		CommandTruncated:  0x10000011,
		ErrorTruncated:    0x10000015,
		MetadataTruncated: 0x10000018,
		MetadataTooLong:   0x10000018,
	}
	for v := FrameTooLong; v <= GroupHasNUL; v++ {
		if got := v.Code(); got != want[v] {
			t.Errorf("%v: %#x, want %#x", v, got, want[v])
		}
	}
}
