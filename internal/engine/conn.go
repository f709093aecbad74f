// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gozmq/zmq/internal/mechanism"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/wire"
)

// Config is what a connection needs to know of its socket. It is shared by the
// connections of an endpoint and never changes.
type Config struct {
	SocketType   string                       // "DEALER"
	TakesPeer    func(socketType string) bool // by the name that the peer announces
	SocketNumber byte                         // libzmq's number, for ZMTP 1.0 and 2.0 greetings
	Identity     []byte
	Mechanism    func() mechanism.Machine // a fresh one for each connection
	Raw          bool                     // STREAM: no protocol at all
	Datagrams    string                   // frames without greeting and handshake, over what; empty: not so
	Groups       bool                     // DISH: a message is a group and one frame
	TakesTopics  bool                     // PUB and XPUB: peers subscribe by commands
	TakesGroups  bool                     // RADIO: peers join and leave
	Chunk        int                      // the most bytes of one message of a Raw connection, 0 is 8 KiB
	Hello        []byte                   // HELLO_MSG: first message of every connection

	// Authenticate answers the mechanism's question; nil, and a nil verdict, admit
	// every peer. Authorize may refuse a peer of which everything is known; nil never
	// does. Both are called without locks and have until their context ends.
	Authenticate func(context.Context, *pipe.Peer, *mechanism.Question) (*mechanism.Verdict, error)
	Authorize    func(context.Context, *pipe.Peer) error

	// ServerKeys gives the secret keys for a client, whose short-term key is known, if
	// Mechanism is a KeySeeker. It is called like these.
	ServerKeys func(context.Context, *pipe.Peer, *mechanism.CurveKey) ([]*mechanism.CurveKey, error)

	HandshakeTimeout time.Duration // 0 is none
	HandshakeBytes   int           // most bytes that a peer may send before it is ready
	MaxFrame         int64         // MAXMSGSIZE, negative is no limit
	MaxMessage       int64         // all frames of a message, negative or 0 is no limit
	MaxFrames        int           // frames of a message, 0 is no limit
	RefuseOld        bool          // refuse ZMTP 1.0 and 2.0
	NeedsCommands    bool          // RADIO and DISH: messages alone do not do

	HeartbeatInterval time.Duration // 0 is none
	HeartbeatTimeout  time.Duration // 0 is none
	HeartbeatTTL      time.Duration
	HeartbeatOld      bool // also towards peers that speak ZMTP 3.0

	// HeartbeatStrict ends every peer that is silent for HeartbeatTimeout, as libzmq
	// does. Otherwise one that may be busy stays: see vigil.
	HeartbeatStrict bool
	// StallLimit is how long such a peer may stay silent, 0 for ever.
	StallLimit time.Duration
	// system is what tests put in the place of peerSystem.
	system func() (acks, bool)

	// Lend, if set, is asked whether the socket's receivers may read a connection
	// themselves from now on, by Borrow; a socket that agrees calls Recall when they may
	// not any more. It is called without locks.
	Lend  func(*Conn) bool
	Loans *Loans // not nil if Lend is set

	Keeper *Keeper // of connections that we have ended; nil: they are closed at once

	Buffers *Buffers
	Budget  *pipe.Budget // of the context; nil is no limit
}

// Conn is one connection. A session calls Handshake, then Run; any goroutine may call
// Close and Flush.
type Conn struct {
	// Immutable after New.
	nc  net.Conn
	cfg *Config
	src source

	loan atomic.Pointer[loan] // nil before the first; set by the reader

	// Owned by the goroutine that calls Handshake, then by the one that calls Run, or
	// while the connection is lent by the receiver that borrows it.
	accepted bool // the peer connected to us; set before Handshake
	version  wire.Version
	layered  bool              // a layer carries the frames, and has heartbeats of its own
	traffic  mechanism.Traffic // what frames go through; nil: they travel as they are
	rest     []byte            // bytes that came behind the handshake
	dec      decoder
	pipe     *pipe.Pipe
	out      *pipe.Outbox
	peer     *pipe.Peer
	account  *pipe.Account     // what the peer makes us hold, see account.go
	partial  pipe.Holding      // of account: the message under way
	known    int64             // drawn of account for what the peer said of itself
	last     lastWords         // what is left to be read once a write has failed
	after    []<-chan struct{} // what reading begins after
	wanted   int               // reads in a row that a receiver waited for, see lend

	// Owned by the goroutine that calls Handshake, then by the holder of the outbox's
	// write token.
	behind *behind // the last write of the handshake; nil: it is over

	// Owned by the holder of the outbox's write token.
	batch     pipe.Batch
	vec       net.Buffers
	recoded   *recoder  // for ZMTP 1.0
	stuck     func()    // takesNoMore, made when it is needed first
	seal      *sealer   // with traffic
	written   int       // bytes of batch that have gone out
	flight    flight    // what the last bytes written were
	lastWrite time.Time // end of the last write
	streak    int       // writes that followed closely on the one before
	usesThen  uint64    // loan.uses at the last write

	writers   sync.WaitGroup
	writeErr  atomic.Pointer[error] // the first write that failed; nothing is written after it
	readBy    readDeadline
	paused    atomic.Bool               // reading waits for the application
	finishing atomic.Bool               // Finish was called: nothing more is said
	running   atomic.Bool               // Run has not returned: the peer has not ended the connection
	keep      atomic.Bool               // Wait leaves the connection to the Keeper
	heard     atomic.Uint64             // counts reads that brought bytes
	beat      atomic.Pointer[heartbeat] // nil until heartbeats needs it

	gate      gate
	closeOnce sync.Once
	err       error // why; set before the gate is told of the end
	unacked   int   // bytes that the peer's system had not acknowledged; set by Close
}

