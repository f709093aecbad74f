// SPDX-License-Identifier: Apache-2.0

package zmqstats

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// A peer that asks again and again and does not read makes few replies wait.
func TestFewRepliesWaitForAPeer(t *testing.T) {
	_, s := answered(t, "tcp://127.0.0.1:*")
	if peers := Read(s.own).Sockets[s.sock.String()].Peers; len(peers) != 1 || peers[0].SendHWM != waitingReplies {
		t.Errorf("%+v", peers)
	}
}

// A time without requests does not end the server, whatever the settings say.
func TestReceiveTimeoutOfTheProgramEndsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		req, _ := answered(t, "inproc://stats", zmq.RecvTimeout.Of(time.Millisecond))
		time.Sleep(time.Second)
		if _, err := req.Request(zmqtest.Deadline(t), nil); err != nil {
			t.Error(err)
		}
	})
}

// answered returns a server that has replied to a REQ of its own context.
func answered(t *testing.T, endpoint string, settings ...zmq.Setting) (*zmq.Socket, *Server) {
	t.Helper()
	c, err := zmq.NewContext(zmq.ContextConfig{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	s, err := Listen(c, endpoint, settings...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	req, err := s.own.NewSocket(zmq.REQ, zmq.Linger.Of(0))
	if err != nil {
		t.Fatal(err)
	}
	if err := req.Connect(s.Endpoint()); err != nil {
		t.Fatal(err)
	}
	if _, err := req.Request(zmqtest.Deadline(t), nil); err != nil {
		t.Fatal(err)
	}
	return req, s
}
