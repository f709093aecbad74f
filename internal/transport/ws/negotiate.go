// SPDX-License-Identifier: Apache-2.0

package ws

import (
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gozmq/zmq/internal/transport"
)

// protocol is the name of what is spoken without a mechanism (RFC 45). With one, the
// mechanism follows behind a slash.
const protocol = "ZWS2.0"

// carried is what Opened says of it.
const carried = "ZWS 2.0"

// protocols lists what a socket speaks, best first.
func protocols(cfg *Config, o *transport.Opening) []string {
	if o.Mechanism != "NULL" {
		return []string{protocol + "/" + o.Mechanism}
	}
	switch {
	case o.Commands:
		return []string{protocol + "/NULL"}
	case cfg.NoMechanism:
		return []string{protocol}
	}
	return []string{protocol + "/NULL", protocol}
}

// opened is the outcome of a negotiation.
func opened(chosen string) transport.Opened {
	return transport.Opened{Protocol: carried, Commands: chosen != protocol}
}

// acceptKey is the answer to a Sec-WebSocket-Key (RFC 6455, 4.2.2).
func acceptKey(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// refusal is why a request is not taken, and the status that says so.
type refusal struct {
	status int
	reason string
}

// check returns why a request is not taken, whatever the socket is, or nil.
func check(r *http.Request, cfg *Config) *refusal {
	switch {
	case !hasToken(r.Header["Upgrade"], "websocket"):
		return &refusal{http.StatusUpgradeRequired, "this is a ZeroMQ socket, which speaks WebSocket: the request has no \"Upgrade: websocket\""}
	case r.Method != http.MethodGet || !r.ProtoAtLeast(1, 1):
		return &refusal{http.StatusBadRequest, "a WebSocket begins with a GET of HTTP/1.1"}
	case !hasToken(r.Header["Connection"], "upgrade"):
		return &refusal{http.StatusBadRequest, "the request has no \"Connection: Upgrade\""}
	case r.Header.Get("Sec-WebSocket-Version") != "13":
		return &refusal{http.StatusUpgradeRequired, "the version of WebSocket here is 13"}
	case !validKey(r.Header.Get("Sec-WebSocket-Key")):
		return &refusal{http.StatusBadRequest, "Sec-WebSocket-Key is not 16 bytes in base64"}
	case !allowed(r, cfg.Origins):
		return &refusal{http.StatusForbidden, "pages of this origin may not connect: " + printable(r.Header.Get("Origin"))}
	}
	return nil
}

// choose returns the protocol that both sides speak, the first one in the client's order,
// or why there is none.
func choose(r *http.Request, cfg *Config, o *transport.Opening) (chosen string, no *refusal) {
	ours := protocols(cfg, o)
	for _, line := range r.Header["Sec-Websocket-Protocol"] {
		for name := range strings.SplitSeq(line, ",") {
			if name = strings.TrimSpace(name); slices.Contains(ours, name) {
				return name, nil
			}
		}
	}
	return "", &refusal{http.StatusBadRequest, "Sec-WebSocket-Protocol has none of " + strings.Join(ours, ", ")}
}

// hasToken reports whether one of the lists has a word, in any case.
func hasToken(lists []string, word string) bool {
	for _, list := range lists {
		for w := range strings.SplitSeq(list, ",") {
			if strings.EqualFold(strings.TrimSpace(w), word) {
				return true
			}
		}
	}
	return false
}

func validKey(key string) bool {
	b, err := base64.StdEncoding.DecodeString(key)
	return err == nil && len(b) == 16
}

// allowed reports whether the page that a browser sends the request for may connect:
// one of the same host, or of an origin that is listed. What is not a browser says no
// origin.
func allowed(r *http.Request, origins []string) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	for _, o := range origins {
		if o == "*" || strings.EqualFold(o, origin) {
			return true
		}
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}

// printable is a text of the peer in an answer or an error.
func printable(s string) string {
	const most = 80
	b := []byte(s[:min(len(s), most)])
	for i, c := range b {
		if c < ' ' || c > '~' {
			b[i] = '?'
		}
	}
	return string(b)
}