// New takes over an established connection.
func New(nc net.Conn, cfg *Config) *Conn {
	address, local, remote := transport.Ends(nc)
	c := &Conn{nc: nc, cfg: cfg}
	c.peer = &pipe.Peer{Address: address, Local: local, Remote: remote}
	c.src.init(nc, cfg.Buffers, cfg.Budget)
	return c
}

// SetAccepted notes, before Handshake, that the peer connected to us.
func (c *Conn) SetAccepted() { c.accepted = true }

// Version returns the protocol version that the handshake settled on.
func (c *Conn) Version() wire.Version { return c.version }

// Peer returns what is known of the peer: before Handshake has succeeded, the
// addresses.
func (c *Conn) Peer() *pipe.Peer { return c.peer }

// Descriptor returns the number of the connection's descriptor, -1 where there is
// none.
func (c *Conn) Descriptor() int { return int(c.src.fd) }

// NetConn returns the connection underneath.
func (c *Conn) NetConn() net.Conn { return c.nc }

// Close ends the connection at once. The first reason given is the one that
// Run returns; nil stands for our own wish. Where the peer may not learn of it, the
// Keeper has the descriptor afterwards.
func (c *Conn) Close(reason error) {
	c.closeOnce.Do(func() {
		c.err = reason
		c.gate.tell(closed)
		c.stopHeartbeats()
		c.unacked = c.src.unacked()
		c.closeOrKeep()
		c.Recall()
	})
}

// Finish ends a connection that is ready, after everything queued has been
// handed to the operating system: it shuts down our direction and lets Run go on,
// discarding, until the peer has read all of it and has closed too. A close of
// ours would come too early. Bytes that we have not read turn it into a reset
// that can overtake what we sent, and a libzmq peer that is held up at its
// high-water mark drops what it has not read yet when it learns of the close (over
// ipc, or with something to write).
//
// From here on nothing is said, so heartbeats end; that the peer's machine is still
// there, TCP keep-alive tells.
func (c *Conn) Finish() {
	c.finishing.Store(true)
	c.stopHeartbeats()
	if tcp, ok := c.src.bottom.(interface {
		SetKeepAliveConfig(net.KeepAliveConfig) error
	}); ok {
		_ = tcp.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true}) // the defaults: two minutes and a half
	}
	c.out.OnParting(func() {
		half, ok := c.nc.(interface{ CloseWrite() error })
		if !ok || half.CloseWrite() != nil {
			c.Close(nil)
		}
	})
}

// reason returns why the connection ended, given the error that was seen.
func (c *Conn) reason(seen error) error {
	if c.gate.isClosed() {
		if c.err != nil {
			return c.err
		}
		return net.ErrClosed
	}
	if c.last.begun && errors.Is(seen, os.ErrDeadlineExceeded) {
		return *c.writeErr.Load()
	}
	return seen
}

// Buffers lends buffers to the connections of one context. The zero value is
// ready; it is safe for concurrent use.
type Buffers struct {
	pool   sync.Pool // of *readBuffer
	wide   sync.Pool // of *readBuffer with wideSize bytes
	sealed sync.Pool // of *sealedBuffer

	lent atomic.Int32 // buffers of pool and wide
}

// readBuffer is where bytes land, and where messages gather until they are
// handed over. An idle connection has none.
type readBuffer struct {
	data  []byte
	items [batchSize]pipe.Item
	used  int // of items: those that may still refer to messages
}

const (
	// readSize is how much one read brings at most. 64 KiB is what makes the
	// cost of the system call small against that of the copy.
	readSize = 64 << 10
	// wideSize is the same where large frames stream in that are encrypted: most are
	// opened out of the buffer, straight into the memory of their messages, instead
	// of being put together there first, and a read brings several.
	wideSize = 256 << 10
	// crowdSize is what a read brings at most while more than crowd buffers are lent:
	// a reader keeps its buffer as long as its queue is full, and those of many would
	// all be large, and cold. It is about what a queue takes: a thousand small messages
	// (RCVHWM), in one piece of memory that they share.
	crowdSize = pipe.SlabSize
	// crowd times readSize is a mebibyte, what the second-level cache of a processor
	// holds nowadays.
	crowd = 16
	// batchSize is how many messages are handed over under one lock. They stay
	// within the first-level cache.
	batchSize = 256
)

// crowded reports whether many read at the same time.
func (b *Buffers) crowded() bool { return b.lent.Load() > crowd }

func (b *Buffers) get(wide bool) *readBuffer {
	pool, size := &b.pool, readSize
	if wide {
		pool, size = &b.wide, wideSize
	}
	b.lent.Add(1)
	if r, ok := pool.Get().(*readBuffer); ok {
		return r
	}
	return &readBuffer{data: make([]byte, size)}
}

func (b *Buffers) put(r *readBuffer) {
	b.lent.Add(-1)
	clear(r.items[:r.used])
	r.used = 0
	if len(r.data) == wideSize {
		b.wide.Put(r)
	} else {
		b.pool.Put(r)
	}
}
