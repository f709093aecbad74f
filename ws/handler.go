// SPDX-License-Identifier: Apache-2.0

package ws

import (
	"crypto/rand"
	"net/http"
	"strings"

	"github.com/gozmq/zmq"
	websocket "github.com/gozmq/zmq/internal/transport/ws"
)

// Handler is a socket's place in a web server of the program: an http.Handler beside its
// pages, behind its middleware and its certificates.
//
//	h, err := ws.NewHandler(pub, ws.Config{})
//	mux.Handle("/prices", h)
type Handler struct {
	mount    *websocket.Mount
	socket   *zmq.Socket
	endpoint string
}

// NewHandler binds a socket to a handler. The socket needs no WithTransports for that.
// The settings are for this endpoint alone, as those of a Bind. Of the Config, Origins
// counts; TLS is the web server's. A STREAM and a DGRAM cannot be bound so, and a closed
// socket neither; the errors are those of Bind.
//
// Connections belong to the socket once their request has been answered: its limits, its
// heartbeats and its HandshakeInterval hold for them, the server's time-outs do not, and
// http.Server.Shutdown leaves them alone. Close the socket, or the Handler, to end them.
func NewHandler(s *zmq.Socket, cfg Config, settings ...zmq.Setting) (*Handler, error) {
	// A name for Unbind and for the monitor, which no other endpoint of the socket has.
	endpoint := "ws://handler:" + strings.ToLower(rand.Text()[:12]) + "/"
	c := &websocket.Config{Origins: append([]string(nil), cfg.Origins...), NoMechanism: cfg.NoMechanism}
	m := websocket.NewMount(endpoint, c)
	if err := s.Bind(endpoint, append(settings[:len(settings):len(settings)], zmq.WithTransports(m))...); err != nil {
		return nil, err
	}
	return &Handler{mount: m, socket: s, endpoint: endpoint}, nil
}

// ServeHTTP turns the request for a WebSocket into a connection of the socket, and returns
// at once. Other requests are answered with 400 or 426 and a reason, those of web pages
// from another host with 403, and all with 503 once the socket is closed. Only HTTP/1.1
// can be upgraded; a client of HTTP/2 gets 426 or 501.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.mount.ServeHTTP(w, r) }

// Endpoint returns the name of the handler among the socket's endpoints, which events of a
// monitor carry.
func (h *Handler) Endpoint() string { return h.endpoint }

// Close unbinds the socket, as Socket.Unbind does.
func (h *Handler) Close() error { return h.socket.Unbind(h.endpoint) }
