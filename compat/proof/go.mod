module github.com/gozmq/zmq/compat/proof

go 1.25.0
