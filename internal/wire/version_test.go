// SPDX-License-Identifier: Apache-2.0

package wire

import "testing"

func TestWhatEachVersionHas(t *testing.T) {
	tests := []struct {
		version                     Version
		name                        string
		commands, subscribe, v1Head bool
	}{
		{0, "ZMTP undecided", false, false, false},
		{V1Unversioned, "ZMTP 1.0 unversioned", false, false, true},
		{V1, "ZMTP 1.0", false, false, true},
		{V2, "ZMTP 2.0", false, false, false},
		{V30, "ZMTP 3.0", true, false, false},
		{V31, "ZMTP 3.1", true, true, false},
	}
	for _, tt := range tests {
		v := tt.version
		if v.String() != tt.name || v.HasCommands() != tt.commands ||
			v.SubscribesByCommand() != tt.subscribe || v.V1Framing() != tt.v1Head {
			t.Errorf("%v: commands %v, subscribes by command %v, v1 framing %v",
				v, v.HasCommands(), v.SubscribesByCommand(), v.V1Framing())
		}
	}
	if got := Version(99).String(); got != "ZMTP version 99" {
		t.Errorf("unknown version: %q", got)
	}
}
