// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// A peer is a process in a namespace: this test binary, started again, or
// testdata/peer.py, which does the same with libzmq. It gets a job as its argument and
// orders from its standard input, a line each, and writes the number of each message
// that it has sent or received to a journal, which outlives it. A peer that makes
// requests writes down the replies, and one that replies nothing.

// jobVariable has the job of a process of this binary that is a peer.
const jobVariable = "ZMQ_FAULTS_JOB"

// job is what a peer does.
type job struct {
	Socket  string // PUSH, PULL, PUB, SUB, REQ, REP, DEALER, ROUTER
	Bind    string `json:",omitempty"`
	Connect string `json:",omitempty"`
	Journal string
	Replies string `json:",omitempty"` // the journal of the replies to what it sends

	// Of one that sends: numbered messages of a size, at an interval; none for 0.
	Count    int
	Size     int
	Interval time.Duration

	// In milliseconds; 0 leaves the default.
	HeartbeatInterval, HeartbeatTimeout int
	ConnectTimeout, HandshakeInterval   int
	ReconnectInterval, ReconnectMax     int
	Descriptors                         uint64 // that the process may open, 0 for the system's limit
	Pause                               time.Duration
}

// report is what a peer answers to "report".
type report struct {
	Peers        int    // at the moment; -1: not known
	Disconnected uint64 // connections lost
	Dropped      uint64 // messages, by all causes
	Waiting      int    // messages in queues
}

func TestMain(m *testing.M) {
	if text := os.Getenv(jobVariable); text != "" {
		if err := servePeer(text); err != nil {
			fmt.Fprintln(os.Stderr, "peer:", err)
			os.Exit(1)
		}
		return
	}
	zmqtest.CheckGoroutines(m)
}

// servePeer does a job until its standard input ends.
func servePeer(text string) error {
	var j job
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		return err
	}
	if j.Descriptors > 0 {
		limit := syscall.Rlimit{Cur: j.Descriptors, Max: j.Descriptors}
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
			return err
		}
	}
	journal, err := os.OpenFile(j.Journal, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	s, err := j.open()
	if err != nil {
		return err
	}
	fmt.Println("{}")
	replies := journal
	if j.Replies != "" {
		if replies, err = os.OpenFile(j.Replies, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600); err != nil {
			return err
		}
	}
	work := map[string][]func() error{
		"PUSH": {func() error { return j.send(s, journal) }}, "PULL": {func() error { return j.receive(s, journal) }},
		"REQ": {func() error { return j.request(s, journal, replies) }}, "REP": {func() error { return echo(s) }},
		"DEALER": {func() error { return j.send(s, journal) }, func() error { return j.receive(s, replies) }},
	}
	work["PUB"], work["SUB"], work["ROUTER"] = work["PUSH"], work["PULL"], work["REP"]
	for _, f := range work[j.Socket] {
		go func() { fmt.Fprintln(os.Stderr, "peer:", f()) }()
	}
	return obey(s)
}

func (j *job) open() (*zmq.Socket, error) {
	types := map[string]zmq.SocketType{
		"PUSH": zmq.PUSH, "PULL": zmq.PULL, "PUB": zmq.PUB, "SUB": zmq.SUB,
		"REQ": zmq.REQ, "REP": zmq.REP, "DEALER": zmq.DEALER, "ROUTER": zmq.ROUTER,
	}
	s, err := zmq.NewSocket(types[j.Socket])
	if err != nil {
		return nil, err
	}
	for option, ms := range map[*zmq.Option[time.Duration]]int{
		&zmq.HeartbeatInterval: j.HeartbeatInterval, &zmq.HeartbeatTimeout: j.HeartbeatTimeout,
		&zmq.ConnectTimeout: j.ConnectTimeout, &zmq.HandshakeInterval: j.HandshakeInterval,
		&zmq.ReconnectInterval: j.ReconnectInterval, &zmq.ReconnectIntervalMax: j.ReconnectMax,
	} {
		if ms == 0 {
			continue
		}
		if err := s.Set(option.Of(max(time.Duration(ms)*time.Millisecond, 0))); err != nil {
			return nil, err
		}
	}
	if j.Socket == "SUB" {
		if err := s.Subscribe(""); err != nil {
			return nil, err
		}
	}
	if j.Bind != "" {
		return s, s.Bind(j.Bind)
	}
	return s, s.Connect(j.Connect)
}

func (j *job) send(s *zmq.Socket, journal *os.File) error {
	body := make([]byte, max(j.Size, 8))
	next := time.Now()
	for n := 1; n <= j.Count; n++ {
		binary.BigEndian.PutUint64(body, uint64(n))
		if err := s.Send(context.Background(), body); err != nil {
			return err
		}
		if _, err := journal.Write(body[:8]); err != nil {
			return err
		}
		next = next.Add(j.Interval)
		time.Sleep(time.Until(next))
	}
	return nil
}

// replyPatience is how long a REQ waits for a reply before it asks again.
const replyPatience = 500 * time.Millisecond

// request makes each request until there is a reply to it.
func (j *job) request(s *zmq.Socket, journal, replies *os.File) error {
	body := make([]byte, max(j.Size, 8))
	next := time.Now()
	for n := 1; n <= j.Count; n++ {
		binary.BigEndian.PutUint64(body, uint64(n))
		if _, err := journal.Write(body[:8]); err != nil {
			return err
		}
		for {
			ctx, cancel := context.WithTimeout(context.Background(), replyPatience)
			m, err := s.Request(ctx, body)
			cancel()
			if errors.Is(err, context.DeadlineExceeded) {
				continue
			}
			if err != nil {
				return err
			}
			if _, err := replies.Write(m.Frame(0)[:8]); err != nil {
				return err
			}
			break
		}
		next = next.Add(j.Interval)
		time.Sleep(time.Until(next))
	}
	return nil
}

// echo replies to each request with the request. A ROUTER whose peer has gone, or does
// not take what it has asked for, goes on.
func echo(s *zmq.Socket) error {
	for m, err := range s.Messages(context.Background()) {
		if err == nil {
			err = s.SendMessage(context.Background(), m)
		}
		if err != nil && !errors.Is(err, zmq.ErrHostUnreachable) && !errors.Is(err, zmq.ErrAgain) {
			return err
		}
	}
	return nil
}

func (j *job) receive(s *zmq.Socket, journal *os.File) error {
	for {
		m, err := s.Recv(context.Background())
		if err != nil {
			return err
		}
		if _, err := journal.Write(m.Frame(0)[:8]); err != nil {
			return err
		}
		time.Sleep(j.Pause)
	}
}

// obey does what the lines of the standard input ask for.
func obey(s *zmq.Socket) error {
	var held []*os.File
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		switch in.Text() {
		case "report":
			x := s.Stats()
			d := x.Drops
			b, err := json.Marshal(report{
				Peers: x.Peers, Disconnected: x.Disconnected, Waiting: x.QueuedIn + x.QueuedOut,
				Dropped: d.Mute + d.NoSubscriber + d.PeerGone + d.InFlight + d.Refused + d.Unread + d.Unroutable,
			})
			if err != nil {
				return err
			}
			fmt.Println(string(b))
		case "hold descriptors":
			for {
				f, err := os.Open(os.DevNull)
				if err != nil {
					break
				}
				held = append(held, f)
			}
			fmt.Println("{}")
		case "release descriptors":
			for _, f := range held {
				_ = f.Close()
			}
			held = nil
			fmt.Println("{}")
		}
	}
	return in.Err()
}
