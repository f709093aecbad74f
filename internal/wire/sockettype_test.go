// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"slices"
	"strings"
	"testing"
)

// accepts is, for every socket type, the types of peers that it takes.
var accepts = map[string]string{
	"PAIR":    "PAIR",
	"PUB":     "SUB XSUB",
	"XPUB":    "SUB XSUB",
	"SUB":     "PUB XPUB",
	"XSUB":    "PUB XPUB",
	"REQ":     "REP ROUTER",
	"REP":     "REQ DEALER",
	"DEALER":  "REP DEALER ROUTER",
	"ROUTER":  "REQ DEALER ROUTER",
	"PUSH":    "PULL",
	"PULL":    "PUSH",
	"CLIENT":  "SERVER",
	"SERVER":  "CLIENT",
	"RADIO":   "DISH",
	"DISH":    "RADIO",
	"SCATTER": "GATHER",
	"GATHER":  "SCATTER",
	"PEER":    "PEER",
	"CHANNEL": "CHANNEL",
	"DGRAM":   "DGRAM",
	"STREAM":  "",
}

func TestSocketTypeCompatibility(t *testing.T) {
	for local, list := range accepts {
		for peer := range accepts {
			want := slices.Contains(strings.Fields(list), peer)
			if got := CompatiblePeer(local, peer); got != want {
				t.Errorf("%s takes %s: %v", local, peer, got)
			}
		}
	}
}

func TestSocketTypeCompatibilityIsSymmetric(t *testing.T) {
	for a := range accepts {
		for b := range accepts {
			if CompatiblePeer(a, b) != CompatiblePeer(b, a) {
				t.Errorf("%s and %s", a, b)
			}
		}
	}
}

func TestUnknownSocketTypeIsRefused(t *testing.T) {
	for local := range accepts {
		for _, peer := range []string{"", "sub", "SUB\x00", "SUBS", strings.ToLower(local), local + " "} {
			if CompatiblePeer(local, peer) || CompatiblePeer(peer, local) {
				t.Errorf("%s and %q", local, peer)
			}
		}
	}
	if CompatiblePeer("", "") || CompatiblePeer("XYZ", "XYZ") {
		t.Error("unknown types match each other")
	}
}
