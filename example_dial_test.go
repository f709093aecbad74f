// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"context"
	"fmt"
	"net"
	"syscall"
	"time"

	"github.com/gozmq/zmq"
)

// memory is a net.Listener whose connections do not leave the program.
type memory struct {
	conns chan net.Conn
	done  chan struct{}
}

func (m memory) Accept() (net.Conn, error) {
	select {
	case c := <-m.conns:
		return c, nil
	case <-m.done:
		return nil, net.ErrClosed
	}
}

func (m memory) Close() error {
	close(m.done)
	return nil
}

func (m memory) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "unix"} }

// Dial has the form of net.Dialer.DialContext, as that of an SSH client or of another
// network stack has.
func (m memory) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case m.conns <- far:
		return near, nil
	case <-m.done:
		return nil, syscall.ECONNREFUSED
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// A server and a client in one program, for a test without ports. The same two settings
// put sockets on a network that is reached by SSH or by another network stack.
func ExampleWithDial() {
	network := memory{make(chan net.Conn), make(chan struct{})}

	rep, err := zmq.NewSocket(zmq.REP)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rep.Close()
	if err := rep.Bind("tcp://server:5555", zmq.WithListener(network)); err != nil {
		fmt.Println(err)
		return
	}

	req, err := zmq.NewSocket(zmq.REQ, zmq.WithDial(network.Dial))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer req.Close()
	if err := req.Connect("tcp://server:5555"); err != nil {
		fmt.Println(err)
		return
	}

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := req.SendString(ctx, "hello"); err != nil {
		fmt.Println(err)
		return
	}
	m, err := rep.Recv(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.String(), "by", m.Peer().Remote)
	// Output: hello by pipe://pipe
}

// A listener of the program's own making, here with an option of the system.
func ExampleWithListen() {
	lc := net.ListenConfig{KeepAlive: 15 * time.Second}
	pull, err := zmq.NewSocket(zmq.PULL, zmq.WithListen(lc.Listen))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pull.Close()
	fmt.Println(pull.Bind("tcp://127.0.0.1:*"))
	// Output: <nil>
}

// A socket that takes over a listener which is there already.
func ExampleWithListener() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	pull, err := zmq.NewSocket(zmq.PULL)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pull.Close()
	if err := pull.Bind("tcp://jobs", zmq.WithListener(ln)); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(pull.LastEndpoint() == "tcp://"+ln.Addr().String())
	// Output: true
}
