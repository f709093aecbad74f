// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gozmq/zmq/internal/mechanism"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// TestGoldenDealerRouter is the exchange of docs/libzmq.md, Recorded exchanges, both sides of it.
func TestGoldenDealerRouter(t *testing.T) {
	readyDealer := `04 29 05 "READY" 0B "Socket-Type" 00 00 00 06 "DEALER" 08 "Identity" 00 00 00 00`
	readyRouter := `04 29 05 "READY" 0B "Socket-Type" 00 00 00 06 "ROUTER" 08 "Identity" 00 00 00 00`
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, configOf("DEALER", nil), nil)
		r.send("hi") // before the peer exists
		r.wireBytes(greeting)
		r.want(greeting)
		r.want(readyDealer)
		r.wantQuiet()
		r.wireBytes(readyRouter)
		p := r.up()
		r.want("00 02 68 69")
		r.wantQuiet()
		if p.SocketType != "ROUTER" || p.Mechanism != "NULL" || p.Version != "ZMTP 3.1" || len(p.Identity) != 0 {
			t.Errorf("peer %+v", p)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, configOf("ROUTER", nil), nil)
		r.wireBytes(greeting)
		r.wireBytes(readyDealer)
		r.wireBytes("00 02 68 69") // in one segment with its READY
		r.want(greeting)
		r.want(readyRouter)
		r.up()
		r.wantQuiet()
		if got := r.received(); len(got) != 1 || got[0] != "hi" {
			t.Errorf("received %q", got)
		}
	})
}

// TestGoldenSubPub is the exchange of docs/libzmq.md, Recorded exchanges: the form of a subscription
// follows the peer's version.
func TestGoldenSubPub(t *testing.T) {
	for _, c := range []struct{ minor, sub, cancel string }{
		{"01", "04 0C 09 53 55 42 53 43 52 49 42 45 41 2E", "04 09 06 43 41 4E 43 45 4C 41 2E"},
		{"00", "00 03 01 41 2E", "00 03 00 41 2E"},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, configOf("SUB", nil), nil)
			r.handshakeAs(c.minor, "PUB")
			r.subscription("A.", false)
			r.want(c.sub)
			r.wireBytes("00 04 41 2E 68 69")
			r.subscription("A.", true)
			r.want(c.cancel)
			r.wantQuiet()
			if got := r.received(); len(got) != 1 || got[0] != "A.hi" {
				t.Errorf("received %q", got)
			}
		})
	}
}

// TestGoldenReqRep is the exchange of docs/libzmq.md, Recorded exchanges, frames as the patterns pass
// them.
func TestGoldenReqRep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, configOf("REQ", nil), nil)
		r.handshake("REP")
		r.send("", "hello")
		r.want("01 00  00 05 68 65 6C 6C 6F")
		r.wireBytes("01 00  00 05 77 6F 72 6C 64")
		r.wantQuiet()
		if got := r.received(); len(got) != 1 || got[0] != "|world" {
			t.Errorf("received %q", got)
		}
	})
}

