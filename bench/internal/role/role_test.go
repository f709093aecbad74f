// SPDX-License-Identifier: Apache-2.0

// The roles on a library that is a channel.

package role

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// toy is a library with two channels, for one pair of sockets.
type toy struct {
	there, back chan [][]byte
	lacks       Kind
	spoils      bool
}

func newToy() *toy { return &toy{there: make(chan [][]byte, 10), back: make(chan [][]byte, 10)} }

func (l *toy) Version() string                { return "toy 1.0" }
func (l *toy) Open() (Context, error)         { return l, nil }
func (l *toy) Proxy(front, back Socket) error { return ErrUnsupported }
func (l *toy) Close() error                   { return nil }
func (l *toy) Socket(c Config) (Socket, error) {
	if c.Kind == l.lacks {
		return nil, fmt.Errorf("%s: %w", c.Kind, ErrUnsupported)
	}
	return &toySocket{l, c.Server}, nil
}

type toySocket struct {
	*toy
	binds bool
}

func (s *toySocket) ways() (in, out chan [][]byte) {
	if s.binds {
		return s.there, s.back
	}
	return s.back, s.there
}

func (s *toySocket) Bind(e string) (string, error) { return e + "/bound", nil }
func (s *toySocket) Connect(string) error          { return nil }
func (s *toySocket) Send(b []byte) error           { return s.SendParts([][]byte{b}) }
func (s *toySocket) Shared() bool                  { return true }

func (s *toySocket) SendParts(p [][]byte) error {
	var copied [][]byte
	for _, f := range p {
		copied = append(copied, bytes.Clone(f))
	}
	if s.spoils {
		copied[0] = append(copied[0], 0)
	}
	_, out := s.ways()
	out <- copied
	return nil
}

func (s *toySocket) Recv() ([]byte, error) {
	in, _ := s.ways()
	m := <-in
	return m[len(m)-1], nil
}

func (s *toySocket) RecvParts() (int, int, error) {
	in, _ := s.ways()
	m := <-in
	return len(m), len(bytes.Join(m, nil)), nil
}

func (s *toySocket) Echo() error {
	b, err := s.Recv()
	if err != nil {
		return err
	}
	return s.Send(b)
}

// said runs a role with standard input at its end and returns its lines as one.
func said(t *testing.T, lib Library, args string) (all Line, err error) {
	t.Helper()
	var out bytes.Buffer
	err = Run(lib, strings.Fields(args), strings.NewReader(""), &out)
	for d := json.NewDecoder(&out); ; {
		if e := d.Decode(&all); errors.Is(e, io.EOF) {
			return all, err
		} else if e != nil {
			t.Fatal(e)
		}
	}
}

func TestJoinedRoles(t *testing.T) {
	for _, c := range []struct {
		args    string
		latency bool
	}{
		{"push+pull e 100 16 0", false}, {"push+pull-slow e 20 16 1", false}, {"push-many+pull e 100 16 7", false},
		{"push-parts+pull-parts e 50 16 3", false}, {"req+rep e 50 16 10", true}, {"dealer+router e 50 16 10", true},
	} {
		got, err := said(t, newToy(), c.args)
		if err != nil || got.Messages == 0 || got.Seconds <= 0 || (got.Median > 0) != c.latency || got.Library != "toy 1.0" {
			t.Errorf("%s: %+v, %v", c.args, got, err)
		}
	}
}

func TestPullCountsWhatComesAfterTheFirst(t *testing.T) {
	lib := newToy()
	for range 5 {
		lib.there <- [][]byte{make([]byte, 3)}
	}
	got, err := said(t, lib, "pull e 5 3 0")
	if err != nil || got.Messages != 4 || got.Endpoint != "e/bound" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestTopicsWaitForTheLastAndAreSpread(t *testing.T) {
	lib := newToy()
	lib.there <- [][]byte{[]byte("\x01000000000")}
	lib.there <- [][]byte{lastTopic}
	if _, err := said(t, lib, "topics e 8 12 1000000"); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for range 8 {
		m := <-lib.back
		if len(m[0]) != 12 || strings.Trim(string(m[0][:9]), "0123456789") != "" {
			t.Errorf("message %q", m[0])
		}
		seen[string(m[0][:9])] = true
	}
	if len(seen) != 8 {
		t.Errorf("%d topics in 8 messages", len(seen))
	}
}

func TestPublishWaitsForAllSubscriptions(t *testing.T) {
	lib := newToy()
	lib.back = make(chan [][]byte) // nothing is taken before the third
	done := make(chan error, 1)
	go func() { _, err := said(t, lib, "xpub e 1 3 3"); done <- err }()
	for range 3 {
		select {
		case <-lib.back:
			t.Fatal("published before all had subscribed")
		case lib.there <- [][]byte{{1}}:
		}
	}
	<-lib.back
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestWhatIsUnsupportedIsSaidAndNoError(t *testing.T) {
	lib := newToy()
	lib.lacks = Pull
	got, err := said(t, lib, "push+pull e 10 1 0")
	if err != nil || !strings.Contains(got.Unsupported, "PULL") || got.Library == "" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestWrongMessagesAndCommandLinesAreErrors(t *testing.T) {
	lib := newToy()
	lib.spoils = true
	if got, err := said(t, lib, "push+pull e 2 16 0"); err == nil || got.Seconds > 0 {
		t.Errorf("17 bytes in place of 16: %+v", got)
	}
	for _, args := range []string{"", "pull e 1 1", "pull e -1 1 1", "pull e x 1 1", "nobody e 1 1 1", "push+nobody e 1 1 1", "push-many+pull e 1 1 0"} {
		if _, err := said(t, newToy(), args); err == nil {
			t.Errorf("%q is accepted", args)
		}
	}
}
