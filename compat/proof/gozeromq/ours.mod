module github.com/gozmq/zmq/compat/proof/gozeromq

go 1.25.0

require github.com/go-zeromq/zmq4 v0.17.0

require (
	github.com/gozmq/zmq v0.1.0 // indirect
	github.com/gozmq/zmq/compat/gozeromq v0.1.0 // indirect
	golang.org/x/crypto v0.55.0 // indirect
	golang.org/x/net v0.57.0 // indirect
	golang.org/x/sys v0.47.0 // indirect
)

// The line that a program adds; the others stand for published versions.
replace github.com/go-zeromq/zmq4 => ../../gozeromq/replace

replace (
	github.com/gozmq/zmq => ../../../
	github.com/gozmq/zmq/compat/gozeromq => ../../gozeromq
)
