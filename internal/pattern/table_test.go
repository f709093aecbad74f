// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"slices"
	"strings"
	"testing"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
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

func takes(local, peer string) bool {
	t := TypeNamed(local)
	return t != nil && t.TakesPeer(peer)
}

func TestEachSocketTypeHasTheRowOfItsNumber(t *testing.T) {
	for n := range types {
		if row := TypeOf(n); row.Number != n || TypeNamed(row.Name) != row || accepts[row.Name] != strings.Join(row.Peers, " ") {
			t.Errorf("row %d is %+v", n, row)
		}
	}
	if len(types) != len(accepts) || TypeOf(-1) != nil || TypeOf(len(types)) != nil || TypeNamed("") != nil {
		t.Error("there are rows that should not be, or too few")
	}
	if TypeNamed("XREQ").Number != Dealer || TypeNamed("XREP").Number != Router {
		t.Error("the older names are unknown")
	}
}

// TestDirectionsOfSocketTypes: the table says of each type what its pattern does.
func TestDirectionsOfSocketTypes(t *testing.T) {
	for n := range types {
		row := TypeOf(n)
		h := &Host{Mailbox: new(pipe.Mailbox), Options: opt.NewSet(false), Drops: new(Drops)}
		p, err := New(n, h)
		if err != nil {
			t.Fatal(err)
		}
		m := pipe.Message{Head: []byte("x"), Tail: [][]byte{{}}}
		if sends := p.Send(&m) != zerr.ErrNotSupported; sends != row.Sends {
			t.Errorf("%s sends: %v", row.Name, sends)
		}
		if receives := p.Take(&m) != zerr.ErrNotSupported; receives != row.Receives {
			t.Errorf("%s receives: %v", row.Name, receives)
		}
	}
}

func TestSocketTypeCompatibility(t *testing.T) {
	for local, list := range accepts {
		for peer := range accepts {
			want := slices.Contains(strings.Fields(list), peer)
			if got := takes(local, peer); got != want {
				t.Errorf("%s takes %s: %v", local, peer, got)
			}
		}
	}
}

func TestSocketTypeCompatibilityIsSymmetric(t *testing.T) {
	for a := range accepts {
		for b := range accepts {
			if takes(a, b) != takes(b, a) {
				t.Errorf("%s and %s", a, b)
			}
		}
	}
}

func TestUnknownSocketTypeIsRefused(t *testing.T) {
	for local := range accepts {
		for _, peer := range []string{"", "sub", "SUB\x00", "SUBS", strings.ToLower(local), local + " "} {
			if takes(local, peer) || takes(peer, local) {
				t.Errorf("%s and %q", local, peer)
			}
		}
	}
}
