// SPDX-License-Identifier: Apache-2.0

package faults

import "time"

var (
	all    = []pair{{ours, ours}, {ours, libzmq}, {libzmq, ours}}
	weSend = []pair{{ours, ours}, {ours, libzmq}}
)

// compressed sets the clocks of a peer of ours to a sixtieth of their defaults.
func compressed(j *job) {
	j.HeartbeatInterval, j.HeartbeatTimeout = 250, 2000
	j.ConnectTimeout, j.ReconnectInterval, j.ReconnectMax = 500, 20, 200
}

// patient is compressed for what must work without the time-out, however busy the
// machine is.
func patient(j *job) {
	compressed(j)
	j.HeartbeatTimeout = 20_000
}

// steady is a sender's pace in most scenarios.
var steady = sending{count: 800, size: 200, interval: 5 * time.Millisecond}

// lasting goes on when the longest outage is over.
var lasting = sending{count: 2400, size: 200, interval: 5 * time.Millisecond}

// underWay is what may be lost with a connection that breaks: what the sender's system
// has taken and the receiver has not read.
const underWay = "what was under way with the connection that broke; its system may deliver some late"

// scenarios is what is tried. A duration is compressed unless the scenario is long.
var scenarios = []scenario{
	// Bad networks.
	{
		name: "bad line", pairs: all, send: steady, bothSides: patient, when: always,
		weather: weather{loss: 0.02, duplicate: 0.02, reorder: 0.05, delay: 10 * time.Millisecond, jitter: 5 * time.Millisecond},
	},
	{
		name: "very bad line", pairs: all, send: sending{400, 2000, 5 * time.Millisecond}, when: short,
		weather:  weather{loss: 0.15, duplicate: 0.05, reorder: 0.1, delay: 20 * time.Millisecond, jitter: 40 * time.Millisecond},
		patience: time.Minute,
	},
	{
		name: "slow line, large messages", pairs: all, bothSides: compressed, when: short,
		send: sending{20, 40_000, 0}, weather: weather{rate: 96 << 10, delay: 5 * time.Millisecond},
	},

	// Outages.
	{
		name: "outage of a second", pairs: all, send: steady, bothSides: patient, when: always,
		steps: []step{{time.Second, "cut", cut}, {2 * time.Second, "mend", mend}},
	},
	{
		name: "outage of half the time-out", pairs: all, send: steady, bothSides: compressed, when: short,
		steps: []step{{time.Second, "cut", cut}, {2 * time.Second, "mend", mend}},
	},
	{
		name: "outage of thrice the time-out", pairs: all, send: lasting, bothSides: compressed, when: short,
		steps: []step{{time.Second, "cut", cut}, {7 * time.Second, "mend", mend}},
		want:  want{lost: 1900, disordered: 500, because: underWay},
	},
	{
		name: "outage of thrice the time-out, the sender binds", pairs: all, senderBinds: true,
		send: lasting, bothSides: compressed, when: short,
		steps: []step{{time.Second, "cut", cut}, {7 * time.Second, "mend", mend}},
		want:  want{lost: 1900, disordered: 500, because: underWay},
	},
	{
		name: "outage, publisher", pairs: all, senderBinds: true, pattern: "pub",
		send: lasting, bothSides: compressed, when: short,
		steps: []step{{time.Second, "cut", cut}, {7 * time.Second, "mend", mend}},
		want:  want{lost: 1900, because: underWay},
	},
	{
		name: "outages, one after the other", pairs: all, when: short, bothSides: compressed,
		send: sending{1500, 200, 5 * time.Millisecond},
		steps: []step{
			{500 * time.Millisecond, "cut", cut}, {1000 * time.Millisecond, "mend", mend},
			{2000 * time.Millisecond, "cut", cut}, {2800 * time.Millisecond, "mend", mend},
			{4500 * time.Millisecond, "cut", cut}, {5200 * time.Millisecond, "mend", mend},
		},
	},

	// Connections that break and peers that stop and die.
	{
		name: "RST to both", pairs: all, send: steady, bothSides: patient, when: always,
		steps: []step{{time.Second, "RST", breakAll}, {2 * time.Second, "RST", breakAll}},
		want:  want{lost: 400, because: underWay},
	},
	{
		name: "receiver stalls", pairs: weSend, send: steady, bothSides: compressed, when: short,
		steps: []step{{time.Second, "SIGSTOP", stopReceiver}, {8 * time.Second, "SIGCONT", continueReceiver}},
	},
	{
		name: "receiver is slow", pairs: weSend, send: sending{2000, 4096, 0}, bothSides: compressed, when: short,
		receiver: func(j *job) { j.Pause = 4 * time.Millisecond },
	},
	{
		name: "sender stalls", pairs: all, send: steady, bothSides: compressed, when: short,
		steps: []step{{time.Second, "SIGSTOP", stopSender}, {8 * time.Second, "SIGCONT", continueSender}},
		want:  want{lost: 50, because: "what the sender writes before it learns that it was taken for dead"},
	},
	{
		name: "receiver dies", pairs: all, send: steady, bothSides: patient, when: always,
		steps: []step{{time.Second, "SIGKILL and restart", restartReceiver}},
		want:  want{lost: 500, because: "what the dead receiver had not written down, and what was under way to it"},
	},
	{
		name: "receiver dies in an outage", pairs: all, send: lasting, bothSides: compressed, when: short,
		steps: []step{
			{time.Second, "cut", cut}, {1100 * time.Millisecond, "SIGKILL and restart", restartReceiver},
			{2500 * time.Millisecond, "mend", mend},
		},
		want: want{lost: 1900, because: underWay},
	},

	// Requests and replies. A REQ asks again until there is a reply: none is missing in the
	// end, and none comes twice or to another request.
	{
		name: "bad line, requests", pairs: all, pattern: "req", send: sending{200, 200, 5 * time.Millisecond}, bothSides: patient, when: short,
		weather: weather{loss: 0.02, duplicate: 0.02, reorder: 0.05, delay: 2 * time.Millisecond, jitter: 2 * time.Millisecond},
	},
	{
		name: "outage of thrice the time-out, requests", pairs: all, pattern: "req", send: lasting, bothSides: compressed, when: short,
		steps: []step{{time.Second, "cut", cut}, {7 * time.Second, "mend", mend}},
	},
	{
		name: "RST to both, requests", pairs: all, pattern: "req", send: steady, bothSides: patient, when: short,
		steps: []step{{time.Second, "RST", breakAll}, {2 * time.Second, "RST", breakAll}},
	},
	{
		name: "REP dies", pairs: all, pattern: "req", send: steady, bothSides: patient, when: always,
		steps: []step{{time.Second, "SIGKILL and restart", restartReceiver}},
	},
	{
		name: "REP stalls", pairs: weSend, pattern: "req", send: steady, bothSides: compressed, when: short,
		steps: []step{{time.Second, "SIGSTOP", stopReceiver}, {4 * time.Second, "SIGCONT", continueReceiver}},
	},
	{
		name: "bad line, DEALER", pairs: all, pattern: "dealer", send: steady, bothSides: patient, when: short,
		weather: weather{loss: 0.02, duplicate: 0.02, reorder: 0.05, delay: 10 * time.Millisecond, jitter: 5 * time.Millisecond},
	},
	{
		name: "outage of half the time-out, DEALER", pairs: all, pattern: "dealer", send: steady, bothSides: compressed, when: short,
		steps: []step{{time.Second, "cut", cut}, {2 * time.Second, "mend", mend}},
	},
	{
		name: "outage of thrice the time-out, DEALER", pairs: all, pattern: "dealer", send: lasting, bothSides: compressed, when: short,
		steps: []step{{time.Second, "cut", cut}, {7 * time.Second, "mend", mend}},
		want:  want{lost: 1900, disordered: 500, because: underWay},
	},
	{
		name: "RST to both, DEALER", pairs: all, pattern: "dealer", send: steady, bothSides: patient, when: always,
		steps: []step{{time.Second, "RST", breakAll}, {2 * time.Second, "RST", breakAll}},
		want:  want{lost: 400, because: underWay + ", and the replies to what had arrived over it"},
	},
	{
		name: "ROUTER dies", pairs: all, pattern: "dealer", send: steady, bothSides: patient, when: short,
		steps: []step{{time.Second, "SIGKILL and restart", restartReceiver}},
		want:  want{lost: 500, because: "what the dead ROUTER had not answered, and what was under way to it"},
	},
	{
		name: "ROUTER stalls", pairs: weSend, pattern: "dealer", send: steady, bothSides: compressed, when: short,
		steps: []step{{time.Second, "SIGSTOP", stopReceiver}, {8 * time.Second, "SIGCONT", continueReceiver}},
	},

	// Addresses and names.
	{
		name: "sender's address changes", pairs: weSend, send: lasting, bothSides: compressed, when: short,
		steps: []step{{time.Second, "another address", moveSender}},
		want:  want{lost: 1900, because: underWay},
	},
	{
		name: "receiver's address and its name's change", pairs: weSend, send: lasting, bothSides: compressed,
		when: short, byName: true,
		steps: []step{{time.Second, "another address", moveReceiver}},
		want:  want{lost: 1900, because: underWay},
	},
	{
		name: "name that comes late, and is gone at a reconnect", pairs: all, send: steady, bothSides: compressed,
		when: short, byName: true,
		steps: []step{
			{0, "no such name", noName(false)}, {0, "wait", pause(time.Second)},
			{0, "silence", noName(true)}, {0, "wait", pause(time.Second)}, {0, "name", name},
			{500 * time.Millisecond, "no such name", noName(false)}, {600 * time.Millisecond, "RST", breakAll},
			{2 * time.Second, "name", name},
		},
		want: want{lost: 200, because: underWay},
	},

	// Descriptors and ports.
	{
		name: "receiver has no descriptors", pairs: []pair{{ours, ours}, {libzmq, ours}}, send: steady, bothSides: compressed, when: short,
		receiver: func(j *job) { j.Descriptors = 64 },
		steps: []step{
			{500 * time.Millisecond, "hold descriptors", toReceiver("hold descriptors")},
			{600 * time.Millisecond, "RST", breakAll},
			{2500 * time.Millisecond, "release descriptors", toReceiver("release descriptors")},
		},
		want: want{lost: 1900, because: underWay},
	},
	{
		name: "sender has no ports", pairs: weSend, send: steady, bothSides: compressed, when: short,
		steps: []step{
			{500 * time.Millisecond, "hold all ports", holdPorts}, {600 * time.Millisecond, "RST", breakAll},
			{2500 * time.Millisecond, "release ports", releasePorts},
		},
		want: want{lost: 200, because: underWay},
	},
}
