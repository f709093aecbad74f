// SPDX-License-Identifier: Apache-2.0

// Command peer is one end of a measurement on this library, with the same
// command line and the same output as peers/libzmq_perf.c:
//
//	peer MODE ENDPOINT COUNT SIZE
//
// pull-thr and rep-lat bind and print {"endpoint": "..."} first; push-thr and
// req-lat connect. pull-thr and req-lat print a result at the end. One Send or
// Recv call a message. With "curve-" before a mode the connection is encrypted; the
// end that binds is the server. proxy-thr is a whole topology, like peers/libzmq_proxy.c;
// there ENDPOINT is inproc://NAME, ipc://PATH or tcp://127.0.0.1:*.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gozmq/zmq"
)

// warmUp is how many round trips come before the clock starts, as in
// peers/libzmq_perf.c.
const warmUp = 1000

// result is the line that the measuring end prints.
type result struct {
	Library  string  `json:"library"`
	Mode     string  `json:"mode"`
	Messages int     `json:"messages"`
	Size     int     `json:"size"`
	Seconds  float64 `json:"seconds,omitempty"`
	Median   float64 `json:"median_us,omitempty"`
	Mean     float64 `json:"mean_us,omitempty"`
	P99      float64 `json:"p99_us,omitempty"`
}

// mode is one of the four ends.
type mode struct {
	typ   zmq.SocketType
	binds bool
	run   func(s *zmq.Socket, count, size int) (*result, error)
}

var modes = map[string]mode{
	"push-thr": {zmq.PUSH, false, pushThroughput},
	"pull-thr": {zmq.PULL, true, pullThroughput},
	"req-lat":  {zmq.REQ, false, requestLatency},
	"rep-lat":  {zmq.REP, true, replyLatency},
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "peer:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	const usage = "usage: peer push-thr|pull-thr|req-lat|rep-lat|proxy-thr ENDPOINT COUNT SIZE"
	if len(args) != 4 {
		return fmt.Errorf("%s", usage)
	}
	name, curve := strings.CutPrefix(args[0], "curve-")
	m, ok := modes[name]
	count, _ := strconv.Atoi(args[2])
	size, err := strconv.Atoi(args[3])
	if args[0] == "proxy-thr" && count > 0 && size >= 0 && err == nil {
		r, err := proxyThroughput(args[1], count, size)
		if err != nil {
			return err
		}
		return r.print(args[0], count, size)
	}
	if !ok || count < 1 || size < 0 || err != nil {
		return fmt.Errorf("%s", usage)
	}
	c, err := zmq.NewContext(zmq.ContextConfig{})
	if err != nil {
		return err
	}
	// A negative linger: what was sent leaves before the process does.
	s, err := c.NewSocket(m.typ, zmq.Linger.Of(-1))
	if err != nil {
		return err
	}
	if curve {
		if err := encrypt(s, m.binds); err != nil {
			return err
		}
	}
	if err := attach(s, m, args[1]); err != nil {
		return err
	}
	r, err := m.run(s, count, size)
	if err != nil {
		return err
	}
	if r != nil {
		if err := r.print(args[0], count, size); err != nil {
			return err
		}
	}
	if err := s.Close(); err != nil {
		return err
	}
	return c.Term(context.Background())
}

// The keys that are published with the documentation of CURVE, so that both ends
// know them, as in peers/libzmq_perf.c.
const (
	clientPublic = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
	clientSecret = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"
	serverPublic = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
	serverSecret = "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"
)

func encrypt(s *zmq.Socket, server bool) error {
	if server {
		return s.Set(zmq.CurveSecretKey.Of([]byte(serverSecret)), zmq.CurveServer.Of(true))
	}
	return s.Set(zmq.CurvePublicKey.Of([]byte(clientPublic)), zmq.CurveSecretKey.Of([]byte(clientSecret)),
		zmq.CurveServerKey.Of([]byte(serverPublic)))
}

func (r *result) print(mode string, count, size int) error {
	major, minor, patch := zmq.Version()
	r.Library = fmt.Sprintf("gozmq %d.%d.%d", major, minor, patch)
	r.Mode, r.Messages, r.Size = mode, count, size
	return json.NewEncoder(os.Stdout).Encode(r)
}

func attach(s *zmq.Socket, m mode, endpoint string) error {
	if !m.binds {
		return s.Connect(endpoint)
	}
	if err := s.Bind(endpoint); err != nil {
		return err
	}
	_, err := fmt.Printf("{\"endpoint\": %q}\n", s.LastEndpoint())
	return err
}

func pushThroughput(s *zmq.Socket, count, size int) (*result, error) {
	ctx, body := context.Background(), make([]byte, size)
	for range count {
		if err := s.Send(ctx, body); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func pullThroughput(s *zmq.Socket, count, size int) (*result, error) {
	ctx := context.Background()
	if err := recvOne(ctx, s, size); err != nil {
		return nil, err
	}
	start := time.Now()
	for range count - 1 {
		if err := recvOne(ctx, s, size); err != nil {
			return nil, err
		}
	}
	return &result{Seconds: time.Since(start).Seconds()}, nil
}

func replyLatency(s *zmq.Socket, count, size int) (*result, error) {
	ctx, body := context.Background(), make([]byte, size)
	for range count + warmUp {
		if err := recvOne(ctx, s, size); err != nil {
			return nil, err
		}
		if err := s.Send(ctx, body); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func requestLatency(s *zmq.Socket, count, size int) (*result, error) {
	ctx, body := context.Background(), make([]byte, size)
	micros := make([]float64, 0, count)
	sum := 0.0
	for i := -warmUp; i < count; i++ {
		start := time.Now()
		if err := s.Send(ctx, body); err != nil {
			return nil, err
		}
		if err := recvOne(ctx, s, size); err != nil {
			return nil, err
		}
		if i >= 0 {
			oneWay := float64(time.Since(start).Nanoseconds()) / 1e3 / 2
			micros, sum = append(micros, oneWay), sum+oneWay
		}
	}
	slices.Sort(micros)
	return &result{Median: micros[count/2], Mean: sum / float64(count), P99: micros[count*99/100]}, nil
}

func recvOne(ctx context.Context, s *zmq.Socket, size int) error {
	msg, err := s.Recv(ctx)
	if err == nil && msg.Size() != size {
		err = fmt.Errorf("received %d octets, want %d", msg.Size(), size)
	}
	return err
}
