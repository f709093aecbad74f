// SPDX-License-Identifier: Apache-2.0

package mdp

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gozmq/zmq"
)

// attempts is how often a Client makes a request before it gives up.
const attempts = 3

// ErrNoReply is returned when a request has not been answered in time.
var ErrNoReply = errors.New("mdp: no reply")

// Client makes requests to services. It is safe for concurrent use; requests take
// turns.
type Client struct {
	zctx     *zmq.Context
	broker   string
	patience time.Duration

	mu   sync.Mutex // held for a whole request
	sock *zmq.Socket
}

// NewClient makes a client that waits so long for a reply before it asks again.
func NewClient(zctx *zmq.Context, broker string, patience time.Duration) (*Client, error) {
	c := &Client{zctx: zctx, broker: broker, patience: patience}
	return c, c.connect()
}

// connect makes the socket, or makes it anew so that a late reply is dropped.
// Socket.Request would tell late replies by a frame in front of the empty one, for
// which RFC 7 has no room.
func (c *Client) connect() error {
	if c.sock != nil {
		c.sock.Close()
	}
	sock, err := c.zctx.NewSocket(zmq.REQ, zmq.Linger.Of(0))
	if err != nil {
		return err
	}
	c.sock = sock
	return sock.Connect(c.broker)
}

// Close ends the client, after the request under way.
func (c *Client) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sock.Close()
}

// Request returns the body of a service's reply. It asks three times, so the work
// may be done more than once.
func (c *Client) Request(ctx context.Context, service string, body ...[]byte) ([][]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	frames := append([][]byte{[]byte(clientProtocol), []byte(service)}, body...)
	for range attempts {
		m, err := c.exchange(ctx, frames)
		switch {
		case err != nil:
			if err := errors.Join(ctx.Err(), c.connect()); err != nil {
				return nil, err
			}
		case m.Len() < 3 || string(m.Frame(0)) != clientProtocol || string(m.Frame(1)) != service:
			return nil, fmt.Errorf("mdp: reply of %d frames for %q, not the protocol's", m.Len(), service)
		default:
			return m.Frames()[2:], nil
		}
	}
	return nil, fmt.Errorf("%w from %q after %d attempts", ErrNoReply, service, attempts)
}

func (c *Client) exchange(ctx context.Context, frames [][]byte) (zmq.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	if err := c.sock.Send(ctx, frames...); err != nil {
		return zmq.Message{}, err
	}
	return c.sock.Recv(ctx)
}

// Exists asks the broker whether it knows a service.
func (c *Client) Exists(ctx context.Context, service string) (bool, error) {
	body, err := c.Request(ctx, statusService, []byte(service))
	return err == nil && string(body[0]) == "200", err
}
