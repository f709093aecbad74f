module github.com/gozmq/zmq/bench

go 1.26.0

require github.com/gozmq/zmq v0.0.0

replace github.com/gozmq/zmq => ../
