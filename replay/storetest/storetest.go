// SPDX-License-Identifier: Apache-2.0

// Package storetest tests that a store does what replay.Store promises.
// It starts no goroutine that outlives a test.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gozmq/zmq/replay"
)

// Opener makes an empty store with a retention, which the tests close.
type Opener func(t *testing.T, r replay.Retention) replay.Store

// Run runs all tests. A store that measures what it keeps in another way, or drops later,
// is given slack: by how many messages it may differ.
func Run(t *testing.T, open Opener, slack uint64) {
	for name, test := range map[string]func(t *testing.T, open Opener){
		"Empty":        empty,
		"Numbers":      numbers,
		"Frames":       frames,
		"CopiesFrames": copiesFrames,
		"Find":         find,
		"ReadEnds":     readEnds,
		"ReadsBesides": readsBesides,
		"Concurrent":   concurrent,
		"Closed":       closed,
	} {
		t.Run(name, func(t *testing.T) { test(t, open) })
	}
	t.Run("Retention", func(t *testing.T) { retention(t, open, slack) })
}

// opened opens a store for one test.
func opened(t *testing.T, open Opener, r replay.Retention) replay.Store {
	t.Helper()
	s := open(t, r)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func ctx(t *testing.T) context.Context {
	c, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return c
}

// started is the time of message 0. Message n was published n seconds later.
var started = time.Unix(1_700_000_000, 0)

func record(n int, frames ...string) replay.Record {
	r := replay.Record{Time: started.Add(time.Duration(n) * time.Second)}
	for _, f := range frames {
		r.Frames = append(r.Frames, []byte(f))
	}
	return r
}

// fill appends messages that say their number, some at a time.
func fill(t *testing.T, s replay.Store, from, to int) {
	t.Helper()
	for from < to {
		var some []replay.Record
		for n := from; n < to && len(some) < 7; n++ {
			some = append(some, record(n, fmt.Sprint(n)))
		}
		check(t, s.Append(ctx(t), some))
		for i, r := range some {
			if r.Number != uint64(from+i) || !r.Kept {
				t.Fatalf("record %d has number %d, kept: %v", from+i, r.Number, r.Kept)
			}
		}
		from += len(some)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func state(t *testing.T, s replay.Store) replay.State {
	t.Helper()
	st, err := s.State(ctx(t))
	check(t, err)
	if st.First > st.Next || st.Epoch == 0 || st.Messages > st.Next-st.First {
		t.Fatalf("state %+v", st)
	}
	return st
}

// read returns the texts of all records from a number on, and their first number.
func read(t *testing.T, s replay.Store, from uint64) (texts []string, first uint64) {
	t.Helper()
	next := uint64(0)
	for r, err := range s.Read(ctx(t), from) {
		check(t, err)
		if texts == nil {
			first, next = r.Number, r.Number
		}
		if r.Number != next || r.Number < from {
			t.Fatalf("read %d, not %d, from %d", r.Number, next, from)
		}
		next++
		texts = append(texts, string(bytes.Join(r.Frames, []byte("|"))))
	}
	return texts, first
}

func empty(t *testing.T, open Opener) {
	s := opened(t, open, replay.Retention{})
	if st := state(t, s); st.First != 0 || st.Next != 0 || st.Messages != 0 {
		t.Errorf("state of an empty store %+v", st)
	}
	if got, _ := read(t, s, 0); got != nil {
		t.Errorf("read %q of an empty store", got)
	}
	n, err := s.Find(ctx(t), started)
	if err != nil || n != 0 {
		t.Errorf("found %d, %v in an empty store", n, err)
	}
	check(t, s.Append(ctx(t), nil))
}

func numbers(t *testing.T, open Opener) {
	s := opened(t, open, replay.Retention{Messages: 1000})
	before := state(t, s)
	fill(t, s, 0, 100)
	st := state(t, s)
	if st.First != 0 || st.Next != 100 || st.Messages != 100 || st.Bytes <= 0 || st.Epoch != before.Epoch {
		t.Errorf("state after 100 messages %+v, before them %+v", st, before)
	}
	for _, from := range []uint64{0, 1, 57, 99} {
		got, first := read(t, s, from)
		if first != from || len(got) != int(100-from) || got[0] != fmt.Sprint(from) || got[len(got)-1] != "99" {
			t.Errorf("read from %d: %q from %d on", from, got, first)
		}
	}
	for _, from := range []uint64{100, 101, 1 << 40, 1<<64 - 1} {
		if got, _ := read(t, s, from); got != nil {
			t.Errorf("read from %d: %q", from, got)
		}
	}
}

func frames(t *testing.T, open Opener) {
	s := opened(t, open, replay.Retention{})
	want := [][]string{{""}, {"one"}, {"a", "", "c"}, {"", ""}, {string(make([]byte, 100_000))}, {"\x00\x01", "\x00"}}
	for i, f := range want {
		check(t, s.Append(ctx(t), []replay.Record{record(i, f...)}))
	}
	i := 0
	for r, err := range s.Read(ctx(t), 0) {
		check(t, err)
		got := make([]string, len(r.Frames))
		size := 0
		for j, f := range r.Frames {
			got[j] = string(f)
			size += len(f)
		}
		if !slices.Equal(got, want[i]) || r.Size() != size || !r.Kept {
			t.Errorf("record %d has %.80q, want %.80q", i, got, want[i])
		}
		if !r.Time.Equal(record(i).Time) {
			t.Errorf("record %d is of %v, not %v", i, r.Time, record(i).Time)
		}
		i++
	}
	if i != len(want) {
		t.Errorf("read %d records", i)
	}
}

func copiesFrames(t *testing.T, open Opener) {
	s := opened(t, open, replay.Retention{})
	r := record(0, "before", "too")
	check(t, s.Append(ctx(t), []replay.Record{r}))
	copy(r.Frames[0], "after!")
	copy(r.Frames[1], "!!!")
	if got, _ := read(t, s, 0); !slices.Equal(got, []string{"before|too"}) {
		t.Errorf("read %q", got)
	}
}

func find(t *testing.T, open Opener) {
	s := opened(t, open, replay.Retention{Messages: 1000})
	fill(t, s, 0, 50)
	for _, c := range []struct {
		after time.Duration
		want  uint64
	}{
		{-time.Hour, 0}, {0, 0}, {1, 1}, {time.Second, 1}, {20*time.Second - 1, 20}, {20 * time.Second, 20},
		{49 * time.Second, 49}, {49*time.Second + 1, 50}, {time.Hour, 50},
	} {
		if n, err := s.Find(ctx(t), started.Add(c.after)); err != nil || n != c.want {
			t.Errorf("found %d, %v at %v, want %d", n, err, c.after, c.want)
		}
	}
}

func readEnds(t *testing.T, open Opener) {
	s := opened(t, open, replay.Retention{Messages: 5000})
	fill(t, s, 0, 1000)
	n := 0
	for _, err := range s.Read(ctx(t), 0) {
		check(t, err)
		if n++; n == 500 {
			break
		}
	}
	c, cancel := context.WithCancel(ctx(t))
	defer cancel()
	n = 0
	var last error
	for _, err := range s.Read(c, 0) {
		if last = err; err != nil {
			break
		}
		if n++; n == 10 {
			cancel()
		}
	}
	if last != nil && !errors.Is(last, context.Canceled) {
		t.Errorf("a read whose context was cancelled: %v", last)
	}
	fill(t, s, 1000, 1001) // nothing is blocked
}

// readsBesides appends while a reader is in the middle.
func readsBesides(t *testing.T, open Opener) {
	s := opened(t, open, replay.Retention{Messages: 5000})
	fill(t, s, 0, 600)
	next := uint64(0)
	for r, err := range s.Read(ctx(t), 0) {
		check(t, err)
		if r.Number != next || string(r.Frames[0]) != fmt.Sprint(next) {
			t.Fatalf("read %d %q, not %d", r.Number, r.Frames[0], next)
		}
		if next++; next == 300 {
			fill(t, s, 600, 700)
		}
	}
	if next < 600 || next > 700 {
		t.Errorf("read %d records", next)
	}
}

func concurrent(t *testing.T, open Opener) {
	s := opened(t, open, replay.Retention{Messages: 5000})
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() {
			for i := range 50 {
				r := []replay.Record{record(i, fmt.Sprint(w, ".", i))}
				if err := s.Append(ctx(t), r); err != nil || !r[0].Kept {
					t.Error(err)
				}
			}
		})
		all.Go(func() {
			for range 10 {
				for _, err := range s.Read(ctx(t), 0) {
					if err != nil {
						t.Error(err)
					}
				}
				if _, err := s.State(ctx(t)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	got, _ := read(t, s, 0)
	if len(got) != 200 {
		t.Errorf("read %d records of 200", len(got))
	}
	slices.Sort(got)
	if n := len(slices.Compact(got)); n != 200 {
		t.Errorf("read %d different records of 200", n)
	}
}

func retention(t *testing.T, open Opener, slack uint64) {
	t.Run("Messages", func(t *testing.T) {
		s := opened(t, open, replay.Retention{Messages: 100})
		fill(t, s, 0, 1000)
		keeps(t, s, 900, slack)
	})
	t.Run("Bytes", func(t *testing.T) {
		s := opened(t, open, replay.Retention{Bytes: 100 * (replay.Overhead + 1000)})
		for n := range 500 {
			check(t, s.Append(ctx(t), []replay.Record{record(n, string(make([]byte, 1000)))}))
		}
		keeps(t, s, 400, slack)
	})
	t.Run("Age", func(t *testing.T) {
		s := opened(t, open, replay.Retention{Age: time.Hour})
		now := time.Now()
		for n := range 200 {
			r := record(0, fmt.Sprint(n))
			r.Time = now.Add(time.Duration(n-199) * time.Minute)
			check(t, s.Append(ctx(t), []replay.Record{r}))
		}
		st := state(t, s)
		// The oldest but 60 are older than an hour; the clock goes on meanwhile.
		if st.Next != 200 || st.First+slack < 139 || st.First > 145 {
			t.Errorf("of 200 messages, one a minute, an hour keeps %d to %d", st.First, st.Next)
		}
	})
}

// keeps checks that a store has dropped its oldest messages up to first, or up to slack
// messages fewer.
func keeps(t *testing.T, s replay.Store, first, slack uint64) {
	t.Helper()
	st := state(t, s)
	if st.First > first+1+slack || st.First+slack < first {
		t.Errorf("keeps %d to %d, want %d on, or up to %d more or fewer", st.First, st.Next, first, slack)
	}
	got, from := read(t, s, 0)
	if from != st.First || uint64(len(got)) != st.Next-st.First || st.Messages != uint64(len(got)) {
		t.Errorf("read %d from %d on, of %+v", len(got), from, st)
	}
}

func closed(t *testing.T, open Opener) {
	s := open(t, replay.Retention{})
	fill(t, s, 0, 3)
	check(t, s.Close())
	errs := map[string]error{"Append": s.Append(ctx(t), []replay.Record{record(3, "x")})}
	for _, err := range s.Read(ctx(t), 0) {
		errs["Read"] = err
		break
	}
	_, errs["State"] = s.State(ctx(t))
	_, errs["Find"] = s.Find(ctx(t), started)
	for _, call := range []string{"Append", "Read", "State", "Find"} {
		if !errors.Is(errs[call], net.ErrClosed) {
			t.Errorf("%s of a closed store: %v", call, errs[call])
		}
	}
}
