module github.com/gozmq/zmq/compat/gozeromq

go 1.26.0

require github.com/gozmq/zmq v0.1.0

require (
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace github.com/gozmq/zmq => ../../
