// SPDX-License-Identifier: Apache-2.0

package ws_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/test/rig"
	"github.com/gozmq/zmq/ws"
)

// flow is a recorded conversation: see testdata/flows/README.
type flow struct {
	types     map[string]zmq.SocketType // by side
	topic     string                    // that the client subscribes to
	says      []saying
	recorded  map[string][]byte // by side
	mechanism bool              // the server chose one
	plain     bool              // namely PLAIN
}

// saying is a message of the application at one side.
type saying struct {
	side   string
	frames []string
}

func readFlow(t *testing.T, file string) *flow {
	t.Helper()
	text, err := os.ReadFile(file)
	rig.Must(t, err)
	f := &flow{types: map[string]zmq.SocketType{}, recorded: map[string][]byte{}}
	for line := range strings.Lines(string(text)) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch said, says := strings.CutPrefix(rest+" ", "says "); {
		case word == "#":
		case says:
			s := saying{side: word}
			for frame := range strings.SplitSeq(said, "/") {
				s.frames = append(s.frames, string(zmqtest.MustOctets(frame)))
			}
			f.says = append(f.says, s)
		case word == "mechanism":
			f.plain = rest == "PLAIN"
		case word == "subscribe":
			f.topic = strings.Trim(rest, `"`)
		case word == ">":
			f.recorded["client"] = zmqtest.MustOctets(rest)
		case word == "<":
			f.recorded["server"] = zmqtest.MustOctets(rest)
		default:
			typ, err := zmq.ParseSocketType(rest)
			rig.Must(t, err)
			f.types[word] = typ
		}
	}
	f.mechanism = bytes.Contains(f.recorded["server"], []byte("ZWS2.0/"))
	return f
}

// TestRecordedFlows plays each side of each flow against a socket of ours at the other.
func TestRecordedFlows(t *testing.T) {
	files, err := filepath.Glob("testdata/flows/*.flow")
	if err != nil || len(files) < 13 {
		t.Fatalf("%d flows, %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".flow")
		t.Run(name+"/server", func(t *testing.T) { asServer(t, readFlow(t, file)) })
		t.Run(name+"/client", func(t *testing.T) { asClient(t, readFlow(t, file)) })
	}
}

// exactly has READY say no more than that of libzmq, which has no such limits to announce.
func exactly() []zmq.Setting {
	return []zmq.Setting{zmq.MaxMessageSize.Of(-1), zmq.MaxMessageBytes.Of(-1), zmq.MaxFrames.Of(0)}
}

// asServer has the recorded client talk to a socket of ours.
func asServer(t *testing.T, f *flow) {
	r := newTest(t, ws.Config{})
	admit(r)
	s, at := r.Bind(f.types["server"], anyPort("ws"), append(exactly(), zmq.PlainServer.Of(f.plain))...)
	nc := dialPlain(t, at)
	r.Check(nc.SetDeadline(time.Now().Add(rig.Patience)))
	head, frames, _ := bytes.Cut(f.recorded["client"], []byte("\r\n\r\n"))
	_, err := nc.Write(append(head, "\r\n\r\n"...))
	r.Check(err)
	in, want := bufio.NewReader(nc), bufio.NewReader(bytes.NewReader(f.recorded["server"]))
	sameHead(t, response(t, in), response(t, want))
	if f.plain { // HELLO is answered before INITIATE comes
		hello := frames[:2+4+int(frames[1]&0x7f)]
		frames = frames[len(hello):]
		_, err = nc.Write(hello)
		r.Check(err)
		sameFrame(t, "the answer to HELLO", in, want, false)
	}
	_, err = nc.Write(frames)
	r.Check(err)
	if f.topic != "" {
		r.WantRecv(s, "\x01"+f.topic)
	}
	for _, said := range f.says {
		if said.side == "server" {
			r.Send(s, said.frames...)
		} else {
			r.WantRecv(s, said.frames...)
		}
	}
	sameFrames(t, in, want, false)
}

// asClient has the recorded server talk to a socket of ours.
func asClient(t *testing.T, f *flow) {
	r := newTest(t, ws.Config{NoMechanism: !f.mechanism})
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	r.Check(err)
	defer lis.Close()
	settings := append(exactly(), zmq.ReconnectInterval.Of(-1))
	if f.plain {
		settings = append(settings, zmq.PlainUsername.Of("user"), zmq.PlainPassword.Of("secret"))
	}
	s := r.Socket(f.types["client"], settings...)
	if f.topic != "" {
		r.Check(s.Subscribe(f.topic))
	}
	r.Check(s.Connect("ws://" + lis.Addr().String()))
	nc, err := lis.Accept()
	r.Check(err)
	defer nc.Close()
	r.Check(nc.SetDeadline(time.Now().Add(rig.Patience)))

	in, want := bufio.NewReader(nc), bufio.NewReader(bytes.NewReader(f.recorded["client"]))
	ours, theirs := request(t, in), request(t, want)
	key := ours.Get("Sec-Websocket-Key")
	if f.mechanism { // jszmq's are those of its own library of WebSocket
		sameHead(t, ours, theirs)
	}
	head, frames, _ := bytes.Cut(f.recorded["server"], []byte("\r\n\r\n"))
	head = bytes.Replace(head, []byte(acceptOf(theirs.Get("Sec-Websocket-Key"))), []byte(acceptOf(key)), 1)
	_, err = nc.Write(append(head, "\r\n\r\n"...))
	r.Check(err)
	server := bytes.NewReader(frames)
	if f.plain {
		sameFrame(t, "HELLO", in, want, true)
		utter(r, nc, server) // WELCOME
	}
	utter(r, nc, server) // READY, or the identity
	for _, said := range f.says {
		if said.side == "client" {
			r.Send(s, said.frames...)
			continue
		}
		utter(r, nc, server)
		r.WantRecv(s, said.frames...)
	}
	sameFrames(t, in, want, true)
}

// utter writes the next message of the recorded server: a REQ takes no reply that comes
// before its request.
func utter(r *rig.Test, nc net.Conn, recorded io.Reader) {
	r.Helper()
	for {
		frame, err := nextFrame(recorded, false)
		r.Check(err)
		_, err = io.WriteString(nc, frame.head+frame.payload)
		r.Check(err)
		if more := frame.payload[0]&1 != 0; !more {
			return
		}
	}
}

func dialPlain(t *testing.T, at string) net.Conn {
	t.Helper()
	nc, err := net.Dial("tcp", plainly(at))
	rig.Must(t, err)
	t.Cleanup(func() { nc.Close() })
	return nc
}

func response(t *testing.T, in *bufio.Reader) http.Header {
	t.Helper()
	a, err := http.ReadResponse(in, nil)
	rig.Must(t, err)
	a.Header.Set("Status", a.Status)
	return a.Header
}

func request(t *testing.T, in *bufio.Reader) http.Header {
	t.Helper()
	a, err := http.ReadRequest(in)
	rig.Must(t, err)
	a.Header.Set("Request", a.Method+" "+a.Proto)
	return a.Header
}

// sameHead compares the fields, apart from the key.
func sameHead(t *testing.T, got, want http.Header) {
	t.Helper()
	got, want = got.Clone(), want.Clone()
	got.Del("Sec-Websocket-Key")
	want.Del("Sec-Websocket-Key")
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the head is %v, want %v", got, want)
	}
}

