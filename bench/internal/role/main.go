// SPDX-License-Identifier: Apache-2.0

package role

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// Line is a line of standard output; each has some of the fields.
type Line struct {
	Endpoint string `json:"endpoint,omitempty"`

	// Figures. Messages are those between the start and the end of the clock.
	Messages int     `json:"messages,omitempty"`
	Seconds  float64 `json:"seconds,omitempty"`
	Median   float64 `json:"median_us,omitempty"` // of one way
	P99      float64 `json:"p99_us,omitempty"`

	Unsupported string `json:"unsupported,omitempty"`
	Library     string `json:"library,omitempty"`
	Peak        int64  `json:"peak_bytes,omitempty"` // most resident memory

	// Of the collector, over the whole life of the process; a program in C says nothing.
	Allocated   uint64 `json:"allocated_bytes,omitempty"`
	Collections uint32 `json:"collections,omitempty"`
}

// job is a role's command line.
type job struct {
	endpoint           string
	count, size, extra int
	say                func(Line) error
	// done is closed when all other processes have finished.
	done <-chan struct{}
}

// Main plays the role that the command line names, on a library.
func Main(lib Library) {
	if err := Run(lib, os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", strings.Join(os.Args, " "), err)
		os.Exit(1)
	}
}

// Run is Main with its surroundings.
func Run(lib Library, args []string, in io.Reader, out io.Writer) error {
	if len(args) != 5 {
		return errors.New("usage: PROGRAM ROLE ENDPOINT COUNT SIZE EXTRA")
	}
	var n [3]int
	for i := range n {
		v, err := strconv.Atoi(args[2+i])
		if err != nil || v < 0 {
			return fmt.Errorf("%q is no number for this", args[2+i])
		}
		n[i] = v
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(io.Discard, in)
	}()
	j := job{
		endpoint: args[1], count: n[0], size: n[1], extra: n[2],
		say:  func(l Line) error { return json.NewEncoder(out).Encode(l) },
		done: ended,
	}
	err := play(lib, args[0], j)
	if errors.Is(err, ErrUnsupported) {
		err = j.say(Line{Unsupported: err.Error()})
	}
	if err != nil {
		return err
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return j.say(Line{Library: lib.Version(), Peak: peak(), Allocated: memory.TotalAlloc, Collections: memory.NumGC})
}

func play(lib Library, name string, j job) error {
	if whole, ok := wholes[name]; ok {
		return whole(lib, j)
	}
	c, err := lib.Open()
	if err != nil {
		return err
	}
	if connects, binds, joined := strings.Cut(name, "+"); joined {
		err = playBoth(c, connects, binds, j)
	} else {
		err = playPart(c, name, j, nil)
	}
	if err != nil {
		return err
	}
	return c.Close()
}

// playPart plays one part. bound, unless nil, is told the endpoint in place of
// standard output.
func playPart(c Context, name string, j job, bound chan<- string) error {
	p, ok := parts[name]
	if !ok {
		return fmt.Errorf("there is no role %q", name)
	}
	p.config.Server = p.binds
	s, err := c.Socket(p.config)
	if err != nil {
		return err
	}
	switch {
	case !p.binds:
		err = s.Connect(j.endpoint)
	default:
		j.endpoint, err = s.Bind(j.endpoint)
		if err == nil && bound != nil {
			bound <- j.endpoint
		} else if err == nil {
			err = j.say(Line{Endpoint: j.endpoint})
		}
	}
	if err == nil {
		err = p.play(s, j)
	}
	if err != nil {
		return err
	}
	return s.Close()
}

// playBoth plays two parts in one process.
func playBoth(c Context, connects, binds string, j job) error {
	bound, received := make(chan string, 1), make(chan error, 1)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		received <- playPart(c, binds, j, bound)
	}()
	select {
	case j.endpoint = <-bound:
	case err := <-received:
		return err
	}
	j.done = gone
	sent := make(chan error, 1)
	go func() { sent <- playPart(c, connects, j, nil) }()
	select {
	case err := <-received:
		if err != nil {
			return err
		}
		return <-sent
	case err := <-sent:
		if err != nil {
			return err
		}
		return <-received
	}
}
