// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"fmt"

	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/gozmq/zmq/interop/peer"
)

// recordVariable names the folder that TestRecordWebSocketFlows writes to.
const recordVariable = "ZMQ_RECORD_FLOWS"

// recording is what two peers that are not ours say to each other: of each message, which
// side says it.
type recording struct {
	name           string
	client, server string   // types
	by             wsClient // the client
	topic          string   // that the client subscribes to first
	says           []saying
}

type saying struct {
	side   string
	frames [][]byte
}

// wsClient is which client speaks, and with which mechanism.
type wsClient int

const (
	byNull  wsClient = iota // libzmq, with NULL
	byPlain                 // libzmq, with PLAIN
	byJSZMQ                 // jszmq, without a mechanism
)

func recordings() []recording {
	x := func(n int) []byte { return []byte(strings.Repeat("x", n)) }
	sizes := func(side string) (all []saying) {
		lengths := []int{0, 1, 123, 124, 125, 126, 254, 255, 256}
		if side == "server" { // what a client says is masked and would fill the files
			lengths = append(lengths, 65533, 65534, 65535)
		}
		for _, n := range lengths {
			all = append(all, saying{side, [][]byte{x(n)}})
		}
		return append(all, saying{side, [][]byte{[]byte("more"), {}, []byte("last")}})
	}
	exchange := []saying{
		{"client", [][]byte{[]byte("question")}}, {"server", [][]byte{[]byte("answer"), []byte("2")}},
		{"client", [][]byte{x(126), []byte("more")}}, {"server", [][]byte{x(65535)}},
	}
	news := []saying{{"server", [][]byte{[]byte("A.1"), []byte("more")}}, {"server", [][]byte{[]byte("A.2")}}}
	return []recording{
		{"null_push", "PUSH", "PULL", byNull, "", sizes("client")},
		{"null_pull", "PULL", "PUSH", byNull, "", sizes("server")},
		{"null_req", "REQ", "REP", byNull, "", exchange},
		{"null_pair", "PAIR", "PAIR", byNull, "", exchange},
		{"null_sub", "SUB", "XPUB", byNull, "A.", news},
		{"plain_push", "PUSH", "PULL", byPlain, "", sizes("client")},
		{"plain_pull", "PULL", "PUSH", byPlain, "", sizes("server")},
		{"plain_req", "REQ", "REP", byPlain, "", exchange},
		{"plain_sub", "SUB", "XPUB", byPlain, "A.", news},
		{"none_push", "PUSH", "PULL", byJSZMQ, "", sizes("client")},
		{"none_pull", "PULL", "PUSH", byJSZMQ, "", sizes("server")},
		{"none_req", "REQ", "REP", byJSZMQ, "", exchange},
		{"none_sub", "SUB", "XPUB", byJSZMQ, "A.", news},
	}
}

// TestRecordWebSocketFlows writes what libzmq and jszmq say to libzmq over ws, for
// ws/testdata/flows: see the README there.
func TestRecordWebSocketFlows(t *testing.T) {
	dir := os.Getenv(recordVariable)
	if dir == "" {
		t.Skip(recordVariable + " names no folder to record to")
	}
	for _, r := range recordings() {
		t.Run(r.name, func(t *testing.T) {
			server, client, relay, who := r.begin(t)
			if r.topic != "" {
				notice, err := server.Recv(patience)
				check(t, err)
				if len(notice) != 1 || string(notice[0]) != "\x01"+r.topic {
					t.Fatalf("the publisher is told %q", notice)
				}
			}
			for _, s := range r.says {
				from, to := client, server
				if s.side == "server" {
					from, to = server, client
				}
				check(t, from.Send(patience, s.frames...))
				got, err := to.Recv(patience)
				check(t, err)
				if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", s.frames) {
					t.Fatalf("received %.80q, want %.80q", got, s.frames)
				}
			}
			check(t, os.WriteFile(filepath.Join(dir, r.name+".flow"), []byte(r.flow(who, relay)), 0o644))
		})
	}
}

