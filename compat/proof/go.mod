module github.com/gozmq/zmq/compat/proof

go 1.26.0
