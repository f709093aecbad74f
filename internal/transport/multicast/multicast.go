// SPDX-License-Identifier: Apache-2.0

// Package multicast carries the messages of publishers to subscribers by PGM (RFC 3208):
// pgm in IP packets of protocol 113, epgm in UDP. The protocol is in package internal/pgm.
// Here are its sockets.
//
// To its reader and writer, what Open returns is a stream of frames as in ZMTP 2.0, as
// with udp. The goroutine that reads it works the machine of a subscriber, and the timers
// of a publisher. A publisher has a goroutine for each of its two sockets beside, which
// hear receivers. Open starts them, and Close waits for their end.
package multicast

import (
	"net"
	"net/netip"
	"time"

	"github.com/gozmq/zmq/internal/pgm"
	"github.com/gozmq/zmq/internal/pgm/packet"
	"github.com/gozmq/zmq/internal/transport"
)

// The schemes: PGM itself, which needs the right to open raw sockets, and PGM in UDP.
const (
	Pgm  = "pgm"
	Epgm = "epgm"
)

// protocol is PGM's number in IP packets.
const protocol = "113"

// Config is what the options say about multicast.
type Config struct {
	transport.Config
	Sends    bool // of a publisher; others receive
	Rate     int  // kbit/s
	Recovery time.Duration
	Hops     int
	MaxTPDU  int  // the largest packet, headers included
	Loop     bool // programs of this machine receive it too
	Limits   pgm.Limits
	// Partial is asked before a receiver keeps so many bytes of messages of which a part
	// has come; an error has the message that grows be given up. Nil is no bound.
	Partial func(total int64) error
	// Lost is called when packets of a source are lost for good.
	Lost func(source packet.TSI, from netip.Addr, packets uint64)
}

// Window is how many packets a source keeps, and a receiver waits for (docs/libzmq.md,
// Reliable multicast).
func (c *Config) Window() int {
	n := c.Recovery.Milliseconds() * int64(c.Rate/8) / int64(c.MaxTPDU)
	return int(min(max(n, 1), maxWindow))
}

// maxWindow is what sequence numbers can tell apart, with room to compare them.
const maxWindow = 1 << 29

// New returns a scheme for the table of transports.
func New(name string) transport.Transport { return scheme{name: name} }

type scheme struct {
	transport.Connectionless
	name string
}

func (s scheme) Scheme() string { return s.name }

func (s scheme) CheckConnect(address string) error {
	_, err := parse(s.name, address, false)
	return err
}

// Conn is one end of a group in the form of a stream. One goroutine may read while another
// writes, and any may ask for Stats.
type Conn interface {
	net.Conn
	// Stats returns the counters of our source, or of those that are received.
	Stats() Stats
}

// Stats are the counters of an endpoint.
type Stats struct {
	TSI     packet.TSI // of our source
	Group   netip.Addr
	Sent    pgm.SourceStats   // of our source
	Unsent  uint64            // packets that the system did not take
	Heard   []pgm.RemoteStats // of the sources that a receiver follows
	Past    pgm.RemoteStats   // of those that it does not follow any more
	Ignored pgm.ReceiverStats
}

// Open makes the sockets for an address. After an error nothing is left behind.
func Open(name, address string, cfg *Config) (Conn, error) {
	p, err := resolve(name, address, cfg)
	if err != nil {
		return nil, err
	}
	if cfg.Sends {
		return openPublisher(p, cfg)
	}
	return openSubscriber(p, cfg)
}
