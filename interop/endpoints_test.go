// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"errors"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/interop/peer"
)

// endpointTexts are endpoints of every kind, most of them wrong. DIR stands for
// an empty directory.
var endpointTexts = []string{
	"", "x", "tcp", "tcp:", "tcp:/", "tcp://", "://", "://x", "TCP://127.0.0.1:*", "tcp ://127.0.0.1:1", " tcp://127.0.0.1:1",
	"foo://x", "http://127.0.0.1:80",
	"tcp://*", "tcp://127.0.0.1", "tcp://localhost", "tcp://:", "tcp://:*", "tcp://:5", "tcp://*:", "tcp://127.0.0.1:",
	"tcp://*:*", "tcp://*:0", "tcp://127.0.0.1:*", "tcp://127.0.0.1:0", "tcp://localhost:*", "tcp://lo:*", "tcp://127.1:*",
	"tcp://127.0.0.1:abc", "tcp://127.0.0.1:*x", "tcp://127.0.0.1:65536", "tcp://127.0.0.1: *",
	"tcp://[127.0.0.1]:*", "tcp://[::1]:*", "tcp://::1:*", "tcp://[::1]", "tcp://[::]:*", "tcp://[::1%lo]:*", "tcp://127.0.0.1%lo:*", "tcp://127.0.0.1%:*",
	"tcp://no.such.host.invalid:*", "tcp://no.such.host.invalid:1", "tcp://nosuchinterface0:*", "tcp://_x:5", "tcp://-x:5", "tcp://x_y:5",
	"tcp://192.0.2.1:*", "tcp://256.0.0.1:*",
	"ipc://", "ipc://DIR/s", "ipc://DIR/no/s", "ipc://DIR", "ipc://@", "ipc://@interop-endpoints", "ipc://*", "ipc://**",
	"ipc://" + strings.Repeat("x", 107), "ipc://" + strings.Repeat("x", 108), "ipc://@" + strings.Repeat("x", 106), "ipc://@" + strings.Repeat("x", 107),
	"inproc://", "inproc://x", "inproc:// ", "inproc://" + strings.Repeat("x", 240), "inproc://a://b",
	"udp://127.0.0.1:5", "udp://x",
}

// connectTexts would bind fixed ports, and libzmq takes a source address for bind
// too, where it means nothing.
var connectTexts = []string{
	"tcp://127.0.0.1:1", "tcp://127.0.0.1:1/x", "tcp://127.0.0.1:5abc", "tcp://x_y:5", "tcp://[::1]:5",
	"tcp://127.0.0.1:0;127.0.0.1:5", "tcp://127.0.0.1:*;127.0.0.1:5", "tcp://lo:0;127.0.0.1:5", "tcp://;127.0.0.1:5", "tcp://127.0.0.1;127.0.0.1:5",
}

// different are texts that we understand otherwise, for the operation named, and
// why. The numbers are libzmq's and ours.
var different = map[string]struct {
	theirs, ours int
	why          string
}{
	"bind tcp://localhost:*":        {enodev, 0, "libzmq resolves names for bind from 4.3.5 on"},
	"bind tcp://127.1:*":            {0, enodev, "short forms of addresses belong to the C library"},
	"bind tcp://[::1]":              {enodev, einval, "libzmq looks for a host '[:' and a port '1]'"},
	"connect tcp://127.0.0.1:65536": {0, einval, "no port has that number"},
}

// Numbers of errors on Linux, and libzmq's own.
const (
	enodev          = 19
	einval          = 22
	eprotonosupport = 93
	enocompatproto  = 156384764
)

// TestEndpointTextsMeanTheSameAsInLibzmq: error numbers of bind and connect, and
// LAST_ENDPOINT, for IPv4 and IPv6 sockets.
func TestEndpointTextsMeanTheSameAsInLibzmq(t *testing.T) {
	t.Chdir(zmqtest.ShortDir(t)) // relative paths, and the wildcard of ipc, leave files of libzmq
	libzmq := peer.Start(t)
	c := newContext(t, zmq.ContextConfig{LibzmqDefaults: true})
	for _, ipv6 := range []int{0, 1} {
		for i, text := range slices.Concat(endpointTexts, connectTexts) {
			for _, op := range []string{"bind", "connect"} {
				if op == "bind" && i >= len(endpointTexts) {
					continue
				}
				opts := peer.Opts{"IPV6": ipv6, "LINGER": 0}
				s, err := c.NewSocket(zmq.DEALER, settings(t, opts)...)
				if err != nil {
					t.Fatal(err)
				}
				theirs := libzmq.Socket("DEALER", opts)
				ourNumber, ourLast := endpointOfOurs(t, s, op, text)
				s.Close() // before libzmq takes the same name
				theirNumber, theirLast := endpointOfTheirs(t, theirs, op, text)
				theirs.Close()
				if d, known := different[op+" "+text]; known {
					if theirNumber == d.theirs && ourNumber == d.ours {
						continue
					}
					t.Logf("%s %q is no longer different: %s", op, text, d.why)
				}
				if ourNumber != theirNumber {
					t.Errorf("IPV6 %d: %s %q: libzmq says %d, ours %d", ipv6, op, text, theirNumber, ourNumber)
				} else if ourLast != theirLast {
					t.Errorf("IPV6 %d: %s %q: LAST_ENDPOINT is %q in libzmq, %q in ours", ipv6, op, text, theirLast, ourLast)
				}
			}
		}
	}
}

func endpointOfOurs(t *testing.T, s *zmq.Socket, op, text string) (number int, last string) {
	dir := zmqtest.ShortDir(t)
	var err error
	if op == "bind" {
		err = s.Bind(strings.ReplaceAll(text, "DIR", dir))
	} else {
		err = s.Connect(strings.ReplaceAll(text, "DIR", dir))
	}
	return zmq.Errno(err), general(s.LastEndpoint(), dir)
}

func endpointOfTheirs(t *testing.T, s *peer.Socket, op, text string) (number int, last string) {
	dir := zmqtest.ShortDir(t)
	var err error
	if op == "bind" {
		err = s.TryBind(strings.ReplaceAll(text, "DIR", dir))
	} else {
		err = s.TryConnect(strings.ReplaceAll(text, "DIR", dir))
	}
	var refused *peer.Error
	if errors.As(err, &refused) {
		number = refused.Errno
	}
	const lastEndpoint, size = 32, 1024 // pyzmq reads 255 bytes
	raw, err := s.GetRaw(lastEndpoint, size)
	if err != nil {
		t.Fatal(err)
	}
	return number, general(strings.TrimRight(string(raw), "\x00"), dir)
}

var (
	bigPort  = regexp.MustCompile(`:[0-9]{4,5}$`)
	wildcard = regexp.MustCompile(`^ipc://(.*/)?tmp[A-Za-z0-9]{6}/socket$`)
)

// general replaces what differs from call to call.
func general(endpoint, dir string) string {
	endpoint = strings.ReplaceAll(endpoint, filepath.Clean(dir), "DIR")
	endpoint = bigPort.ReplaceAllString(endpoint, ":PORT")
	return wildcard.ReplaceAllString(endpoint, "ipc://WILDCARD")
}
