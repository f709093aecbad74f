// SPDX-License-Identifier: Apache-2.0

package classic

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gozmq/zmq"
)

// TestTextsAreTheReceiversOwn: what was received stays as it is whatever comes next, also
// the frames that Recv has still to hand out.
func TestTextsAreTheReceiversOwn(t *testing.T) {
	for _, endpoint := range []string{"inproc://texts", "tcp://127.0.0.1:*"} {
		t.Run(endpoint, func(t *testing.T) {
			c := newContext(t)
			push, pull := c.socket(t, zmq.PUSH), c.socket(t, zmq.PULL)
			must(t, pull.Bind(endpoint))
			must(t, push.Connect(pull.Underlying().LastEndpoint()))
			checkTexts(t, push, pull)
		})
	}
}

// checkTexts sends messages of one frame and of two, some of them large, and receives them
// in every way.
func checkTexts(t *testing.T, push, pull *Socket) {
	text := func(i int) string { return strings.Repeat(fmt.Sprint(i%10), i*i%9000) }
	const messages = 200
	done := make(chan error, 1)
	go func() {
		for i := range messages {
			if err := push.SendAll([][]byte{[]byte(text(i)), []byte(text(i + 1))}[:1+i%2], 0); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	var got [][]string
	for i := range messages {
		var list []string
		var err error
		switch {
		case i%3 == 0 && i%2 == 0:
			list = make([]string, 1)
			list[0], err = pull.RecvText(0)
		case i%3 == 0:
			list = make([]string, 2)
			list[0], err = pull.RecvText(0)
			must(t, err)
			if !pull.More() {
				t.Fatalf("message %d has another frame", i)
			}
			list[1], err = pull.RecvText(0)
		default:
			list, err = pull.RecvTexts(0)
		}
		must(t, err)
		got = append(got, list)
	}
	must(t, <-done)
	for i, list := range got {
		if want := []string{text(i), text(i + 1)}[:1+i%2]; !slices.Equal(list, want) {
			t.Fatalf("message %d is not what was sent", i)
		}
	}
}

// TestTextsAreTheRestOfAMessage that Recv has begun.
func TestTextsAreTheRestOfAMessage(t *testing.T) {
	push, pull := join(t, zmq.PUSH, zmq.PULL)
	must(t, push.SendAll([][]byte{[]byte("a"), []byte("b"), []byte("c")}, 0))
	first, err := pull.RecvText(0)
	must(t, err)
	must(t, push.SendAll([][]byte{[]byte("d")}, 0))
	rest, err := pull.RecvTexts(0)
	must(t, err)
	next, err := pull.RecvTexts(0)
	must(t, err)
	if first != "a" || !slices.Equal(rest, []string{"b", "c"}) || !slices.Equal(next, []string{"d"}) {
		t.Errorf("received %q, %q, %q", first, rest, next)
	}
}

func TestTextsWithoutWaiting(t *testing.T) {
	_, pull := join(t, zmq.PUSH, zmq.PULL)
	_, err := pull.RecvText(DontWait)
	is(t, err, zmq.ErrAgain)
	_, err = pull.RecvTexts(DontWait)
	is(t, err, zmq.ErrAgain)
	must(t, pull.SetInt(optRecvTimeout, 1))
	_, err = pull.RecvText(0)
	is(t, err, zmq.ErrTimeout)
	_, err = pull.RecvTexts(0)
	is(t, err, zmq.ErrTimeout)
}

// TestTextsInManyGoroutines: no two of them are given the same memory.
func TestTextsInManyGoroutines(t *testing.T) {
	push, pull := join(t, zmq.PUSH, zmq.PULL)
	const goroutines, messages, last = 4, 2000, "!"
	whole := func(text string) bool { return text != "" && text == strings.Repeat(text[:1], len(text)) }
	var all sync.WaitGroup
	for g := range goroutines {
		all.Go(func() {
			for i := g; ; i++ {
				var list []string
				var err error
				if i%3 == 0 {
					list, err = pull.RecvTexts(0)
				} else {
					list = make([]string, 1)
					list[0], err = pull.RecvText(0)
				}
				for _, text := range list {
					if err == nil && !whole(text) {
						err = fmt.Errorf("received %.20q…", text)
					}
				}
				if err != nil {
					t.Error(err)
				}
				if err != nil || list[0] == last {
					return
				}
			}
		})
	}
	for i := range messages {
		frame := func(k int) []byte { return []byte(strings.Repeat(fmt.Sprint((i+k)%10), 1+(i+k)%500)) }
		must(t, push.SendAll([][]byte{frame(0), frame(1)}[:1+i%2], 0))
	}
	for range goroutines {
		must(t, push.Send([]byte(last), 0))
	}
	all.Wait()
}
