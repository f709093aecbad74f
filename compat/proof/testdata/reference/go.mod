module github.com/alecthomas/gozmq

go 1.25.0

require github.com/pebbe/zmq4 v1.4.0
