// SPDX-License-Identifier: Apache-2.0

// Package proof runs the same programs, their text unchanged, on libzmq and on
// compat/zmq4 and compat/gozmq, and compares what they print, line by line.
//
// The programs are in testdata/zmq4 and testdata/gozmq, with what they printed on
// libzmq beside them: where libzmq is not at hand, that is what ours is compared with.
// On libzmq those for github.com/pebbe/zmq4 run on the original, by cgo. The module of
// github.com/alecthomas/gozmq is not to be had any more; its programs run on
// testdata/reference, which has what they need of its API over pebbe/zmq4.
//
//	go test ./...                        compare, with libzmq too if it can be built
//	ZMQ_INTEROP_REQUIRED=1 go test ./... fail if it cannot
//	go test -update                      record what the programs print on libzmq
//	go test -run - -bench . -benchtime 1x
//	                                     messages a second of both
//
// libzmq wants gcc and libzmq3-dev.
package proof
