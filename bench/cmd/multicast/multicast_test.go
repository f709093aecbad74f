// SPDX-License-Identifier: Apache-2.0

//go:build linux

package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTable: medians, and counts of packets where there are some.
func TestTable(t *testing.T) {
	var b strings.Builder
	f := figures{sent: 100, received: 98, seconds: 2, size: 1_000_000, pubCPU: 0.5, subCPU: 0.25}
	counted := f
	counted.wire = traffic{counted: true, naks: 3, confirms: 2, repeat: 1, bytes: 1600}
	write(&b, []row{
		{pair: pairs[0], rate: 100_000, loss: "none", trials: []figures{f, {sent: 100, seconds: 1}, f}},
		{pair: pairs[1], rate: 1000, loss: "1 %", trials: []figures{counted}},
	})
	lines := strings.Split(b.String(), "\n")
	if n := strings.Count(lines[0], "|"); n != strings.Count(lines[1], "|") || n != strings.Count(lines[2], "|") || n != strings.Count(lines[3], "|") {
		t.Errorf("the columns are not the same:\n%s", b.String())
	}
	if lines[2] != "| 100 | none | ours | ours | 392 | 2 | 0.50 s | 0.25 s | | | | |" ||
		lines[3] != "| 1 | 1 % | libzmq | libzmq | 392 | 2 | 0.50 s | 0.25 s | 3 | 2 | 1 | 1.6 |" {
		t.Errorf("\n%s", b.String())
	}
}

// TestRouterCountsAndLosesPackets: PGM in UDP alone.
func TestRouterCountsAndLosesPackets(t *testing.T) {
	packet := func(protocol, kind byte) []byte {
		b := make([]byte, 60)
		b[0], b[9], b[28+4] = 0x45, protocol, kind
		return b
	}
	r := &router{loss: 0, random: newRandom()}
	for _, kind := range []byte{typeNAK, typeNAK, typeNCF, typeRData, 0x04} {
		if !r.pass(packet(17, kind)) {
			t.Errorf("a packet of type %d is lost", kind)
		}
	}
	if want := (traffic{naks: 2, confirms: 1, repeat: 1, bytes: 240}); r.seen != want {
		t.Errorf("%+v", r.seen)
	}
	r.loss = 1
	if r.pass(packet(17, typeNAK)) || !r.pass(packet(6, typeNAK)) || !r.pass([]byte{0x60}) {
		t.Error("it loses what it should not, or does not")
	}
}

// TestTrial runs one of ours, with next to no messages.
func TestTrial(t *testing.T) {
	net, err := newRouter(0.01)
	if err != nil {
		t.Skipf("NOT TESTED: network namespaces take root and /dev/net/tun: %v", err)
	}
	defer net.close()
	program := filepath.Join(t.TempDir(), ours)
	build := exec.Command("go", "build", "-o", program, "../../peers/group/ours")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		t.Fatal(err)
	}
	f, err := plan{rounds: 1, seconds: 1, size: 1000}.trial(context.Background(), net, program, program, 2000)
	if err != nil {
		t.Fatal(err)
	}
	if f.sent == 0 || f.received == 0 || f.received > f.sent || !f.wire.counted {
		t.Errorf("%+v", f)
	}
}
