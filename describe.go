// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// How peers, messages and counters are printed and logged. What is empty or zero is left
// out. Text that a peer chose is quoted. No secret is among it.

// String describes the peer in a line, such as
// "DEALER tcp://127.0.0.1:41234 (ZMTP 3.1, CURVE, id "worker", user "alice")".
func (p Peer) String() string {
	name := strings.TrimSpace(p.SocketType + " " + p.Remote)
	if name == "" {
		name = "peer"
	}
	var parts []string
	for _, x := range []string{p.Protocol, p.Mechanism} {
		if x != "" {
			parts = append(parts, x)
		}
	}
	for _, a := range p.claims() {
		parts = append(parts, a.Key+" "+fmt.Sprintf("%q", a.Value.String()))
	}
	if len(parts) == 0 {
		return name
	}
	return name + " (" + strings.Join(parts, ", ") + ")"
}

// claims are the names that the peer has given, or was given.
func (p Peer) claims() []slog.Attr {
	attrs := logged{}.text("id", string(p.Identity)).text("user", p.UserID).text("username", p.Username)
	if p.PublicKey != (PublicKey{}) {
		attrs = attrs.text("key", p.PublicKey.String())
	}
	if p.p != nil {
		attrs = attrs.text("certificate", p.p.CertificateName)
	}
	return attrs
}

// LogValue returns the peer as the package log/slog logs it.
func (p Peer) LogValue() slog.Value { return slog.GroupValue(p.attrs()...) }

func (p Peer) attrs() logged {
	attrs := logged{}.text("type", p.SocketType).text("remote", p.Remote).text("local", p.Local).
		text("version", p.Protocol).text("mechanism", p.Mechanism)
	return append(attrs, p.claims()...)
}

// logged gathers what is logged of a value.
type logged []slog.Attr

func (l logged) text(key, s string) logged {
	if s == "" {
		return l
	}
	return append(l, slog.String(key, s))
}

func (l logged) number(key string, n uint64) logged {
	if n == 0 {
		return l
	}
	return append(l, slog.Uint64(key, n))
}

// group adds a group, unless there is nothing in it.
func (l logged) group(key string, of logged) logged {
	if len(of) == 0 {
		return l
	}
	return append(l, slog.Attr{Key: key, Value: slog.GroupValue(of...)})
}

