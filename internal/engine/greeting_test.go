// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gozmq/zmq/internal/mechanism"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// TestGreetingTimeline: ten bytes first, 03 only after the peer's ten, the rest
// only after its major version (docs/libzmq.md, Versions).
func TestGreetingTimeline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, configOf("DEALER", nil), nil)
		r.want(signature)
		r.wantQuiet()
		for _, b := range zmqtest.MustOctets(signature) {
			r.wantQuiet()
			r.write([]byte{b})
		}
		r.want("03")
		r.wantQuiet()
		r.wireBytes("03")
		r.want(restNull)
		r.wantQuiet() // READY only after all 64
		for _, b := range zmqtest.MustOctets(restNull) {
			r.wantQuiet()
			r.write([]byte{b})
		}
		r.wantBytes(readyFrame("DEALER"))
		r.wantQuiet()
		r.write(readyFrame("ROUTER"))
		r.up()
		r.wantQuiet()
		if v := r.conn.Version(); v != wire.V31 {
			t.Errorf("version %v", v)
		}
	})
}

// TestGreetingOfElevenBytes: a peer may send its major version at once.
func TestGreetingOfElevenBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, configOf("DEALER", nil), nil)
		r.wireBytes(signature + " 03")
		r.want(signature + " 03 " + restNull)
		r.wantQuiet()
		r.wireBytes(restNull)
		r.write(readyFrame("DEALER"))
		r.wantBytes(readyFrame("DEALER"))
		r.up()
	})
}

// TestGreetingAnnouncesIdentityLength: for peers that take the signature for
// the header of an identity frame (docs/libzmq.md, Versions).
func TestGreetingAnnouncesIdentityLength(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, configOf("DEALER", []byte("peer1")), nil)
		r.want("FF 00 00 00 00 00 00 00 06 7F")
		r.wantQuiet()
	})
}

// TestGreetingVersions: what each revision of the peer leads to, with one byte
// at a time (docs/libzmq.md, Versions).
func TestGreetingVersions(t *testing.T) {
	for _, c := range []struct {
		name, peer, ours string
		version          wire.Version
	}{
		{"3.0", signature + ` 03 00 "NULL" 48*00`, signature + " 03 " + restNull, wire.V30},
		{"3.1", signature + ` 03 01 "NULL" 48*00`, signature + " 03 " + restNull, wire.V31},
		{"3.200", signature + ` 03 C8 "NULL" 48*00`, signature + " 03 " + restNull, wire.V31},
		{"2 is as 3.1", signature + ` 02 00 "NULL" 48*00`, signature + " 03 " + restNull, wire.V31},
		{"4.0", signature + ` 04 00 "NULL" 48*00`, signature + " 03 " + restNull, wire.V31},
		{"255.0", signature + ` FF 00 "NULL" 48*00`, signature + " 03 " + restNull, wire.V31},
		{"any length and filler", `FF 8*AA 01 03 01 "NULL" 16*00 01 31*EE`, signature + " 03 " + restNull, wire.V31},
		{"2.0", signature + " 01 06 00 00", signature + " 03 05 00 00", wire.V2},
		{"1.0 versioned", signature + " 00 06 01 00", signature + " 03 05 01 00", wire.V1},
		{"1.0 unversioned", "01 00", signature, wire.V1Unversioned},
		{"1.0 long identity", "FF 8*00 00", "", 0}, // length 0: a violation
		{"1.0 identity of 254", "FF 7*00 FF 00 254*61", signature, wire.V1Unversioned},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, configOf("DEALER", nil), nil)
				for _, b := range zmqtest.MustOctets(c.peer) {
					if _, err := r.peer.Write([]byte{b}); err != nil {
						break
					}
					synctest.Wait()
				}
				if c.version == 0 {
					r.refused()
					return
				}
				if c.version.HasCommands() {
					r.write(readyFrame("ROUTER"))
				}
				p := r.up()
				r.want(c.ours)
				if c.version.HasCommands() {
					r.wantBytes(readyFrame("DEALER"))
				}
				r.wantQuiet()
				if v := r.conn.Version(); v != c.version || p.Version != v.String() {
					t.Errorf("version %v (%q), want %v", v, p.Version, c.version)
				}
			})
		})
	}
}

