// SPDX-License-Identifier: Apache-2.0

//go:build cgo && linux

package main

/*
#include "library.h"
*/
import "C"

import (
	gocontext "context"
	"strings"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/zerr"
)

// memory is shared by all contexts, because programs make many short ones.
var memory core.Memory

// context is a context that has had a socket.
type context struct {
	c         *core.Context
	ioThreads int
}

//export gozmq_ctx_start
func gozmq_ctx_start(slot C.uint32_t, maxSockets, ioThreads C.int) {
	c := core.NewContext(core.Config{
		MaxSockets: int(maxSockets), Libzmq: true,
		Transports: transports(), Known: core.LaterTransports(), Memory: &memory,
	})
	contexts[slot].Store(&context{c: c, ioThreads: int(ioThreads)})
}

//export gozmq_ctx_shutdown
func gozmq_ctx_shutdown(slot C.uint32_t) { contexts[slot].Load().c.Shutdown() }

// gozmq_ctx_term begins the end of a context, which the eventfd done tells.
//
//export gozmq_ctx_term
func gozmq_ctx_term(slot C.uint32_t, done C.int) {
	c := contexts[slot].Swap(nil)
	c.c.Shutdown()
	go func() {
		_ = c.c.Term(gocontext.Background(), false) // the sockets are their owners' to close
		returned.settle()
		ring(int(done))
	}()
}

//export gozmq_socket
func gozmq_socket(ctx, slot C.uint32_t, out *C.outbound, typ, event, ipv6, blocky C.int) C.int {
	c := contexts[ctx].Load()
	row := pattern.TypeOf(int(typ))
	switch {
	case c == nil:
		return errno(zerr.ErrTerminated)
	case row == nil:
		return errno(zerr.ErrInvalid)
	}
	s, err := c.c.NewSocket(row.Number)
	if err != nil {
		return errno(err)
	}
	if ipv6 != 0 {
		_ = s.SetOption(opt.IPv6, opt.Value{I: 1}) // only fails once the context ends
	}
	if blocky == 0 {
		_ = s.SetOption(opt.Linger, opt.Value{}) // likewise
	}
	k := &socket{s: s, ctx: c, bell: bell{fd: int(event)}, feed: &feed{out}, raw: row.Plain}
	s.SetFeed(k.feed)
	sockets[slot].Store(k)
	return 0
}

// checkThreads says what libzmq does of a bind or connect that no I/O thread could
// serve: IO_THREADS and AFFINITY have no other effect here.
func (c *context) checkThreads(s *core.Socket, endpoint string) error {
	if strings.HasPrefix(endpoint, "inproc://") {
		return nil
	}
	v, err := s.Option(opt.Affinity)
	if err != nil {
		return err
	}
	if c.ioThreads == 0 || v.I != 0 && c.ioThreads < 64 && uint64(v.I)&(1<<c.ioThreads-1) == 0 {
		return zerr.ErrNoThread
	}
	return nil
}

func errno(err error) C.int { return C.int(zerr.Errno(err)) }