// TestNullViolations: the rows of docs/libzmq.md, Violations, that apply to NULL before the
// connection is ready.
func TestNullViolations(t *testing.T) {
	const g = greeting
	for _, c := range []struct {
		name, wireBytes string
		code            uint32
	}{
		{"unexpected command", `04 06 05 "HELLO"`, mechanism.UnexpectedCommand},
		{"unknown command", `04 04 03 "FOO"`, mechanism.UnexpectedCommand},
		{"PING before READY", `04 07 04 "PING" 00 00`, mechanism.UnexpectedCommand},
		{"SUBSCRIBE before READY", `04 0B 09 "SUBSCRIBE" 41`, mechanism.UnexpectedCommand},
		{"lower case", `04 06 05 "ready"`, mechanism.UnexpectedCommand},
		{"message frame", `00 06 05 "READY"`, mechanism.UnexpectedCommand},
		{"empty command", `04 00`, mechanism.UnexpectedCommand},
		{"name runs past the end", `04 03 05 "RE"`, mechanism.UnexpectedCommand},
		{"ERROR without length", `04 06 05 "ERROR"`, mechanism.MalformedError},
		{"ERROR truncated", `04 09 05 "ERROR" 03 "40"`, mechanism.MalformedError},
		{"metadata: garbage behind", `04 07 05 "READY" 00`, 0},
		{"metadata: name past the end", `04 08 05 "READY" 0B "S"`, 0},
		{"metadata: value of 2^31", `04 13 05 "READY" 03 "X-A" 80 00 00 00 5*61`, 0},
		{"metadata: value of 2^32-1", `04 13 05 "READY" 03 "X-A" FF FF FF FF 5*61`, 0},
		{"socket type", `04 19 05 "READY" 0B "Socket-Type" 00 00 00 03 "PUB"`, 0},
		{"socket type in lower case", `04 1C 05 "READY" 0B "Socket-Type" 00 00 00 06 "router"`, 0},
		{"socket type empty", `04 16 05 "READY" 0B "Socket-Type" 00 00 00 00`, 0},
		{"socket type twice", `04 2C 05 "READY" 0B "Socket-Type" 00 00 00 03 "PUB" 0B "Socket-Type" 00 00 00 03 "REP"`, 0},
		{"identity of 256", `06 7*00 FF 05 "READY"`, 0}, // completed below
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, configOf("DEALER", nil), nil)
				b := append(zmqtest.MustOctets(g), zmqtest.MustOctets(c.wireBytes)...)
				if c.name == "identity of 256" {
					body := wire.AppendProperty([]byte("\x05READY"), "Identity", make([]byte, 256))
					b = append(zmqtest.MustOctets(g), wire.AppendFrame(nil, wire.FlagCommand, body)...)
				}
				r.write(b)
				if pe := r.refused(); pe.Code != c.code {
					t.Errorf("code %#x, want %#x: %v", pe.Code, c.code, pe)
				}
				if got := r.received(); len(got) != 0 {
					t.Errorf("received %q", got)
				}
			})
		})
	}
}

// TestErrorCommand: a refusal by the peer is a protocol error, so that libzmq's
// rules do not connect again, and its status is known (docs/libzmq.md, ERROR).
func TestErrorCommand(t *testing.T) {
	for reason, status := range map[string]int{
		"300": 300, "400": 400, "500": 500, "200": 0, "600": 0, "401": 0, "": 0, "4000": 0, "no\x00way": 0,
	} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, configOf("DEALER", nil), nil)
			r.wireBytes(greeting)
			r.write(wire.AppendFrame(nil, wire.FlagCommand, wire.AppendError(nil, reason)))
			err := r.end()
			var refused *mechanism.RefusedError
			if !errors.As(err, &refused) || refused.Status != status || !errors.Is(err, zerr.ErrProtocol) {
				t.Errorf("%q: ended with %v", reason, err)
			}
		})
	}
}

// TestReadyTruncated: READY with metadata that ends anywhere but at the end of a
// property is refused; the frame itself is whole.
func TestReadyTruncated(t *testing.T) {
	body := wire.AppendProperty(metadataOf("ROUTER", []byte("srv-1")), "X-Zone", []byte("eu"))
	whole := map[int]bool{0: true, len(wire.AppendProperty(nil, "Socket-Type", []byte("ROUTER"))): true,
		len(metadataOf("ROUTER", []byte("srv-1"))): true, len(body): true}
	for n := range len(body) + 1 {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, configOf("DEALER", nil), nil)
			r.wireBytes(greeting)
			r.write(wire.AppendCommandFrame(nil, "READY", body[:n]))
			if !whole[n] {
				r.refused()
				return
			}
			p := r.up()
			if v, _ := p.Property("X-Zone"); n == len(body) && (v != "eu" || string(p.Identity) != "srv-1") {
				t.Errorf("peer %+v", p)
			}
		})
	}
}

// TestReadyCutOff: the peer closes in the middle of its handshake, at every
// point of it. That is no protocol error: connecting again may help.
func TestReadyCutOff(t *testing.T) {
	whole := append(zmqtest.MustOctets(greeting), readyFrame("ROUTER")...)
	for n := range len(whole) {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, configOf("DEALER", nil), nil)
			r.write(whole[:n])
			synctest.Wait()
			_ = r.peer.(*zmqtest.Conn).CloseWrite()
			if err := r.end(); !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, zerr.ErrProtocol) {
				t.Errorf("%d bytes: ended with %v", n, err)
			}
		})
	}
}

