// SPDX-License-Identifier: Apache-2.0

package classic

import (
	"encoding/binary"

	"github.com/gozmq/zmq"
)

// Monitor sends the events that mask chooses to the PAIR that connects to an inproc
// endpoint, in libzmq's first format. An empty endpoint ends the monitor. See
// zmq.Socket.MonitorTo. (zmq_socket_monitor)
func (x *Socket) Monitor(endpoint string, mask int) error {
	if endpoint == "" {
		return x.s.StopMonitorTo()
	}
	return x.s.MonitorTo(endpoint, zmq.EventKind(mask), 1, zmq.PAIR)
}

// Event is an event of a Monitor.
type Event struct {
	Kind    int    // one of libzmq's ZMQ_EVENT numbers
	Value   int    // a descriptor, an error number, milliseconds: see zmq.EventKind
	Address string // the endpoint
}

// eventSize is the first frame of an event: the kind in two bytes, the value in
// four (zmq_socket_monitor).
const eventSize = 6

// ParseEvent reads the message that a monitor sends. ok is false for what is none.
func ParseEvent(frames [][]byte) (e Event, ok bool) {
	if len(frames) < 2 || len(frames[0]) < eventSize {
		return Event{}, false
	}
	return Event{
		Kind:    int(binary.NativeEndian.Uint16(frames[0])),
		Value:   int(int32(binary.NativeEndian.Uint32(frames[0][2:]))),
		Address: string(frames[1]),
	}, true
}