// sameFrames compares as many frames as were recorded, without their masks.
func sameFrames(t *testing.T, in, recorded io.Reader, masked bool) {
	t.Helper()
	for n := 1; sameFrame(t, fmt.Sprint("frame ", n), in, recorded, masked); n++ {
	}
}

// sameFrame compares the next frame, and returns false if there is none in the recording.
func sameFrame(t *testing.T, name string, in, recorded io.Reader, masked bool) bool {
	t.Helper()
	want, err := nextFrame(recorded, masked)
	if err == io.EOF {
		return false
	}
	rig.Must(t, err)
	got, err := nextFrame(in, masked)
	if err != nil || got != want {
		t.Fatalf("%s is %.100q, %v, want %.100q", name, got, err, want)
	}
	return true
}

// wireFrame is a frame of WebSocket without its mask: what stands before the payload, as it
// is written, and the payload.
type wireFrame struct{ head, payload string }

func nextFrame(in io.Reader, masked bool) (f wireFrame, err error) {
	head := make([]byte, 2, 10)
	if _, err := io.ReadFull(in, head); err != nil {
		return f, err
	}
	if masked != (head[1]&0x80 != 0) {
		return f, fmt.Errorf("a mask of %x", head)
	}
	head[1] &= 0x7f
	size := uint64(head[1])
	if more := map[byte]int{126: 2, 127: 8}[head[1]]; more > 0 {
		head = head[:2+more]
		if _, err := io.ReadFull(in, head[2:]); err != nil {
			return f, err
		}
		size = 0
		for _, b := range head[2:] {
			size = size<<8 | uint64(b)
		}
	}
	key := make([]byte, 4)
	if masked {
		if _, err := io.ReadFull(in, key); err != nil {
			return f, err
		}
	}
	payload := make([]byte, size)
	if _, err := io.ReadFull(in, payload); err != nil {
		return f, err
	}
	for i := range payload {
		payload[i] ^= key[i%4]
	}
	return wireFrame{string(head), string(payload)}, nil
}
