// SPDX-License-Identifier: Apache-2.0

package reqrep

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

// chooser returns a client of servers that are connected, without sockets.
func chooser(n int) (c *Client, servers []*server) {
	c = &Client{attempts: map[uint64]*attempt{}}
	for range n {
		c.servers = append(c.servers, &server{c: c, connected: true})
	}
	return c, c.servers
}

func newCall() *call {
	return &call{reply: make(chan zmq.Message, 1), lost: make(chan struct{}, 1)}
}

// reply is what a server answers to an attempt.
func reply(id uint64) zmq.Message {
	return zmq.NewMessage(binary.BigEndian.AppendUint64(nil, id), nil, []byte("reply"))
}

func TestServerWithTheFewestRequestsIsChosen(t *testing.T) {
	c, servers := chooser(3)
	for i := range 9 {
		c.begin(newCall(), nil)
		for _, s := range servers {
			if s.owed > i/3+1 || s.owed < (i+1)/3 {
				t.Fatalf("after %d requests a server has %d", i+1, s.owed)
			}
		}
	}
	servers[1].owed = 0
	for range 3 {
		if _, s := c.begin(newCall(), nil); s != servers[1] {
			t.Fatal("a server with more requests was chosen")
		}
	}
	servers[0].connected, servers[1].connected = false, false
	if _, s := c.begin(newCall(), nil); s != servers[2] {
		t.Error("a server that is not connected was chosen")
	}
	if _, s := c.begin(newCall(), map[*server]bool{servers[2]: true}); s != nil {
		t.Error("a server that has no room was chosen")
	}
}

func TestServerThatHangsIsAvoided(t *testing.T) {
	c, servers := chooser(2)
	k := newCall()
	_, hung := c.begin(k, nil)
	id, good := c.begin(k, nil) // the second attempt goes elsewhere
	if hung == good {
		t.Fatal("both attempts went to one server")
	}
	c.deliver(good, reply(id))
	if m := <-k.reply; m.String() != "reply" || k.live != 1 {
		t.Errorf("the call got %q, and has %d attempts", m, k.live)
	}
	c.forget(k)
	sequential := func() *server {
		k := newCall()
		id, s := c.begin(k, nil)
		if s == good {
			c.deliver(s, reply(id))
		}
		c.forget(k)
		return s
	}
	hung.since = time.Now().Add(time.Hour) // however long the test takes
	for range 20 {
		if sequential() != good {
			t.Fatal("a request went to the server that hangs")
		}
	}
	hung.since = time.Now().Add(-forgiveAfter)
	if first, second := sequential(), sequential(); first != hung && second != hung {
		t.Error("the server that hung is not tried again")
	}
	hung.since = hung.since.Add(time.Hour)
	if first, second := sequential(), sequential(); first != good || second != good {
		t.Error("the server that still hangs is tried at once")
	}
	c.deliver(hung, reply(12345)) // to a request that was given up
	if hung.unanswered != 0 || len(c.attempts) != 0 || servers[0].owed+servers[1].owed != 0 {
		t.Errorf("%+v", hung)
	}
}

func TestCallThatHasItsReplyIsNotSentAgain(t *testing.T) {
	c, _ := chooser(2)
	k := newCall()
	id, s := c.begin(k, nil)
	c.deliver(s, reply(id))
	if _, again := c.begin(k, nil); again != nil || len(k.sent) != 1 {
		t.Error("it is sent again")
	}
}

func TestAttemptsEndWithTheirConnection(t *testing.T) {
	c, servers := chooser(1)
	s := servers[0]
	old, young := newCall(), newCall()
	c.begin(old, nil)
	s.connection++
	c.begin(young, nil)
	s.unanswered, s.since = 7, time.Now()
	c.lose(s, s.connection)
	select {
	case <-old.lost:
	default:
		t.Error("the call on the connection that ended was not told")
	}
	if old.live != 0 || young.live != 1 || s.owed != 1 || s.unanswered != 0 || len(young.lost) != 0 {
		t.Errorf("old %d, young %d, owed %d, unanswered %d", old.live, young.live, s.owed, s.unanswered)
	}
	if m, lost := c.ended(old); !lost || m.Len() != 0 {
		t.Error("the call still waits")
	}
}

// What is no reply to an attempt of that server changes nothing.
func TestStrangeRepliesAreDropped(t *testing.T) {
	c, _ := chooser(2)
	k := newCall()
	id, s := c.begin(k, nil)
	other := c.servers[0]
	if other == s {
		other = c.servers[1]
	}
	number := binary.BigEndian.AppendUint64(nil, id)
	for _, m := range []zmq.Message{
		zmq.NewMessage(number), zmq.NewMessage(number, nil), zmq.NewMessage(number[1:], nil, nil),
		zmq.NewMessage(number, []byte("x"), nil), zmq.NewMessage(nil, number, nil), reply(id + 1),
	} {
		c.deliver(s, m)
	}
	c.deliver(other, reply(id))
	if len(k.reply) != 0 || k.live != 1 {
		t.Error("a strange message counted as the reply")
	}
	c.deliver(s, reply(id))
	if len(k.reply) != 1 || k.live != 0 {
		t.Error("the reply did not count")
	}
}
