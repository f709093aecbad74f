// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// readBack sets an option of a socket and reads it again.
func readBack[T comparable](option zmq.Option[T], typ zmq.SocketType, set, want T) func(*testing.T) {
	return func(t *testing.T) {
		s := rig.Socket(t, typ)
		if err := option.Set(s, set); err != nil {
			t.Fatalf("set to %v: %v", set, err)
		}
		if got := option.Get(s); got != want {
			t.Errorf("set to %v, reads %v, want %v", set, got, want)
		}
	}
}

func TestOptionReadsBack(t *testing.T) {
	for name, test := range map[string]func(*testing.T){
		"SendHWM":                     readBack(zmq.SendHWM, zmq.PUSH, 7, 7),
		"RecvHWM":                     readBack(zmq.RecvHWM, zmq.PULL, 0, 0),
		"SendHWMBytes":                readBack(zmq.SendHWMBytes, zmq.PUB, 1<<40, 1<<40),
		"RecvHWMBytes":                readBack(zmq.RecvHWMBytes, zmq.SUB, 9, 9),
		"SendTimeout":                 readBack(zmq.SendTimeout, zmq.REQ, -5*time.Second, -1),
		"RecvTimeout":                 readBack(zmq.RecvTimeout, zmq.REQ, time.Microsecond, time.Millisecond),
		"Linger":                      readBack(zmq.Linger, zmq.PAIR, time.Minute, time.Minute),
		"Conflate":                    readBack(zmq.Conflate, zmq.PUB, true, true),
		"KeepSubscriptions":           readBack(zmq.KeepSubscriptions, zmq.PUB, false, false),
		"DisconnectSlow":              readBack(zmq.DisconnectSlow, zmq.PUB, time.Second, time.Second),
		"ReconnectInterval":           readBack(zmq.ReconnectInterval, zmq.SUB, -time.Hour, -1),
		"ReconnectIntervalMax":        readBack(zmq.ReconnectIntervalMax, zmq.SUB, time.Hour, time.Hour),
		"ReconnectStop":               readBack(zmq.ReconnectStop, zmq.DEALER, 3, 3),
		"ReconnectAfterProtocolError": readBack(zmq.ReconnectAfterProtocolError, zmq.DEALER, false, false),
		"ConnectTimeout":              readBack(zmq.ConnectTimeout, zmq.DEALER, time.Second, time.Second),
		"HandshakeInterval":           readBack(zmq.HandshakeInterval, zmq.ROUTER, 0, 0),
		"Immediate":                   readBack(zmq.Immediate, zmq.PUSH, true, true),
		"Backlog":                     readBack(zmq.Backlog, zmq.PULL, 5, 5),
		"UseFD":                       readBack(zmq.UseFD, zmq.PULL, 99, 99),
		"IPv6":                        readBack(zmq.IPv6, zmq.PULL, false, false),
		"TCPKeepAlive":                readBack(zmq.TCPKeepAlive, zmq.PULL, -1, -1),
		"TCPKeepAliveIdle":            readBack(zmq.TCPKeepAliveIdle, zmq.PULL, 1500*time.Millisecond, 2*time.Second),
		"TCPKeepAliveInterval":        readBack(zmq.TCPKeepAliveInterval, zmq.PULL, -1, -1),
		"TCPKeepAliveCount":           readBack(zmq.TCPKeepAliveCount, zmq.PULL, 8, 8),
		"TCPMaxRetransmit":            readBack(zmq.TCPMaxRetransmit, zmq.PULL, time.Second, time.Second),
		"SendBuffer":                  readBack(zmq.SendBuffer, zmq.PUSH, 1<<16, 1<<16),
		"RecvBuffer":                  readBack(zmq.RecvBuffer, zmq.PUSH, -1, -1),
		"TOS":                         readBack(zmq.TOS, zmq.PUSH, 0x28, 0x28),
		"Priority":                    readBack(zmq.Priority, zmq.PUSH, 3, 3),
		"BindToDevice":                readBack(zmq.BindToDevice, zmq.PUSH, "lo", "lo"),
		"BindToDevice cleared":        readBack(zmq.BindToDevice, zmq.PUSH, "", ""),
		"RouterNotify":                readBack(zmq.RouterNotify, zmq.ROUTER, 3, 3),
		"InvertMatching":              readBack(zmq.InvertMatching, zmq.SUB, true, true),
		"HeartbeatInterval":           readBack(zmq.HeartbeatInterval, zmq.PAIR, time.Second, time.Second),
		"HeartbeatTimeout":            readBack(zmq.HeartbeatTimeout, zmq.PAIR, 0, 0),
		"HeartbeatTTL":                readBack(zmq.HeartbeatTTL, zmq.PAIR, 1234*time.Millisecond, 1200*time.Millisecond),
		"HeartbeatOldPeers":           readBack(zmq.HeartbeatOldPeers, zmq.PAIR, true, true),
		"RefuseOldPeers":              readBack(zmq.RefuseOldPeers, zmq.PAIR, true, true),
		"MaxMessageSize":              readBack(zmq.MaxMessageSize, zmq.PULL, -1, -1),
		"MaxMessageBytes":             readBack(zmq.MaxMessageBytes, zmq.PULL, 1<<40, 1<<40),
		"MaxFrames":                   readBack(zmq.MaxFrames, zmq.PULL, 1, 1),
		"MaxHandshakes":               readBack(zmq.MaxHandshakes, zmq.PULL, 1, 1),
		"MaxHandshakeBytes":           readBack(zmq.MaxHandshakeBytes, zmq.PULL, 512, 512),
		"MaxPeers":                    readBack(zmq.MaxPeers, zmq.PULL, 1, 1),
		"MaxSubscriptions":            readBack(zmq.MaxSubscriptions, zmq.XPUB, 1, 1),
		"MaxTopicBytes":               readBack(zmq.MaxTopicBytes, zmq.XPUB, 1, 1),
		"MaxSubscriptionBytes":        readBack(zmq.MaxSubscriptionBytes, zmq.XPUB, 1, 1),
		"Linger of SUB":               readBack(zmq.Linger, zmq.SUB, 0, 0),
	} {
		t.Run(name, test)
	}
}

