// SPDX-License-Identifier: Apache-2.0

// Over real connections: CURVE.

package auth

import (
	"path/filepath"
	"testing"

	"github.com/gozmq/zmq"
)

func TestCurveOverTCP(t *testing.T) {
	dir := t.TempDir()
	alice := NewCertificate(map[string]string{"name": "Alice"})
	must(t, alice.WriteFiles(filepath.Join(dir, "alice")))
	keys, err := OpenKeyDirectory(dir)
	must(t, err)
	pair := zmq.NewCurveKeypair()
	server := []zmq.Setting{pair.AsServer()}
	r := with(t, Rules{Keys: keys})
	m, ok := served(t, r, server, []zmq.Setting{alice.Keys.AsClient(pair.Public)})
	if name, _ := m.Peer().Vouched("name"); !ok || m.Peer().UserID != alice.Keys.Public.String() || name != "Alice" || m.Peer().Mechanism != "CURVE" {
		t.Errorf("%v, %+v, %q", ok, m.Peer(), name)
	}
	stranger := zmq.NewCurveKeypair()
	for _, c := range [][]zmq.Setting{
		{stranger.AsClient(pair.Public)}, {alice.Keys.AsClient(stranger.Public)}, nil,
		{zmq.PlainUsername.Of("alice"), zmq.PlainPassword.Of("secret")},
	} {
		if _, ok := served(t, r, server, c); ok {
			t.Error("a stranger is served")
		}
	}
	r.logged("peer refused", "mechanism=CURVE", stranger.Public.String(), "see=docs/troubleshooting.md#refused-or-denied")
	if _, ok := served(t, with(t, Rules{Keys: InsecureAllowAnyKey()}), server, []zmq.Setting{stranger.AsClient(pair.Public)}); !ok {
		t.Error("not every key is let in")
	}
}