// TestMetadataLeniency: what must be accepted (docs/libzmq.md, Metadata).
func TestMetadataLeniency(t *testing.T) {
	for _, c := range []struct{ name, body, socketType, identity string }{
		{"none", "", "", ""},
		{"other case", `0B "sOCKET-tYPE" 00 00 00 06 "ROUTER" 08 "IDENTITY" 00 00 00 01 41`, "ROUTER", "A"},
		{"empty name", "00 00 00 00 00", "", ""},
		{"last identity wins", `08 "Identity" 00 00 00 01 41 08 "identity" 00 00 00 01 42`, "", "B"},
		{"reserved bits", "", "", ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, configOf("DEALER", nil), nil)
			r.wireBytes(greeting)
			frame := wire.AppendCommandFrame(nil, "READY", zmqtest.MustOctets(c.body))
			if c.name == "reserved bits" {
				frame[0] |= 0xF8 // libzmq ignores them (docs/libzmq.md, Frames and commands)
			}
			r.write(frame)
			if p := r.up(); p.SocketType != c.socketType || string(p.Identity) != c.identity {
				t.Errorf("%s: peer %+v", c.name, p)
			}
		})
	}
}

// TestHandshakeFrameLimit: MAXMSGSIZE holds during the handshake, and so does a
// limit of its own where there is no MAXMSGSIZE.
func TestHandshakeFrameLimit(t *testing.T) {
	for _, c := range []struct {
		maxFrame int64
		bytes    int
		size     int
		ok       bool
	}{
		{-1, 65536, 65536, true}, {-1, 65536, 65537, false}, {100, 65536, 100, true}, {100, 65536, 101, false},
		{-1, 100, 100, true}, {-1, 100, 101, false}, {0, 65536, 6, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			cfg := configOf("DEALER", nil)
			cfg.MaxFrame, cfg.HandshakeBytes = c.maxFrame, c.bytes
			r := newRig(t, cfg, nil)
			r.wireBytes(greeting)
			body := []byte("\x05READY")
			if fill := c.size - len(body) - 5; fill >= 0 {
				body = wire.AppendProperty(body, "", make([]byte, fill))
			}
			frame := wire.AppendFrame(nil, wire.FlagCommand, body)
			if !c.ok {
				frame = frame[:wire.HeaderSize(len(body))] // the header is enough
			}
			r.write(frame)
			if c.ok {
				r.up()
				return
			}
			if pe := r.refused(); !errors.Is(pe, zerr.ErrMessageTooLarge) {
				t.Errorf("%+v: %v", c, pe)
			}
		})
	}
}

// TestFirstCommandLimit: a peer that has proved nothing gets no memory beyond what
// its first command takes, whatever a handshake may have in all.
func TestFirstCommandLimit(t *testing.T) {
	for name, m := range map[string]func() mechanism.Machine{
		"PLAIN": func() mechanism.Machine { return mechanism.NewPlainServer(nil) },
		"plain": func() mechanism.Machine { return mechanism.NewPlainClient(nil, nil, nil) },
		"CURVE": func() mechanism.Machine { return curveServer(nil) },
		"curve": func() mechanism.Machine { return curveClient(nil) },
	} {
		synctest.Test(t, func(t *testing.T) {
			cfg := configOf("DEALER", nil)
			cfg.Mechanism = m
			r := newRig(t, cfg, nil)
			r.write(wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 1, Mechanism: strings.ToUpper(name)}))
			r.write(wire.AppendHeader(nil, wire.FlagCommand, 1025))
			if pe := r.refused(); !errors.Is(pe, zerr.ErrMessageTooLarge) {
				t.Errorf("%s: %v", name, pe)
			}
		})
	}
}

