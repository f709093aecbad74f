// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"

	"github.com/gozmq/zmq/bench/internal/role"
)

// depth is how many messages wait in a channel: ZeroMQ's default high-water mark.
const depth = 1000

// pair is two channels between goroutines.
type pair struct{ in, out chan []byte }

func (p *pair) Send(body []byte) error {
	p.out <- bytes.Clone(body)
	return nil
}

func (p *pair) Recv() ([]byte, error) { return <-p.in, nil }

func (p *pair) SendParts([][]byte) error {
	return fmt.Errorf("several frames in process: %w", role.ErrUnsupported)
}

func (p *pair) RecvParts() (int, int, error) {
	return 0, 0, fmt.Errorf("several frames in process: %w", role.ErrUnsupported)
}

func (p *pair) Flush() error { return nil }
func (p *pair) Close() error { return nil }
func (p *pair) idle() bool   { return len(p.in) == 0 }
