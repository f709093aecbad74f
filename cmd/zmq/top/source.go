// SPDX-License-Identifier: Apache-2.0

// Package top shows what the sockets of programs do while they do it, on a terminal, and in
// lines for pipes. Programs offer their statistics by package metrics/zmqstats.
//
// Goroutines: Programs.Fetch asks all programs at the same time and waits for them.
// Screen.Run has one that waits for keys and one that asks the programs, and waits for both.
package top

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/metrics/zmqstats"
)

// Source is where the statistics of a program come from.
type Source interface {
	// Fetch asks the program.
	Fetch(ctx context.Context) (zmqstats.Snapshot, error)
	io.Closer
}

// NewSource returns the source at a place: the address of zmqstats.Handler, or the endpoint
// of zmqstats.Listen, to which a socket with the settings connects.
func NewSource(zctx *zmq.Context, place string, settings ...zmq.Setting) (Source, error) {
	if strings.HasPrefix(place, "http://") || strings.HasPrefix(place, "https://") {
		if !strings.HasSuffix(place, ".json") {
			place = strings.TrimSuffix(place, "/") + "/stats.json"
		}
		return &web{place}, nil
	}
	sock, err := zctx.NewSocket(zmq.REQ, append([]zmq.Setting{zmq.Linger.Of(0),
		zmq.MaxMessageSize.Of(maxAnswer), zmq.MaxMessageBytes.Of(maxAnswer)}, settings...)...)
	if err != nil {
		return nil, err
	}
	if err := sock.Connect(place); err != nil {
		_ = sock.Close()
		return nil, err
	}
	return &socket{sock}, nil
}

// maxAnswer bounds what a program can make us hold.
const maxAnswer = 64 << 20

type web struct{ url string }

// Fetch implements Source.
func (w *web) Fetch(ctx context.Context) (x zmqstats.Snapshot, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url, nil)
	if err != nil {
		return x, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return x, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return x, fmt.Errorf("%s: %s (is zmqstats.Handler at that path?)", w.url, clean(answer.Status))
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return x, err
	}
	return parse(text)
}

// Close implements io.Closer.
func (w *web) Close() error { return nil }

type socket struct{ sock *zmq.Socket }

// Fetch implements Source.
func (s *socket) Fetch(ctx context.Context) (zmqstats.Snapshot, error) {
	m, err := s.sock.Request(ctx, nil)
	if err != nil {
		return zmqstats.Snapshot{}, err
	}
	return parse(m.Bytes())
}

// Close implements io.Closer.
func (s *socket) Close() error { return s.sock.Close() }

func parse(text []byte) (x zmqstats.Snapshot, err error) {
	if err := json.Unmarshal(text, &x); err != nil || x.Sockets == nil {
		return x, errors.New("what answers there has no statistics of zmq")
	}
	return x, nil
}

// Programs are the sources that are shown together.
type Programs struct {
	Places  []string // as the command line has them
	Sources []Source // one for each place
}

// Answer is what one source has said.
type Answer struct {
	Place    string            // as the command line has it
	Snapshot zmqstats.Snapshot // unless there is an error
	Err      error             // why there is no snapshot
}

// Fetch asks all sources. It returns when all have answered, or the context ends.
func (p *Programs) Fetch(ctx context.Context) []Answer {
	list := make([]Answer, len(p.Sources))
	var all sync.WaitGroup
	for i, s := range p.Sources {
		all.Go(func() {
			x, err := s.Fetch(ctx)
			list[i] = Answer{p.Places[i], x, err}
		})
	}
	all.Wait()
	return list
}

// Close closes all sources.
func (p *Programs) Close() {
	for _, s := range p.Sources {
		_ = s.Close()
	}
}
