// SPDX-License-Identifier: Apache-2.0

package zerr

import (
	"fmt"
	"net/netip"
)

// LossError says that packets of a publisher over pgm or epgm are lost for good. It goes to
// the monitor and the log; no data call returns it.
type LossError struct {
	Source  string     // the publisher, as MulticastSource.Source has it
	Address netip.Addr // that its packets come from
	Packets uint64     // how many are missing in a row
}

// Error is the number and the publisher: "zmq: 3 packets of the source 0a0b0c0d0e0f.8000 at
// 10.0.0.1 lost, and not repaired in time".
func (e *LossError) Error() string {
	packets := "packets"
	if e.Packets == 1 {
		packets = "packet"
	}
	return fmt.Sprintf("zmq: %d %s of the source %s at %s lost, and not repaired in time", e.Packets, packets, e.Source, e.Address)
}

// Section says that this is about messages that are lost: there is no handshake.
func (e *LossError) Section() Section { return MessagesLost }
