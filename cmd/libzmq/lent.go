// SPDX-License-Identifier: Apache-2.0

//go:build cgo && linux

package main

/*
#include "library.h"
*/
import "C"

import (
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/gozmq/zmq/internal/pipe"
)

// lentContent is a content that the library uses in place of a copy: it has one of the
// content's references.
type lentContent struct{ of *C.content }

// lend takes a reference of a content for the library.
func lend(c *C.content) *pipe.Lease {
	hold(c)
	return pipe.NewLease(lentContent{c})
}

// hold takes a reference.
func hold(c *C.content) { atomic.AddUint32((*uint32)(unsafe.Pointer(&c.refs)), 1) }

// reclaim ends the lender's own hold after a send. The message of the program has a
// reference too, so that this one is not the last if the library has kept nothing.
func reclaim(l *pipe.Lease, c *C.content) {
	if l.TakeOver() {
		atomic.AddUint32((*uint32)(unsafe.Pointer(&c.refs)), ^uint32(0))
	} else {
		l.Release()
	}
}

// Returned implements pipe.Lender. The program's free function may be called for the
// last reference, and may do anything: it runs in a goroutine that holds no lock.
func (l lentContent) Returned() { returned.add(func() { C.content_unref(l.of) }) }

// takeContent returns the content in which the last frame of a message lies, with a reference
// for the caller, and ends the message's lease; nil if the message has none.
func takeContent(m *pipe.Item) *C.content {
	l := m.Lease
	if l == nil {
		return nil
	}
	m.Lease = nil
	c := l.Lender().(lentContent).of
	if !l.TakeOver() { // or the reference of the lease is the caller's now
		hold(c)
		l.Release()
	}
	return c
}

// returned are contents whose lease has ended.
var returned chores

// chores are done one after the other, in the order in which they were added.
type chores struct {
	mu   sync.Mutex // a leaf lock
	list []func()
	busy bool // a goroutine is at work
}

func (q *chores) add(f func()) {
	q.mu.Lock()
	q.list = append(q.list, f)
	begin := !q.busy
	q.busy = true
	q.mu.Unlock()
	if begin {
		go q.work()
	}
}

func (q *chores) work() {
	for {
		q.mu.Lock()
		list := q.list
		q.list = nil
		if len(list) == 0 {
			q.busy = false
			q.mu.Unlock()
			return
		}
		q.mu.Unlock()
		for _, f := range list {
			f()
		}
	}
}

// settle returns when everything is done that was added before.
func (q *chores) settle() {
	done := make(chan struct{})
	q.add(func() { close(done) })
	<-done
}
