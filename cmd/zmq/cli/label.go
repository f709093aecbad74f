// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"strconv"

	"github.com/gozmq/zmq"
)

// What a message carries beside its frames is a frame in front of them here: the number
// of the peer, or the group. With --group it is not, because all messages are for that one.

// labelled makes a message of what was read.
func (l *link) labelled(frames [][]byte) (zmq.Message, error) {
	switch t := l.sock.Type(); {
	case t == zmq.RADIO && l.group != nil:
		return zmq.NewMessage(frames...).WithGroup(*l.group), nil
	case t != zmq.RADIO && t != zmq.SERVER && t != zmq.PEER:
		return zmq.NewMessage(frames...), nil
	case len(frames) == 1 && l.only != 0:
		return zmq.NewMessage(frames...).WithRoutingID(l.only), nil
	case len(frames) < 2 && t == zmq.RADIO:
		return zmq.Message{}, fmt.Errorf("without --group a message has two frames, its group and what is sent, and this one has %q", frames)
	case len(frames) < 2:
		return zmq.Message{}, fmt.Errorf("a message has two frames, the number of the peer that it is for and what is sent, and this one has %q", frames)
	case t == zmq.RADIO:
		return zmq.NewMessage(frames[1:]...).WithGroup(string(frames[0])), nil
	}
	id, err := strconv.ParseUint(string(frames[0]), 10, 32)
	if err != nil {
		return zmq.Message{}, fmt.Errorf("the first frame is the number of a peer, and no %q", frames[0])
	}
	return zmq.NewMessage(frames[1:]...).WithRoutingID(uint32(id)), nil
}

// unlabelled returns the frames to be written of a message that was received.
func (l *link) unlabelled(m zmq.Message) [][]byte {
	switch l.sock.Type() {
	case zmq.SERVER, zmq.PEER:
		return append([][]byte{strconv.AppendUint(nil, uint64(m.RoutingID()), 10)}, m.Frames()...)
	case zmq.DISH:
		return append([][]byte{[]byte(m.Group())}, m.Frames()...)
	}
	return m.Frames()
}

// connectPeer connects a PEER, and tells the number of its peer.
func (l *link) connectPeer(endpoint string) (err error) {
	l.only, err = l.sock.ConnectPeer(endpoint)
	if err == nil {
		fmt.Fprintf(l.notes, "%s is peer %d\n", endpoint, l.only)
	}
	return err
}

// topic is what peers have subscribed to if they get a message.
func (l *link) topic(frames [][]byte) string {
	if l.group != nil {
		return *l.group
	}
	return string(frames[0])
}

// join joins groups, the empty one if none is given.
func (l *link) join(groups []string) error {
	if len(groups) == 0 {
		groups = []string{""}
		fmt.Fprintln(l.notes, "joined the empty group; --join chooses")
	}
	for _, g := range groups {
		if err := l.sock.Join(g); err != nil {
			return err
		}
	}
	return nil
}
