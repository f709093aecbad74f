// SPDX-License-Identifier: Apache-2.0

package classic

import (
	"context"

	"github.com/gozmq/zmq"
)

// Proxy passes messages on between two sockets until one of them is closed, its
// context ends, or control says TERMINATE, for which it returns nil; see
// zmq.Proxy. capture gets a copy of every message, control steers as
// zmq.WithControl says; both may be nil. A nil front or back is zmq.ErrInvalid.
// (zmq_proxy, zmq_proxy_steerable)
func Proxy(front, back, capture, control *Socket) error {
	if front == nil || back == nil {
		return &zmq.Error{Op: "proxy", Err: zmq.ErrInvalid}
	}
	var settings []zmq.ProxySetting
	if capture != nil {
		settings = append(settings, zmq.WithCapture(capture.s))
	}
	if control != nil {
		settings = append(settings, zmq.WithControl(control.s))
	}
	p, err := zmq.NewProxy(front.s, back.s, settings...)
	if err != nil {
		return err
	}
	err = p.Run(context.Background())
	for _, x := range [...]*Socket{front, back, capture, control} {
		if x != nil && !front.Closed() && !back.Closed() {
			err = x.fate(err)
		}
	}
	return err
}