func TestOptionReadsBackBytes(t *testing.T) {
	s := rig.Socket(t, zmq.DEALER)
	id := []byte("worker")
	if err := zmq.RoutingID.Set(s, id); err != nil {
		t.Fatal(err)
	}
	id[0] = 'X'
	if got := string(zmq.RoutingID.Get(s)); got != "worker" {
		t.Errorf("RoutingID reads %q, want a copy of what was set", got)
	}
}

func TestSettingsOfAContextPassOverOtherTypes(t *testing.T) {
	c := rig.Context(t, zmq.SendHWM.Of(5), zmq.XPubVerbose.Of(true))
	if got := zmq.SendHWM.Get(rig.SocketIn(t, c, zmq.PUSH)); got != 5 {
		t.Errorf("SendHWM is %d, want the context's 5", got)
	}
	if _, err := zmq.NewContext(zmq.ContextConfig{Settings: []zmq.Setting{zmq.SendHWM.Of(-1)}}); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("a context with a bad setting: %v, want ErrInvalid", err)
	}
}

func TestParseSetting(t *testing.T) {
	s := rig.Socket(t, zmq.DEALER)
	for _, c := range [][2]string{
		{"ZMQ_SNDHWM", "12"}, {"linger", "250ms"}, {"RcvTimeo", "3s"}, {"Immediate", "true"}, {"IDENTITY", "0x414243"},
	} {
		x, err := zmq.ParseSetting(c[0], c[1])
		if err == nil {
			err = s.Set(x)
		}
		if err != nil {
			t.Errorf("%s=%s: %v", c[0], c[1], err)
		}
	}
	if zmq.SendHWM.Get(s) != 12 || zmq.Linger.Get(s) != 250*time.Millisecond || zmq.RecvTimeout.Get(s) != 3*time.Second ||
		!zmq.Immediate.Get(s) || string(zmq.RoutingID.Get(s)) != "ABC" {
		t.Error("a parsed setting did not arrive")
	}
	if _, err := zmq.ParseSetting("SNDHWN", "1"); !errors.Is(err, zmq.ErrUnknownOption) {
		t.Errorf("an unknown name: %v, want ErrUnknownOption", err)
	}
	if _, err := zmq.ParseSetting("SNDHWM", "many"); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("no number: %v, want ErrInvalid", err)
	}
	if err := s.Set(zmq.Setting{}); err != nil {
		t.Errorf("the zero Setting: %v", err)
	}
}

func TestLookupOption(t *testing.T) {
	info, ok := zmq.LookupOption("sndhwm")
	if !ok || info.Number != 23 || info.GoName != "SendHWM" || info.Default != "1000" || zmq.SendHWM.Name() != info.Name {
		t.Errorf("%+v, %v", info, ok)
	}
	if !slices.Contains(zmq.Options(), info) {
		t.Error("Options does not list what LookupOption finds")
	}
	if _, ok := zmq.LookupOption("BLOCKY"); ok {
		t.Error("LookupOption finds an option of contexts")
	}
}