// String writes the attributes in a line, "sent 5, dropped 2 (mute 1, peer gone 1)".
func (l logged) String() string {
	var parts []string
	for _, a := range l {
		text := a.Key + " "
		switch a.Value.Kind() {
		case slog.KindGroup:
			text += "(" + logged(a.Value.Group()).String() + ")"
		default:
			text += a.Value.String()
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// String describes the peer and its counters in a line, such as
// "DEALER tcp://127.0.0.1:41234 (ZMTP 3.1, NULL): sent 5, received 7, queued out 2 of 1000".
func (p PeerStats) String() string {
	parts := p.counters().String()
	if n := p.QueuedOut; n > 0 {
		parts = join(parts, "queued out "+ofMark(n, p.SendHWM))
	}
	if n := p.QueuedIn; n > 0 {
		parts = join(parts, "queued in "+ofMark(n, p.RecvHWM))
	}
	if !p.StalledSince.IsZero() {
		parts = join(parts, "has not answered for "+time.Since(p.StalledSince).Round(time.Second).String())
	}
	if parts == "" {
		return p.Peer.String()
	}
	return p.Peer.String() + ": " + parts
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + ", " + b
}

func ofMark(n, mark int) string {
	if mark == 0 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d of %d", n, mark)
}

func (p PeerStats) counters() logged {
	return logged{}.number("sent", p.Sent).number("received", p.Received).
		number("dropped", p.Dropped).number("conflated", p.Conflated)
}

// LogValue returns the peer and its counters as the package log/slog logs them.
func (p PeerStats) LogValue() slog.Value {
	attrs := append(p.attrs(), p.counters()...).
		number("queued_out", uint64(p.QueuedOut)).number("queued_in", uint64(p.QueuedIn)).
		number("sent_bytes", p.SentBytes).number("received_bytes", p.ReceivedBytes)
	if !p.StalledSince.IsZero() {
		attrs = append(attrs, slog.Time("stalled_since", p.StalledSince))
	}
	return slog.GroupValue(attrs...)
}

// maxLoggedFrame is how much of a message's first frame is logged: enough for a topic, a
// command or the beginning of JSON.
const maxLoggedFrame = 40

// LogValue returns what package log/slog logs of a message: how many frames and bytes it
// has, the beginning of its first frame, quoted, and its routing id, group and sender.
func (m Message) LogValue() slog.Value {
	attrs := logged{slog.Int("frames", m.Len()), slog.Int("bytes", m.Size())}
	if head := m.Bytes(); len(head) > 0 {
		first := fmt.Sprintf("%q", head[:min(len(head), maxLoggedFrame)])
		if len(head) > maxLoggedFrame {
			first += "…"
		}
		attrs = attrs.text("first", first)
	}
	attrs = attrs.number("routing_id", uint64(m.RoutingID())).text("group", m.Group())
	if m.m.Peer != nil {
		attrs = attrs.text("from", m.m.Peer.Remote)
	}
	return slog.GroupValue(attrs...)
}

// String describes the counters in a line, such as
// "peers 2, sent 10, received 12, drops (mute 3)".
func (s SocketStats) String() string {
	if text := s.attrs().String(); text != "" {
		return text
	}
	return "nothing has happened"
}

// LogValue returns the counters as the package log/slog logs them.
func (s SocketStats) LogValue() slog.Value { return slog.GroupValue(s.attrs()...) }

func (s SocketStats) attrs() logged {
	return logged{}.number("peers", uint64(s.Peers)).number("sent", s.Sent).number("received", s.Received).
		number("sent_bytes", s.SentBytes).number("received_bytes", s.ReceivedBytes).
		number("queued_out", uint64(s.QueuedOut)).number("queued_in", uint64(s.QueuedIn)).
		number("connected", s.Connected).number("disconnected", s.Disconnected).number("reconnects", s.Reconnects).
		number("timed_out", s.TimedOut).number("over_budget", s.OverBudget).number("stopped", uint64(s.Stopped)).number("duplicate_ids", s.DuplicateIDs).
		number("accepts_failed", s.AcceptsFailed).number("events_dropped", s.EventsDropped).
		group("handshakes_failed", s.HandshakeFailures.attrs()).group("drops", s.Drops.attrs())
}

// String describes the failures in a line, such as "protocol 2, auth 1".
func (h HandshakeFailures) String() string { return h.attrs().orNone() }

// LogValue returns the failures as the package log/slog logs them.
func (h HandshakeFailures) LogValue() slog.Value { return slog.GroupValue(h.attrs()...) }

func (h HandshakeFailures) attrs() logged {
	return logged{}.number("protocol", h.Protocol).number("auth", h.Auth).number("timeout", h.Timeout).number("lost", h.Lost)
}

// String describes the losses in a line, such as "mute 3, peer_gone 1".
func (d Drops) String() string { return d.attrs().orNone() }

// LogValue returns the losses as the package log/slog logs them.
func (d Drops) LogValue() slog.Value { return slog.GroupValue(d.attrs()...) }

func (d Drops) attrs() logged {
	return logged{}.number("mute", d.Mute).number("overflow", d.Overflow).number("no_subscriber", d.NoSubscriber).number("unroutable", d.Unroutable).
		number("peer_gone", d.PeerGone).number("in_flight", d.InFlight).number("filtered", d.Filtered).
		number("malformed", d.Malformed).number("stale", d.Stale).number("unread", d.Unread).
		number("refused", d.Refused).number("conflated", d.Conflated)
}

func (l logged) orNone() string {
	if len(l) == 0 {
		return "none"
	}
	return l.String()
}
