// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"

	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

func TestRun(t *testing.T) {
	const want = `first, at change 6: first=was here key0=value0 key1=value1 key2=value2 key3=value3 key4=value4
second, at change 7: first=was here key0=value0 key1=value1 key2=value2 key3=value3 key4=value4 second=was here
`
	var out strings.Builder
	if err := run(zmqtest.Deadline(t), &out); err != nil {
		t.Fatalf("%v, after:\n%s", err, out.String())
	}
	if out.String() != want {
		t.Errorf("it prints:\n%s\nwant:\n%s", out.String(), want)
	}
}

// The first snapshot stops before its end, as when the server's time for it is over.
func TestSnapshotWithoutEndIsAskedForAgain(t *testing.T) {
	ctx := zmqtest.Deadline(t)
	s, err := newServer()
	if err != nil {
		t.Fatal(err)
	}
	defer s.snapshots.Close()
	defer s.updates.Close()
	defer s.changes.Close()
	c, err := newClone(s)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	fetched := make(chan error, 1)
	go func() { fetched <- c.fetch(ctx) }()
	m, err := s.snapshots.Recv(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.snapshots.SendString(ctx, m.String(), string(m.Last()), "old", "entry"); err != nil {
		t.Fatal(err)
	}
	again, err := s.snapshots.Recv(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if string(again.Last()) == string(m.Last()) {
		t.Errorf("both requests have the number %q", m.Last())
	}
	s.table["key"], s.number = "value", 7
	requests := s.snapshots.Incoming(ctx)
	for { // one that comes too late for the client's patience is asked for again too
		s.sendSnapshot(ctx, again.String(), string(again.Last()))
		select {
		case err := <-fetched:
			if err != nil || c.number != 7 || len(c.table) != 1 || c.table["key"] != "value" {
				t.Errorf("the copy is %v at change %d, %v", c.table, c.number, err)
			}
			return
		case again = <-requests:
		}
	}
}
