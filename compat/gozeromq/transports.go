// SPDX-License-Identifier: Apache-2.0

// Transports and endpoints. tcp, ipc, inproc and those of WithTransports are those of
// package zmq; others are a program's own and reach the sockets through a relay.

package zmq4

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/compat/gozeromq/transport"
)

const (
	schemeTCP    = "tcp"
	schemeIPC    = "ipc"
	schemeInproc = "inproc"
)

// registry holds the transports of RegisterTransport. A lock and a map because the
// API is a function of the package, not of a socket.
var registry = struct {
	mu    sync.RWMutex
	trans map[string]transport.Transport // nil for those of package zmq
}{trans: map[string]transport.Transport{schemeTCP: nil, schemeIPC: nil, schemeInproc: nil}}

// RegisterTransport adds a transport for endpoints that begin with name and "://".
// It fails for a name that there is already, and for no transport.
func RegisterTransport(name string, trans transport.Transport) error {
	if name == "" || trans == nil {
		return errors.New("zmq4: register a transport: it needs a name and a transport")
	}
	registry.mu.Lock()
	defer registry.mu.Unlock()
	if _, ok := registry.trans[name]; ok {
		return fmt.Errorf("zmq4: duplicate transport %q", name)
	}
	registry.trans[name] = trans
	return nil
}

// Transports returns the sorted names of the transports.
func Transports() []string {
	registry.mu.RLock()
	defer registry.mu.RUnlock()
	return slices.Sorted(maps.Keys(registry.trans))
}

// endpoint is one that was given to Listen or Dial.
type endpoint struct {
	text    string // as package zmq takes it
	scheme  string
	address string
	trans   transport.Transport // nil for those of package zmq
}

// parseEndpoint splits an endpoint, and translates what the original takes and
// package zmq does not: an empty host.
func (c *config) parseEndpoint(text string, dial bool) (endpoint, error) {
	scheme, address, ok := strings.Cut(text, "://")
	if !ok || scheme == "" || address == "" {
		return endpoint{}, fmt.Errorf("zmq4: invalid address %q", text)
	}
	if c.carries(scheme) {
		host, path, slash := strings.Cut(address, "/")
		address = tcpAddress(host, dial)
		if slash {
			address += "/" + path
		}
		return endpoint{text: scheme + "://" + address, scheme: scheme, address: address}, nil
	}
	registry.mu.RLock()
	trans, known := registry.trans[scheme]
	registry.mu.RUnlock()
	if !known {
		return endpoint{}, UnknownTransportError{Name: scheme}
	}
	if scheme == schemeTCP {
		address = tcpAddress(address, dial)
	}
	return endpoint{text: scheme + "://" + address, scheme: scheme, address: address, trans: trans}, nil
}

// carries reports whether a transport of WithTransports has the scheme.
func (c *config) carries(scheme string) bool {
	return slices.ContainsFunc(c.transports, func(t zmq.Transport) bool { return t.Scheme() == scheme })
}

// tcpAddress names all interfaces as package zmq does where a program listens, and
// this host where it dials: Addr of a listener often gives "[::]:5555".
func tcpAddress(address string, dial bool) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address // package zmq says what is wrong with it
	}
	ip := net.ParseIP(host)
	switch {
	case dial && (host == "" || host == "*" || ip != nil && ip.IsUnspecified()):
		host = "localhost"
	case host == "":
		host = "*"
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host + ":" + port
}

// network returns what package net calls the transport of an endpoint, for the
// relays that open connections themselves.
func (ep endpoint) network() (transport.Transport, error) {
	switch {
	case ep.trans != nil:
		return ep.trans, nil
	case ep.scheme == schemeTCP:
		return transport.New("tcp"), nil
	case ep.scheme == schemeIPC:
		return transport.New("unix"), nil
	default:
		return nil, fmt.Errorf("zmq4: %s has no security mechanism of its own", ep.text)
	}
}

// inprocAddr is the address of an inproc listener.
type inprocAddr string

func (inprocAddr) Network() string  { return schemeInproc }
func (a inprocAddr) String() string { return string(a) }

// listenerAddr turns what LastEndpoint of package zmq returns into an address.
func listenerAddr(last string) net.Addr {
	scheme, address, _ := strings.Cut(last, "://")
	switch scheme {
	case schemeInproc:
	case schemeIPC:
		return &net.UnixAddr{Name: address, Net: "unix"}
	default: // tcp, or one over it
		host, _, _ := strings.Cut(address, "/")
		if a, err := net.ResolveTCPAddr("tcp", host); err == nil { // numeric: nothing is looked up
			return a
		}
	}
	return inprocAddr(address)
}
