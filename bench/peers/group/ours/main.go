// SPDX-License-Identifier: Apache-2.0

//go:build unix

// The two ends of cmd/multicast on this library: see peers/group/libzmq, which has the same
// command line and the same output.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/gozmq/zmq"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "ours:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 5 {
		return errors.New("usage: ours pub|sub ENDPOINT RATE COUNT SIZE")
	}
	var n [3]int
	for i, text := range args[2:] {
		var err error
		if n[i], err = strconv.Atoi(text); err != nil {
			return err
		}
	}
	typ := zmq.SUB
	if args[0] == "pub" {
		typ = zmq.PUB
	}
	settings := []zmq.Setting{
		zmq.Rate.Of(n[0]), zmq.RecoveryInterval.Of(2 * time.Second), zmq.SendBuffer.Of(4 << 20), zmq.RecvBuffer.Of(4 << 20),
		zmq.RecvHWM.Of(0), zmq.SendHWM.Of(10_000), zmq.RecvTimeout.Of(10 * time.Second),
	}
	if typ == zmq.PUB {
		settings = append(settings, zmq.XPubNoDrop.Of(true))
	}
	s, err := zmq.NewSocket(typ, settings...)
	if err != nil {
		return err
	}
	if typ == zmq.PUB {
		if err := s.Connect(args[1]); err != nil {
			return err
		}
		return publish(s, n[1], n[2])
	}
	if err := s.Subscribe(""); err != nil {
		return err
	}
	if err := s.Connect(args[1]); err != nil {
		return err
	}
	return subscribe(s, n[1], n[2])
}

// publish sends probes until a line comes, and then messages.
func publish(s *zmq.Socket, count, size int) error {
	ctx := context.Background()
	lines := make(chan struct{}, 1)
	go func() {
		for in := bufio.NewScanner(os.Stdin); in.Scan(); {
			lines <- struct{}{}
		}
		close(lines)
	}()
	for probing := true; probing; {
		select {
		case <-lines:
			probing = false
		case <-time.After(10 * time.Millisecond):
			if err := s.SendString(ctx, "p"); err != nil {
				return err
			}
		}
	}
	began, body := cpu(), make([]byte, size)
	for range count {
		if err := s.Send(ctx, body); err != nil {
			return err
		}
	}
	for range lines {
	}
	fmt.Printf("{\"cpu\": %.6f}\n", cpu()-began)
	return nil
}

// probes is how many a subscriber wants to hear, as in peers/group/libzmq.
const probes = 100

// subscribe says when it has heard the publisher, and how long the messages took.
func subscribe(s *zmq.Socket, count, _ int) error {
	ctx := context.Background()
	var m zmq.Message
	var first, last time.Time
	var began float64
	heard, n := 0, 0
	for n < count {
		if err := s.RecvInto(ctx, &m); errors.Is(err, zmq.ErrTimeout) {
			if heard < probes { // the publisher is not there yet
				continue
			}
			break
		} else if err != nil {
			return err
		}
		if len(m.Frame(0)) == 1 {
			if heard++; heard == probes {
				fmt.Println("{}")
			}
			continue
		}
		last = time.Now()
		if n++; n == 1 {
			first, began = last, cpu()
		}
	}
	fmt.Printf("{\"messages\": %d, \"seconds\": %.6f, \"cpu\": %.6f}\n", n, last.Sub(first).Seconds(), cpu()-began)
	return nil
}

// cpu is the time of processors that this process has had, in seconds.
func cpu() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // which does not fail
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}
