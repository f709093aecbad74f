// SPDX-License-Identifier: Apache-2.0

// Command load is the other side of the scenarios with many peers: connections
// that speak ZMTP 3.0 and do next to nothing else, the same for every library
// that is measured.
//
//	load MODE ENDPOINT PEERS COUNT SIZE
//
// The modes, and what is measured:
//
//	sub      a publisher: each peer subscribes to all and takes COUNT messages
//	topics   a publisher: one peer subscribes to PEERS topics and takes COUNT messages
//	push     a PULL: the peers send COUNT messages in all
//	dealer   a ROUTER: each peer sends a message and waits for its echo, COUNT in all
//	connect  an accepting socket: COUNT connections are made, shaken hands with
//	         and closed, by PEERS at a time
//	dish, scatter, client   what sub, push and dealer are, for the draft types
//	idle     an accepting socket: PEERS connections stay open until standard
//	         input ends
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/gozmq/zmq/bench/internal/role"
)

// result is the line that is printed at the end.
type result struct {
	Messages int     `json:"messages"`
	Size     int     `json:"size"`
	Seconds  float64 `json:"seconds"`
}

// job is what the command line asks for.
type job struct {
	addr        string
	peers       int
	count, size int
}

var modes = map[string]func(job) (result, error){
	"sub": subscribe, "topics": topics, "push": push("PUSH"), "dealer": ask("DEALER"), "connect": connect, "idle": idle,
	"dish": join, "scatter": push("SCATTER"), "client": ask("CLIENT"),
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	usage := fmt.Errorf("usage: load sub|topics|push|dealer|connect|idle|dish|scatter|client ENDPOINT PEERS COUNT SIZE")
	if len(args) != 5 || modes[args[0]] == nil {
		return usage
	}
	addr, ok := strings.CutPrefix(args[1], "tcp://")
	var n [3]int
	for i := range n {
		v, err := strconv.Atoi(args[2+i])
		if ok = ok && err == nil && v >= 0; !ok {
			return usage
		}
		n[i] = v
	}
	r, err := modes[args[0]](job{addr: addr, peers: n[0], count: n[1], size: n[2]})
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}

// each runs f for every peer at once, after all of them are connected, and
// measures from then until the last has ended.
func each(j job, kind string, f func(i int, p *peer) error) (time.Duration, error) {
	peers := make([]*peer, j.peers)
	for i := range peers {
		p, err := dial(j.addr, kind)
		if err != nil {
			return 0, err
		}
		defer p.Close()
		peers[i] = p
	}
	ended := make(chan error)
	start := time.Now()
	for i, p := range peers {
		go func() { ended <- f(i, p) }()
	}
	var failed error
	for range peers {
		if err := <-ended; err != nil && failed == nil {
			failed = err
		}
	}
	return time.Since(start), failed
}

// share is what falls to peer i of j.count messages.
func (j job) share(i int) int {
	n := j.count / j.peers
	if i < j.count%j.peers {
		n++
	}
	return n
}

func subscribe(j job) (result, error) {
	return listen(j, "SUB", frame(0, []byte{1}), len(frame(0, make([]byte, j.size))))
}

// join is subscribe where each peer is a DISH, of one group, whose name precedes each message in a
// frame of its own (RFC 48).
func join(j job) (result, error) {
	group := []byte(role.Group)
	one := len(frame(more, group)) + len(frame(0, make([]byte, j.size)))
	return listen(j, "DISH", frame(command, append([]byte("\x04JOIN"), group...)), one)
}

// listen has each peer ask for messages, and take them: one is the bytes of each on the
// wire.
func listen(j job, kind string, asks []byte, one int) (result, error) {
	first := make(chan time.Time, j.peers)
	_, err := each(j, kind, func(_ int, p *peer) error {
		if err := p.write(asks); err != nil {
			return err
		}
		if _, err := io.CopyN(io.Discard, p, int64(one)); err != nil {
			return err
		}
		first <- time.Now()
		return p.skip(int64(j.count-1) * int64(one))
	})
	end := time.Now()
	if err != nil {
		return result{}, err
	}
	start := <-first
	for range j.peers - 1 {
		if t := <-first; t.Before(start) {
			start = t
		}
	}
	return result{Messages: (j.count - 1) * j.peers, Size: j.size, Seconds: end.Sub(start).Seconds()}, nil
}

// topics subscribes in one peer to decimal numbers below j.peers, of nine digits
// each, and takes messages that begin with one.
func topics(j job) (result, error) {
	p, err := dial(j.addr, "SUB")
	if err != nil {
		return result{}, err
	}
	defer p.Close()
	var all []byte
	for i := range j.peers {
		all = append(all, frame(0, fmt.Appendf([]byte{1}, "%09d", i))...)
	}
	// The publisher begins when it has this one.
	all = append(all, frame(0, []byte("\x01last"))...)
	if err := p.write(all); err != nil {
		return result{}, err
	}
	one := int64(len(frame(0, make([]byte, j.size))))
	if err := p.skip(one); err != nil {
		return result{}, err
	}
	start := time.Now()
	if err := p.skip(one * int64(j.count-1)); err != nil {
		return result{}, err
	}
	return result{Messages: j.count - 1, Size: j.size, Seconds: time.Since(start).Seconds()}, nil
}

// batch is how many messages a pushing peer writes at once.
const batch = 1000

func push(kind string) func(job) (result, error) {
	return func(j job) (result, error) {
		one := frame(0, make([]byte, j.size))
		many := bytes.Repeat(one, min(batch, j.count))
		took, err := each(j, kind, func(i int, p *peer) error {
			for left := j.share(i); left > 0; left -= min(left, batch) {
				if err := p.write(many[:min(left, batch)*len(one)]); err != nil {
					return err
				}
			}
			return p.end()
		})
		return result{Messages: j.count, Size: j.size, Seconds: took.Seconds()}, err
	}
}

func ask(kind string) func(job) (result, error) {
	return func(j job) (result, error) {
		one := frame(0, make([]byte, j.size))
		took, err := each(j, kind, func(i int, p *peer) error {
			for range j.share(i) {
				if err := p.write(one); err != nil {
					return err
				}
				if err := p.skip(int64(len(one))); err != nil {
					return err
				}
			}
			return nil
		})
		return result{Messages: j.count, Size: j.size, Seconds: took.Seconds()}, err
	}
}

func connect(j job) (result, error) {
	ended := make(chan error)
	start := time.Now()
	for i := range j.peers {
		go func() {
			for range j.share(i) {
				p, err := dial(j.addr, "DEALER")
				if err != nil {
					ended <- err
					return
				}
				p.Close()
			}
			ended <- nil
		}()
	}
	var failed error
	for range j.peers {
		if err := <-ended; err != nil {
			failed = err
		}
	}
	return result{Messages: j.count, Seconds: time.Since(start).Seconds()}, failed
}

func idle(j job) (result, error) {
	start := time.Now()
	for range j.peers {
		p, err := dial(j.addr, "DEALER")
		if err != nil {
			return result{}, err
		}
		defer p.Close()
	}
	r := result{Messages: j.peers, Seconds: time.Since(start).Seconds()}
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		return r, err
	}
	_, err := io.Copy(io.Discard, os.Stdin)
	return r, err
}
