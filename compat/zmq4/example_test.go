// SPDX-License-Identifier: Apache-2.0

package zmq4

import "fmt"

// A request and its reply, as a program for github.com/pebbe/zmq4 has them.
func Example() {
	server, err := NewSocket(REP)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	client, err := NewSocket(REQ)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	_ = server.Bind("inproc://hello")
	_ = client.Connect("inproc://hello")

	client.Send("Hello", 0)
	question, _ := server.Recv(0)
	server.Send(question+" World", 0)
	answer, err := client.Recv(0)
	fmt.Println(answer, err)
	// Output: Hello World <nil>
}

func ExamplePoller() {
	ctx, _ := NewContext()
	defer ctx.Term()
	sender, _ := ctx.NewSocket(PUSH)
	defer sender.Close()
	receiver, _ := ctx.NewSocket(PULL)
	defer receiver.Close()
	_ = sender.Bind("inproc://work")
	_ = receiver.Connect("inproc://work")
	sender.SendMessage("task", 1)

	poller := NewPoller()
	poller.Add(receiver, POLLIN)
	ready, err := poller.Poll(-1)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range ready {
		fmt.Println(r.Socket.RecvMessage(0))
	}
	// Output: [task 1] <nil>
}