// TestIdentityFrameLimit: the identity frame of an old peer has at most 255
// bytes, whatever it announces (docs/libzmq.md, Versions).
func TestIdentityFrameLimit(t *testing.T) {
	for _, peer := range []string{
		"FF 6*00 01 01 00", "FF 00 00 00 00 80 00 00 00 00", "FF 8*FF 00",
		signature + " 01 05 02 6*00 01 00", signature + " 01 05 02 7F 7*FF", signature + " 01 05 02 8*FF",
		signature + " 00 05 FF 6*00 01 01 00",
	} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, configOf("ROUTER", nil), nil)
			r.wireBytes(peer)
			r.refused()
		})
	}
	for _, peer := range []string{"FF 6*00 01 00 00 255*41", signature + " 01 05 00 FF 255*41", signature + " 01 05 03 6*00 00 FF 255*41", signature + " 00 05 FF 6*00 01 00 01 255*41"} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, configOf("ROUTER", nil), nil)
			r.wireBytes(peer)
			if p := r.up(); len(p.Identity) != 255 {
				t.Errorf("identity of %d bytes", len(p.Identity))
			}
		})
	}
}

// TestOldPeersWithOurIdentity: it goes out as the body that the signature has
// announced, or as a frame (docs/libzmq.md, Older peers).
func TestOldPeersWithOurIdentity(t *testing.T) {
	const sig = "FF 00 00 00 00 00 00 00 06 7F"
	for peer, ours := range map[string]string{
		"01 00":                       sig + ` "peer1"`,
		signature + " 00 06 01 00":    sig + ` 03 05 06 00 "peer1"`,
		signature + " 01 06 00 00":    sig + ` 03 05 00 05 "peer1"`,
		`FF 7*00 FF 00 254*61`:        sig + ` "peer1"`,
		signature + ` 01 06 00 01 41`: sig + ` 03 05 00 05 "peer1"`,
	} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, configOf("DEALER", []byte("peer1")), nil)
			r.wireBytes(peer)
			r.up()
			r.want(ours)
			r.wantQuiet()
		})
	}
}

// TestHello: HELLO_MSG is the first message of a connection, before anything
// queued (docs/libzmq.md, HELLO_MSG).
func TestHello(t *testing.T) {
	for _, peer := range []string{greeting, signature + " 01 06 00 00", "01 00"} {
		synctest.Test(t, func(t *testing.T) {
			cfg := configOf("DEALER", nil)
			cfg.Hello = []byte("hello")
			r := newRig(t, cfg, nil)
			r.send("queued")
			r.wireBytes(peer)
			switch peer {
			case greeting:
				r.write(readyFrame("ROUTER"))
				r.want(greeting)
				r.wantBytes(readyFrame("DEALER"))
				r.want(`00 05 "hello" 00 06 "queued"`)
			case "01 00":
				r.want(signature + ` 06 00 "hello" 07 00 "queued"`)
			default:
				r.want(signature + ` 03 05 00 00 00 05 "hello" 00 06 "queued"`)
			}
			r.wantQuiet()
		})
	}
}

// TestRaw: a STREAM has no handshake, and what it reads and writes has no
// frames.
func TestRaw(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := configOf("STREAM", nil)
		cfg.Raw = true
		r := newRig(t, cfg, nil)
		r.up()
		r.wantQuiet()
		r.wireBytes(`"GET" FF 00`)
		r.send("answer")
		r.want(`"answer"`)
		r.wantQuiet()
		if got := r.received(); len(got) != 1 || got[0] != "GET\xFF\x00" {
			t.Errorf("received %q", got)
		}
	})
}

// TestCloseAtEveryPoint: Close ends the connection wherever its handshake is,
// and Handshake or Run returns the reason.
func TestCloseAtEveryPoint(t *testing.T) {
	whole := append(append(zmqtest.MustOctets(greeting), readyFrame("ROUTER")...), frameOf(wire.FlagMore, "part")...)
	reason := errors.New("enough")
	for n := range len(whole) + 1 {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, configOf("DEALER", nil), nil)
			r.write(whole[:n])
			synctest.Wait()
			r.conn.Close(reason)
			r.conn.Close(errors.New("too late"))
			if err := r.end(); err != reason {
				t.Errorf("%d bytes: ended with %v", n, err)
			}
			if got := r.received(); len(got) != 0 {
				t.Errorf("%d bytes: received %q", n, got)
			}
		})
	}
}
