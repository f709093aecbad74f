// SPDX-License-Identifier: Apache-2.0

//go:build !js

package diskstore

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/replay"
	"github.com/gozmq/zmq/replay/storetest"
)

// childVariable makes this test binary a process that appends to a file until it is
// killed: what it holds is the interval of syncs.
const childVariable = "ZMQ_DISKSTORE_CHILD"

// killsVariable says how often TestKill kills: ZMQ_DISKSTORE_KILLS=1000.
const killsVariable = "ZMQ_DISKSTORE_KILLS"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		if err := child(os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	zmqtest.CheckGoroutines(m)
}

func opened(t *testing.T, path string, cfg Config) *Store {
	t.Helper()
	s, err := Open(path, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestStore(t *testing.T) {
	for _, interval := range []time.Duration{0, time.Millisecond} {
		t.Run(interval.String(), func(t *testing.T) {
			storetest.Run(t, func(t *testing.T, r replay.Retention) replay.Store {
				return opened(t, filepath.Join(t.TempDir(), "s"), Config{Retention: r, SyncInterval: interval})
			}, 0)
		})
	}
}

// text is what message n says: its number, and so much that a group has several pages.
func text(n uint64) []byte { return fmt.Appendf(nil, "%d %0*d", n, int(n%700), 0) }

func appendNext(s replay.Store, count int) error {
	st, err := s.State(context.Background())
	if err != nil {
		return err
	}
	records := make([]replay.Record, count)
	for i := range records {
		records[i] = replay.Record{Time: time.Now(), Frames: [][]byte{text(st.Next + uint64(i))}}
	}
	return s.Append(context.Background(), records)
}

// verify reads all messages, checks what they say and that none up to next is missing,
// and returns how many there are.
func verify(t *testing.T, s replay.Store, first, next uint64) uint64 {
	t.Helper()
	number := first
	for r, err := range s.Read(context.Background(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if r.Number != number || len(r.Frames) != 1 || string(r.Frames[0]) != string(text(number)) {
			t.Fatalf("message %d is %.20q, want %d", r.Number, r.Frames, number)
		}
		number++
	}
	if number < next {
		t.Fatalf("messages end before %d, but those before %d were confirmed", number, next)
	}
	return number
}

func TestStoreGoesOnWithItsEpochAndNumbers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	var epoch uint64
	for round := range 5 {
		s := opened(t, path, Config{SyncInterval: time.Duration(round%2) * time.Hour})
		st, err := s.State(context.Background())
		if err != nil || st.Next != uint64(10*round) || round > 0 && st.Epoch != epoch {
			t.Fatalf("round %d: %+v, %v", round, st, err)
		}
		epoch = st.Epoch
		if err := appendNext(s, 10); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	verify(t, opened(t, path, Config{ReadOnly: true}), 0, 50)
}

func TestOneProcessAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	opened(t, path, Config{})
	if s, err := Open(path, Config{LockTimeout: time.Millisecond}); err == nil {
		t.Errorf("opened twice: %v", s.Close())
	}
}

// child appends, and writes after each Append the number below which all is confirmed.
func child(path string) error {
	interval, err := time.ParseDuration(os.Getenv(childVariable))
	if err != nil {
		return err
	}
	s, err := Open(path, Config{SyncInterval: interval, Retention: replay.Retention{Messages: 2000}})
	if err != nil {
		return err
	}
	for {
		if err := appendNext(s, 1+rand.IntN(20)); err != nil {
			return err
		}
		s.mu.Lock()
		next := s.state.next
		s.mu.Unlock()
		if _, err := os.Stdout.Write(key(next)); err != nil {
			return err
		}
	}
}

// TestKill kills a process that appends, at any step of a write, and finds everything
// that it has confirmed.
func TestKill(t *testing.T) {
	kills := 12
	if text := os.Getenv(killsVariable); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	for _, interval := range []time.Duration{0, time.Millisecond} {
		t.Run(interval.String(), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "s")
			for range kills / 2 {
				confirmed := killed(t, path, interval)
				s := opened(t, path, Config{SyncInterval: interval, Retention: replay.Retention{Messages: 2000}})
				st, err := s.State(context.Background())
				if err != nil {
					t.Fatal(err)
				}
				if next := verify(t, s, st.First, confirmed); next != st.Next || st.Messages != st.Next-st.First {
					t.Fatalf("messages end before %d: %+v", next, st)
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// killed runs a child until it has confirmed something, and a random time longer, and
// returns what it has confirmed.
func killed(t *testing.T, path string, interval time.Duration) (confirmed uint64) {
	t.Helper()
	c := exec.Command(os.Args[0], path)
	c.Env = append(os.Environ(), childVariable+"="+interval.String())
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Wait() }()
	var b [8]byte
	for until, n := rand.IntN(30), 0; ; n++ {
		if _, err := io.ReadFull(out, b[:]); err != nil {
			if n <= until {
				t.Fatalf("the process ended by itself: %v", err)
			}
			return confirmed
		}
		confirmed = binary.BigEndian.Uint64(b[:])
		if n == until {
			time.AfterFunc(time.Duration(rand.IntN(3000))*time.Microsecond, func() { _ = c.Process.Kill() })
		}
	}
}

// TestTornWrite puts a file together of which a machine that ended in the middle of a
// write has only some of the new pages, and a new root that is torn. What was confirmed
// before that write is there.
func TestTornWrite(t *testing.T) {
	zmqtest.Stress(t, func(t *testing.T, random *rand.Rand) {
		dir := t.TempDir()
		path := filepath.Join(dir, "s")
		s := opened(t, path, Config{Retention: replay.Retention{Messages: 300}})
		page := s.db.Info().PageSize
		for range 30 {
			if err := appendNext(s, 1+random.IntN(50)); err != nil {
				t.Fatal(err)
			}
			before := contents(t, path)
			first, next := s.state.first, s.state.next
			if err := appendNext(s, 1+random.IntN(50)); err != nil {
				t.Fatal(err)
			}
			torn := mix(before, contents(t, path), page, random)
			copied := filepath.Join(dir, "torn")
			if err := os.WriteFile(copied, torn, 0o600); err != nil {
				t.Fatal(err)
			}
			again := opened(t, copied, Config{})
			if got := verify(t, again, first, next); got != next {
				t.Fatalf("messages end before %d, not %d", got, next)
			}
			if err := appendNext(again, 10); err != nil {
				t.Fatal(err)
			}
			verify(t, again, first, next+10)
			if err := again.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func contents(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// mix returns old with some of the pages that are different in updated, and a part of a
// new root, which are the first two pages.
func mix(old, updated []byte, page int, random *rand.Rand) []byte {
	mixed := append([]byte(nil), old...)
	mixed = append(mixed, make([]byte, max(0, len(updated)-len(old)))...)
	for at := 2 * page; at < len(updated); at += page {
		if end := min(at+page, len(updated)); random.IntN(2) == 0 {
			copy(mixed[at:end], updated[at:end])
		}
	}
	// Of a root, only bytes after its header differ. What is torn is in the middle of it.
	for root := range 2 {
		at := root * page
		cut := 16 + 8*(1+random.IntN(7)) // before its checksum, which is in bytes 72 to 80
		if string(old[at:at+page]) != string(updated[at:at+page]) {
			copy(mixed[at:at+cut], updated[at:at+cut])
		}
	}
	return mixed
}

func TestDamagedFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	s := opened(t, path, Config{})
	for range 20 {
		if err := appendNext(s, 50); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	whole := contents(t, path)
	for name, b := range map[string][]byte{
		"no database": []byte("not a database, but a text"),
		"no roots":    append(make([]byte, 2*os.Getpagesize()), whole[2*os.Getpagesize():]...),
		"short":       whole[:3*os.Getpagesize()],
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "s")
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := Open(path, Config{})
			if !errors.Is(err, ErrDamaged) {
				t.Errorf("opened: %v, %v", s, err)
			}
		})
	}
}

// After a power failure, numbers that may have been given are not given again.
func TestNumbersAreSkippedAfterAPowerFailure(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	cfg := Config{SyncInterval: time.Hour}
	s := opened(t, path, cfg)
	if err := appendNext(s, 5); err != nil {
		t.Fatal(err)
	}
	crashed := filepath.Join(t.TempDir(), "s")
	if err := os.WriteFile(crashed, contents(t, path), 0o600); err != nil {
		t.Fatal(err)
	}
	same := opened(t, crashed, cfg)
	if _, err := os.Stat(bootFile); err == nil && same.state.next != 5 {
		t.Errorf("next is %d although the machine has not started again", same.state.next)
	}
	_ = same.db.Close()
	if err := os.WriteFile(crashed, contents(t, path), 0o600); err != nil {
		t.Fatal(err)
	}
	boot := bootFile
	defer func() { bootFile = boot }()
	bootFile = filepath.Join(t.TempDir(), "boot")
	if err := os.WriteFile(bootFile, []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	after := opened(t, crashed, cfg)
	st, err := after.State(context.Background())
	if err != nil || st.Next <= 5 || st.First != 0 || st.Messages != 5 {
		t.Fatalf("after a power failure: %+v, %v", st, err)
	}
	if err := appendNext(after, 1); err != nil {
		t.Fatal(err)
	}
	var numbers []uint64
	for r, err := range after.Read(context.Background(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		numbers = append(numbers, r.Number)
	}
	if want := fmt.Sprint([]uint64{0, 1, 2, 3, 4, st.Next}); fmt.Sprint(numbers) != want {
		t.Errorf("messages %v, want %v", numbers, want)
	}
}

func TestNilContextIsRefusedByName(t *testing.T) {
	s, err := Open(filepath.Join(t.TempDir(), "x.db"), Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var none context.Context
	var read error
	for _, read = range s.Read(none, 0) {
	}
	for call, err := range map[string]error{"Append": s.Append(none, nil), "Read": read} {
		if err == nil || !strings.Contains(err.Error(), "the context.Context is nil, use context.Background()") {
			t.Errorf("%s: %v", call, err)
		}
	}
}
