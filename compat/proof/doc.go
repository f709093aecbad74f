// SPDX-License-Identifier: Apache-2.0

// Package proof runs the same programs on github.com/pebbe/zmq4, which binds
// libzmq by cgo, and on compat/zmq4, and compares what they print. The programs are
// in testdata/zmq4, with what the original printed beside them: without libzmq, that
// is what ours is compared with.
//
//	go test ./...                    compare, with the original too if it can be built
//	ZMQ_INTEROP_REQUIRED=1 go test   fail if the original cannot be built
//	go test -update                  record what the original prints
//
// It needs gcc and libzmq3-dev for the original.
package proof
