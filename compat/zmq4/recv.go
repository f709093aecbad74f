// SPDX-License-Identifier: Apache-2.0

package zmq4

import "github.com/gozmq/zmq"

// Recv receives a message, or one part of it: then GetRcvmore tells whether others
// follow. It waits for as long as SetRcvtimeo allows, not at all with DONTWAIT.
func (soc *Socket) Recv(flags Flag) (string, error) {
	s, err := soc.open()
	if err != nil {
		return "", err
	}
	text, err := s.RecvText(int(flags))
	if err != nil {
		return "", soc.failed(err)
	}
	return text, nil
}

// RecvBytes is Recv for bytes, which are the caller's.
func (soc *Socket) RecvBytes(flags Flag) ([]byte, error) {
	b, _, err := soc.receive(flags)
	return b, err
}

func (soc *Socket) receive(flags Flag) ([]byte, zmq.Message, error) {
	s, err := soc.open()
	if err != nil {
		return []byte{}, zmq.Message{}, err
	}
	b, m, err := s.Recv(int(flags))
	if err != nil {
		return []byte{}, m, soc.failed(err)
	}
	return b, m, nil
}

// RecvWithMetadata is Recv with those of the properties that are known of the
// message's sender: "Socket-Type", "Identity", "Peer-Address", "User-Id" and what
// authentication has added.
func (soc *Socket) RecvWithMetadata(flags Flag, properties ...string) (msg string, metadata map[string]string, err error) {
	b, m, err := soc.receive(flags)
	return string(b), known(m, properties), err
}

// RecvBytesWithMetadata is RecvWithMetadata for bytes, which are the caller's.
func (soc *Socket) RecvBytesWithMetadata(flags Flag, properties ...string) (msg []byte, metadata map[string]string, err error) {
	b, m, err := soc.receive(flags)
	return b, known(m, properties), err
}

func known(m zmq.Message, properties []string) map[string]string {
	metadata := make(map[string]string)
	for _, name := range properties {
		if value, ok := m.Property(name); ok {
			metadata[name] = value
		}
	}
	return metadata
}

// RecvMessage receives all parts of a message, or those that Recv has left.
func (soc *Socket) RecvMessage(flags Flag) (msg []string, err error) {
	s, err := soc.open()
	if err != nil {
		return []string{}, err
	}
	msg, err = s.RecvTexts(int(flags))
	if err != nil {
		return []string{}, soc.failed(err)
	}
	return msg, nil
}

// RecvMessageBytes is RecvMessage for bytes, which are the caller's.
func (soc *Socket) RecvMessageBytes(flags Flag) (msg [][]byte, err error) {
	frames, _, err := soc.receiveAll(flags)
	return frames, err
}

// RecvMessageWithMetadata is RecvMessage with properties of the message's sender; see
// RecvWithMetadata.
func (soc *Socket) RecvMessageWithMetadata(flags Flag, properties ...string) (msg []string, metadata map[string]string, err error) {
	msg, m, err := soc.receiveTexts(flags)
	return msg, known(m, properties), err
}

// RecvMessageBytesWithMetadata is RecvMessageWithMetadata for bytes, which are the
// caller's.
func (soc *Socket) RecvMessageBytesWithMetadata(flags Flag, properties ...string) (msg [][]byte, metadata map[string]string, err error) {
	frames, m, err := soc.receiveAll(flags)
	return frames, known(m, properties), err
}

func (soc *Socket) receiveAll(flags Flag) ([][]byte, zmq.Message, error) {
	s, err := soc.open()
	if err != nil {
		return [][]byte{}, zmq.Message{}, err
	}
	frames, m, err := s.RecvAll(int(flags))
	if err != nil {
		return [][]byte{}, m, soc.failed(err)
	}
	return frames, m, nil
}

func (soc *Socket) receiveTexts(flags Flag) ([]string, zmq.Message, error) {
	s, err := soc.open()
	if err != nil {
		return []string{}, zmq.Message{}, err
	}
	m, first, err := s.RecvMessage(int(flags))
	if err != nil {
		return []string{}, m, soc.failed(err)
	}
	list := make([]string, m.Len()-first)
	for i := range list {
		list[i] = string(m.Frame(first + i))
	}
	return list, m, nil
}
