module github.com/gozmq/zmq/bench/peers/pebbe

go 1.26.0

require (
	github.com/gozmq/zmq/bench v0.0.0
	github.com/pebbe/zmq4 v1.4.0
)

replace (
	github.com/gozmq/zmq => ../../..
	github.com/gozmq/zmq/bench => ../..
)