// begin makes the peers, and connects them through a relay.
func (r recording) begin(t *testing.T) (server, client *peer.Socket, relay *tap, who string) {
	process, serverOpts, opts := (*peer.Process)(nil), peer.Opts{}, peer.Opts{}
	if r.by == byPlain {
		process = peer.StartDraftZAP(t)
		serverOpts[optPlainServer], serverOpts[optZAPDomain] = 1, "flows"
		opts[optPlainUsername], opts[optPlainPassword] = "user", "secret"
	} else {
		process = peer.StartDraft(t)
	}
	server, clients, who := process.Socket(r.server, serverOpts), process, "libzmq"
	if r.by == byJSZMQ {
		clients, who = peer.StartJSZMQ(t), "jszmq"
	}
	if r.topic != "" && r.by != byJSZMQ {
		opts[optSubscribe] = r.topic
	}
	client = clients.Socket(r.client, opts)
	if r.topic != "" && r.by == byJSZMQ {
		client.Subscribe(r.topic)
	}
	relay = newTap(t, server.Bind("ws://127.0.0.1:*"))
	if r.by != byPlain {
		client.Connect(relay.endpoint)
		return server, client, relay, who
	}
	handler := process.Socket("REP", nil)
	handler.Bind("inproc://zeromq.zap.01")
	client.Connect(relay.endpoint)
	request, err := handler.Recv(patience)
	check(t, err)
	check(t, handler.Send(patience, []byte("1.0"), request[1], []byte("200"), []byte("OK"), []byte{}, []byte{}))
	return server, client, relay, who
}

// flow is the text of a recording.
func (r recording) flow(who string, relay *tap) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# A %s of %s connects to a %s of libzmq.\nclient %s\nserver %s\n", r.client, who, r.server, r.client, r.server)
	if r.by == byPlain {
		b.WriteString("mechanism PLAIN\n")
	}
	if r.topic != "" {
		fmt.Fprintf(&b, "subscribe %q\n", r.topic)
	}
	for _, s := range r.says {
		var frames []string
		for _, f := range s.frames {
			frames = append(frames, written(f))
		}
		fmt.Fprintf(&b, "%s says %s\n", s.side, strings.Join(frames, " / "))
	}
	relay.mu.Lock()
	defer relay.mu.Unlock()
	fmt.Fprintf(&b, "> %s\n< %s\n", written(relay.said[0]), written(relay.said[1]))
	return b.String()
}

// written writes bytes as the flows have them, with runs of the same byte in short.
func written(b []byte) string {
	var words []string
	for len(b) > 0 {
		n := 1
		for n < len(b) && b[n] == b[0] {
			n++
		}
		if n > 4 {
			words = append(words, fmt.Sprintf("%d*%02X", n, b[0]))
		} else {
			n = 1
			words = append(words, fmt.Sprintf("%02X", b[0]))
		}
		b = b[n:]
	}
	return strings.Join(words, " ")
}

// tap is a relay in front of an endpoint, which keeps what passes.
type tap struct {
	endpoint string

	mu   sync.Mutex
	said [2][]byte // by the client and by the server
}

func newTap(t *testing.T, endpoint string) *tap {
	host, path, _ := strings.Cut(strings.TrimPrefix(endpoint, "ws://"), "/")
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	p := &tap{endpoint: "ws://" + lis.Addr().String() + "/" + path}
	var all sync.WaitGroup
	pass := func(side int, to, from net.Conn) {
		defer to.Close()
		buf := make([]byte, 64<<10)
		for {
			n, err := from.Read(buf)
			p.mu.Lock()
			p.said[side] = append(p.said[side], buf[:n]...)
			p.mu.Unlock()
			if _, e := to.Write(buf[:n]); e != nil || err != nil {
				return
			}
		}
	}
	all.Go(func() {
		client, err := lis.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", host)
		if err != nil {
			_ = client.Close()
			return
		}
		all.Go(func() { pass(0, server, client) })
		all.Go(func() { pass(1, client, server) })
		t.Cleanup(func() { _, _ = client.Close(), server.Close() }) // before the one below
	})
	t.Cleanup(func() { _ = lis.Close(); all.Wait() })
	return p
}
