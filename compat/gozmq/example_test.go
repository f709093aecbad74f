// SPDX-License-Identifier: Apache-2.0

package gozmq

import "fmt"

// A request and its reply, as a program for github.com/alecthomas/gozmq has them.
func Example() {
	context, _ := NewContext()
	defer context.Close()
	server, _ := context.NewSocket(REP)
	defer server.Close()
	client, _ := context.NewSocket(REQ)
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
