// SPDX-License-Identifier: Apache-2.0

package gozmq_test

import (
	"fmt"

	zmq "github.com/gozmq/zmq/compat/gozmq"
)

// A request and its reply, as a program for github.com/alecthomas/gozmq has them.
func Example() {
	context, _ := zmq.NewContext()
	defer context.Close()
	server, _ := context.NewSocket(zmq.REP)
	defer server.Close()
	client, _ := context.NewSocket(zmq.REQ)
	defer client.Close()
	_ = server.Bind("inproc://hello")
	_ = client.Connect("inproc://hello")

	_ = client.Send([]byte("Hello"), 0)
	question, _ := server.Recv(0)
	_ = server.SendMultipart([][]byte{question, []byte("World")}, 0)
	answer, err := client.RecvMultipart(0)
	fmt.Printf("%s %v\n", answer, err)
	// Output: [Hello World] <nil>
}
