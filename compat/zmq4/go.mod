module github.com/gozmq/zmq/compat/zmq4

go 1.25.0

require github.com/gozmq/zmq v0.1.0

require (
	golang.org/x/crypto v0.55.0 // indirect
	golang.org/x/net v0.57.0 // indirect
	golang.org/x/sys v0.47.0 // indirect
)

replace github.com/gozmq/zmq => ../../
