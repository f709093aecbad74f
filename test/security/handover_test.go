// SPDX-License-Identifier: Apache-2.0

package security_test

import (
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// handover connects an older peer and then a newer one with the same routing id to a
// ROUTER with HandoverToSameUser, and reports which of them has the id in the end.
func handover(r *rig.Test, server, older, newer []zmq.Setting) string {
	r.Helper()
	router, at := r.Bind(zmq.ROUTER, rig.AnyPort, append(server, zmq.HandoverToSameUser.Of(true))...)
	same := []zmq.Setting{rig.RoutingID("same"), zmq.ReconnectInterval.Of(-1)}
	a := r.Connect(zmq.DEALER, at, append(same, older...)...)
	r.WaitPeers(router, 1)
	b := r.Connect(zmq.DEALER, at, append(same, newer...)...)
	r.WaitUntil("it is decided", func() bool { return len(a.Peers()) == 0 || router.Stats().DuplicateIDs == 1 })
	r.Send(router, "same", "yours")
	if len(a.Peers()) == 0 {
		r.WantRecv(b, "yours")
		return "newer"
	}
	r.WantRecv(a, "yours")
	return "older"
}

func TestHandoverToSameUserOnly(t *testing.T) {
	keys, one, two := zmq.NewCurveKeypair(), zmq.NewCurveKeypair(), zmq.NewCurveKeypair()
	curve := []zmq.Setting{keys.AsServer()}
	client := func(k zmq.CurveKeypair) []zmq.Setting { return []zmq.Setting{k.AsClient(keys.Public)} }
	named := func(user string) []zmq.Setting {
		return []zmq.Setting{zmq.PlainUsername.Of(user), zmq.PlainPassword.Of("x")}
	}
	byName := func(request []string) []string { return reply("200", "OK", request[6]) }
	for _, y := range []struct {
		name                 string
		zap                  func([]string) []string // nil: no handler
		server, older, newer []zmq.Setting
		has                  string
	}{
		{"CURVE, one key, no handler", nil, curve, client(one), client(one), "newer"},
		{"CURVE, two keys, no handler", nil, curve, client(one), client(two), "older"},
		{"CURVE, two keys of one user", always(reply("200", "OK", "alice")...), curve, client(one), client(two), "newer"},
		{"CURVE, two keys without a user", always(reply("200", "OK", "")...), curve, client(one), client(two), "older"},
		{"PLAIN, one user", byName, []zmq.Setting{zmq.PlainServer.Of(true)}, named("alice"), named("alice"), "newer"},
		{"PLAIN, two users", byName, []zmq.Setting{zmq.PlainServer.Of(true)}, named("alice"), named("bob"), "older"},
		{"NULL", nil, nil, nil, nil, "older"},
		{"NULL, whom a handler calls one user", always(reply("200", "OK", "alice")...), []zmq.Setting{zmq.ZAPDomain.Of("d")}, nil, nil, "older"},
		{"NULL with RouterHandover", nil, []zmq.Setting{zmq.RouterHandover.Of(true)}, nil, nil, "newer"},
	} {
		t.Run(y.name, func(t *testing.T) {
			r := rig.New(t)
			if y.zap != nil {
				zapHandler(t, r.ZMQ, zmq.REP, y.zap)
			}
			if has := handover(r, y.server, y.older, y.newer); has != y.has {
				t.Errorf("the %s peer has the routing id, want the %s", has, y.has)
			}
		})
	}
}

func TestHandoverToSameUserNeverInProcess(t *testing.T) {
	r := rig.New(t)
	router, at := r.Bind(zmq.ROUTER, "inproc://it", zmq.HandoverToSameUser.Of(true))
	first := r.Connect(zmq.DEALER, at, rig.RoutingID("same"))
	r.Connect(zmq.DEALER, at, rig.RoutingID("same"))
	r.WaitPeers(router, 2)
	r.Send(router, "same", "yours")
	r.WantRecv(first, "yours")
}
