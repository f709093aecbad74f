// SPDX-License-Identifier: Apache-2.0

package replay_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/replay"
	"github.com/gozmq/zmq/replay/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(_ *testing.T, r replay.Retention) replay.Store { return replay.NewMemory(r) }, 0)
}

// Memory of messages that are gone is used again, but not while a reader has it.
func TestMemoryIsNotUsedAgainWhileAReaderHasIt(t *testing.T) {
	ctx := zmqtest.Deadline(t)
	m := replay.NewMemory(replay.Retention{Messages: 700})
	text := func(n uint64) string { return fmt.Sprintf("%d %0*d", n, int(n%400), 0) }
	const last = 20_000
	var readers sync.WaitGroup
	done := make(chan struct{})
	for range 3 {
		readers.Go(func() {
			for from := uint64(0); ; {
				for r, err := range m.Read(ctx, from) {
					if err != nil {
						t.Error(err)
						return
					}
					frames := 1
					if r.Number%7 == 0 {
						frames = 3
					}
					if len(r.Frames) != frames {
						t.Errorf("message %d has %d frames", r.Number, len(r.Frames))
						return
					}
					for _, f := range r.Frames {
						if string(f) != text(r.Number) {
							t.Errorf("message %d is %.20q", r.Number, f)
							return
						}
					}
					if from = r.Number + 1; from%97 == 0 {
						break // in the middle of what the reader has
					}
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for n := range uint64(last) {
		r := replay.Record{Time: time.Now(), Frames: [][]byte{[]byte(text(n))}}
		if n%7 == 0 {
			r.Frames = append(r.Frames, r.Frames[0], r.Frames[0])
		}
		if err := m.Append(ctx, []replay.Record{r}); err != nil {
			t.Fatal(err)
		}
	}
	close(done)
	readers.Wait()
}

// In the long run a message costs no memory to be collected, whatever its age.
func TestMemoryAllocatesNothingForAMessage(t *testing.T) {
	ctx := context.Background()
	m := replay.NewMemory(replay.Retention{Messages: 1000})
	records := []replay.Record{{Time: time.Now(), Frames: [][]byte{make([]byte, 256)}}}
	add := func() {
		for range 1000 {
			if err := m.Append(ctx, records); err != nil {
				t.Fatal(err)
			}
		}
	}
	add()
	add()
	if n := testing.AllocsPerRun(10, add); n > 10 {
		t.Errorf("%v allocations for 1000 messages", n)
	}
}