// TestMechanismMismatch: nothing more is sent, and the event has its number
// (docs/libzmq.md, Versions). The field is compared as a block of 20 bytes.
func TestMechanismMismatch(t *testing.T) {
	for _, field := range []string{`"PLAIN" 15*00`, `"CURVE" 15*00`, `"null" 16*00`, `"NULL" 15*00 01`, "20*00", `"NULLNULLNULLNULLNULL"`} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, configOf("DEALER", nil), nil)
			r.wireBytes(signature + " 03 01 " + field + " 32*00")
			if pe := r.refused(); pe.Code != mechanism.MechanismMismatch {
				t.Errorf("%s: code %#x", field, pe.Code)
			}
			r.want(greeting)
			r.wantQuiet()
		})
	}
}

// TestOldPeersRefused: by the option, and where security is configured, which
// they could not be held to (docs/libzmq.md, Versions).
func TestOldPeersRefused(t *testing.T) {
	secured := configOf("DEALER", nil)
	secured.Mechanism = func() mechanism.Machine { return securedMachine{mechanism.NewNull(nil)} }
	opted := configOf("DEALER", nil)
	opted.RefuseOld = true
	for _, cfg := range []*Config{secured, opted} {
		for _, peer := range []string{"01 00", signature + " 00 06 01 00", signature + " 01 06 00 00", `"GET" 20 2F`, "16 03 01 02 00"} {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, cfg, nil)
				r.wireBytes(peer)
				r.refused()
			})
		}
	}
}

// securedMachine has another name than NULL; nothing else of it is used.
type securedMachine struct{ mechanism.Machine }

func (securedMachine) Name() string { return "CURVE" }

// TestHandshakeDeadline: a peer that stops at any point of the handshake is cut
// off when the interval is over, not before and not later.
func TestHandshakeDeadline(t *testing.T) {
	whole := append(zmqtest.MustOctets(greeting), readyFrame("ROUTER")...)
	for n := range len(whole) {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			r := newRig(t, configOf("DEALER", nil), nil)
			r.write(whole[:n])
			err := r.end()
			if d := time.Since(start); d != 30*time.Second {
				t.Errorf("%d bytes: ended after %v", n, d)
			}
			if !errors.Is(err, zerr.ErrTimeout) || errors.Is(err, zerr.ErrProtocol) {
				t.Errorf("%d bytes: ended with %v", n, err)
			}
		})
	}
}

// TestHandshakeDeadlineOff: interval zero is no deadline.
func TestHandshakeDeadlineOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := configOf("DEALER", nil)
		cfg.HandshakeTimeout = 0
		r := newRig(t, cfg, nil)
		time.Sleep(24 * time.Hour)
		r.handshake("ROUTER")
	})
}

// TestSlowDrip: a byte a second does not put the deadline off, and once the
// handshake is done the deadline is gone.
func TestSlowDrip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		r := newRig(t, configOf("DEALER", nil), nil)
		whole := append(zmqtest.MustOctets(greeting), readyFrame("ROUTER")...)
		for _, b := range whole {
			if _, err := r.peer.Write([]byte{b}); err != nil {
				break
			}
			time.Sleep(time.Second)
		}
		if err := r.end(); !errors.Is(err, zerr.ErrTimeout) {
			t.Errorf("ended with %v", err)
		}
		if d := time.Since(start); d > 32*time.Second {
			t.Errorf("lasted %v", d)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, configOf("DEALER", nil), nil)
		r.handshake("ROUTER")
		time.Sleep(time.Hour)
		r.write(frameOf(0, "late"))
		r.wantQuiet()
		if got := r.received(); len(got) != 1 {
			t.Errorf("received %q", got)
		}
	})
}

// TestDeadlineWhilePeerNeverReads: a peer that fills our direction cannot hold
// the handshake up either.
func TestDeadlineWhilePeerNeverReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, peer := zmqtest.PipeOf(4)
		start := time.Now()
		r := rigOver(t, configOf("DEALER", nil), nil, ours, peer)
		if err := r.end(); !errors.Is(err, zerr.ErrTimeout) || time.Since(start) != 30*time.Second {
			t.Errorf("ended with %v after %v", err, time.Since(start))
		}
	})
}
