package main

import (
	"fmt"
	"os"
	"strconv"
	"time"

	zmq "github.com/pebbe/zmq4"
)

// Messages of a size over TCP from a PUSH to a PULL of the same process: prints how
// many a second. Arguments: size, count, and how: string, bytes or message.
func main() {
	size, _ := strconv.Atoi(os.Args[1])
	count, _ := strconv.Atoi(os.Args[2])
	how := os.Args[3]
	pull, _ := zmq.NewSocket(zmq.PULL)
	push, _ := zmq.NewSocket(zmq.PUSH)
	if err := pull.Bind("tcp://127.0.0.1:*"); err != nil {
		panic(err)
	}
	at, _ := pull.GetLastEndpoint()
	if err := push.Connect(at); err != nil {
		panic(err)
	}
	go send(push, make([]byte, size), count, how)
	receive(pull, 1, how)
	began := time.Now()
	receive(pull, count-1, how)
	fmt.Println(int(float64(count-1) / time.Since(began).Seconds()))
}

func send(s *zmq.Socket, b []byte, count int, how string) {
	text := string(b)
	for i := 0; i < count; i++ {
		var err error
		switch how {
		case "string":
			_, err = s.Send(text, 0)
		case "bytes":
			_, err = s.SendBytes(b, 0)
		default:
			_, err = s.SendMessage(text)
		}
		if err != nil {
			panic(err)
		}
	}
}

func receive(s *zmq.Socket, count int, how string) {
	for i := 0; i < count; i++ {
		var err error
		switch how {
		case "string":
			_, err = s.Recv(0)
		case "bytes":
			_, err = s.RecvBytes(0)
		default:
			_, err = s.RecvMessage(0)
		}
		if err != nil {
			panic(err)
		}
	}
}
