// SPDX-License-Identifier: Apache-2.0

// The types without a network: messages, queue, metadata, names.

package zmq4

import (
	"errors"
	"io"
	"maps"
	"strings"
	"testing"
)

func TestMsg(t *testing.T) {
	for _, c := range []struct {
		msg  Msg
		text string
		all  string
	}{
		{NewMsg([]byte("a")), `Msg{Frames:{"a"}}`, "a"},
		{NewMsgString(""), `Msg{Frames:{""}}`, ""},
		{NewMsgFrom([]byte("a"), nil, []byte("\x00")), `Msg{Frames:{"a", "", "\x00"}}`, "a\x00"},
		{NewMsgFromString([]string{"a", "b"}), `Msg{Frames:{"a", "b"}}`, "ab"},
		{Msg{}, `Msg{Frames:{}}`, ""},
	} {
		if c.msg.String() != c.text || string(c.msg.Bytes()) != c.all || c.msg.Err() != nil || c.msg.Type != UsrMsg {
			t.Errorf("%s, %q, %v; want %s, %q", c.msg, c.msg.Bytes(), c.msg.Err(), c.text, c.all)
		}
		clone := c.msg.Clone()
		if len(c.msg.Frames) > 0 && len(c.msg.Frames[0]) > 0 {
			c.msg.Frames[0][0] = 'X'
		}
		if clone.String() != c.text {
			t.Errorf("the clone shares memory: %s", clone)
		}
	}
}

func TestQueue(t *testing.T) {
	q := NewQueue()
	if _, ok := q.Peek(); ok || q.Len() != 0 {
		t.Error("a new queue is not empty")
	}
	next := 0
	for i := range 1000 {
		q.Push(NewMsgString(string(rune('a' + i%26))))
		if i%3 == 0 {
			first, _ := q.Peek()
			if want := string(rune('a' + next%26)); string(first.Bytes()) != want {
				t.Fatalf("after %d: %s, want %s", i, first, want)
			}
			q.Pop()
			next++
		}
	}
	if q.Len() != 1000-next {
		t.Errorf("%d left, want %d", q.Len(), 1000-next)
	}
	q.Init()
	if q.Len() != 0 {
		t.Error("Init leaves messages")
	}
	defer func() {
		if recover() == nil {
			t.Error("Pop on an empty queue does not panic")
		}
	}()
	q.Pop()
}

func TestMetadataTravels(t *testing.T) {
	data, err := Metadata{"socket-type": "PUB", "Identity": "x", "b": "2", "X-own-name": ""}.MarshalZMTP()
	want := "\x08Identity\x00\x00\x00\x01x" + "\x0aX-Own-Name\x00\x00\x00\x00" + "\x03X-B\x00\x00\x00\x012" +
		"\x0bSocket-Type\x00\x00\x00\x03PUB"
	if err != nil || string(data) != want {
		t.Fatalf("%q, %v; want %q", data, err, want)
	}
	var md Metadata
	if err := md.UnmarshalZMTP(data); err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(md, Metadata{"Socket-Type": "PUB", "Identity": "x", "X-B": "2", "X-Own-Name": ""}) {
		t.Errorf("read back: %v", md)
	}
	for n := 1; n < len(data); n++ { // every prefix: whole properties or an error
		err := new(Metadata).UnmarshalZMTP(data[:n])
		whole := n == 14 || n == 14+15 || n == 14+15+9
		if whole != (err == nil) || err != nil && err != io.ErrUnexpectedEOF {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	if _, err := (Metadata{strings.Repeat("x", 256): ""}).MarshalZMTP(); !errors.Is(err, ErrBadProperty) {
		t.Errorf("a name of 256 bytes: %v", err)
	}
	if err := md.UnmarshalZMTP([]byte("\x01a\xff\xff\xff\xff")); err != io.ErrUnexpectedEOF {
		t.Errorf("a value of 4 GiB: %v", err)
	}
}

func TestProperty(t *testing.T) {
	p := Property{K: "Ab", V: "cd"}
	buf := make([]byte, 20)
	n, err := p.Read(buf)
	if n != 9 || err != io.EOF || string(buf[:n]) != "\x02Ab\x00\x00\x00\x02cd" {
		t.Errorf("Read: %d, %v, %q", n, err, buf[:n])
	}
	if n, err := p.Read(buf[:8]); n != 0 || err != io.ErrShortBuffer {
		t.Errorf("Read into 8 bytes: %d, %v", n, err)
	}
	if _, err := (Property{}).Read(buf); !errors.Is(err, ErrBadProperty) {
		t.Errorf("Read of no name: %v", err)
	}
	var q Property
	if n, err := q.Write(buf[:12]); n != 9 || err != nil || q != p {
		t.Errorf("Write: %d, %v, %v", n, err, q)
	}
	for i := range 9 {
		if n, err := q.Write(buf[:i]); n != 0 || err != io.ErrUnexpectedEOF || q != p {
			t.Errorf("Write of %d bytes: %d, %v, %v", i, n, err, q)
		}
	}
}

func TestIsCompatible(t *testing.T) {
	if !Pub.IsCompatible(XSub) || !Req.IsCompatible(Router) || Req.IsCompatible(Dealer) || Push.IsCompatible(Push) {
		t.Error("not the table of RFC 23")
	}
	for a, peers := range compatible {
		for _, b := range peers {
			if !b.IsCompatible(a) {
				t.Errorf("%s with %s, but not the other way", a, b)
			}
		}
	}
	if SocketType("x").IsCompatible("y") || SocketType("x").IsCompatible("x") {
		t.Error("types that do not exist are compatible")
	}
}

func TestSmallNames(t *testing.T) {
	if got := SocketIdentity("a\x00b").String(); got != "a\x00b" {
		t.Errorf("identity %q", got)
	}
	if got := (UnknownTransportError{Name: "x"}).Error(); got != `zmq4: unknown transport "x"` {
		t.Errorf("error %q", got)
	}
}
