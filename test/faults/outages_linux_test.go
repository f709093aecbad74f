// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"fmt"
	"time"
)

// timeouts are candidates for the default of HeartbeatTimeout.
var timeouts = []time.Duration{45 * time.Second, time.Minute, 2 * time.Minute}

// outageLengths lie around the times at which TCP tries again, which double.
var outageLengths = []int{5, 10, 20, 30, 45, 50, 60, 70, 90, 110, 130, 300}

// outages are scenarios in real time: one outage of each length for each time-out.
func outages() (list []scenario) {
	for _, length := range outageLengths {
		for _, timeout := range timeouts {
			list = append(list, outage(time.Duration(length)*time.Second, timeout))
		}
	}
	// A peer without heartbeats that has connected to us, and does not send, learns of
	// the end of its connection from our system alone.
	for _, length := range []int{70, 150} {
		for _, timeout := range timeouts {
			sc := outage(time.Duration(length)*time.Second, timeout)
			sc.name += ", the sender binds"
			sc.senderBinds, sc.pairs = true, weSend
			list = append(list, sc)
		}
	}
	return list
}

// outage is one outage; messages are sent before, meanwhile and for half a minute after
// it. A connection is kept if TCP's next attempt, which comes as long after the outage as
// it has lasted at worst, comes within the time-out; losses are right beyond that.
func outage(length, timeout time.Duration) scenario {
	const pace, begins = 50 * time.Millisecond, 5 * time.Second
	w := want{}
	if 2*length > timeout {
		w = want{lost: int((length + begins + 30*time.Second) / pace), disordered: 1000, because: underWay}
	}
	return scenario{
		name: fmt.Sprintf("outage of %v, time-out %v", length, timeout), pairs: all, when: long,
		send:      sending{int((begins + length + 30*time.Second) / pace), 200, pace},
		bothSides: func(j *job) { j.HeartbeatTimeout = int(timeout / time.Millisecond) },
		steps:     []step{{begins, "cut", cut}, {begins + length, "mend", mend}},
		want:      w,
		patience:  6 * time.Minute, settle: min(length, 2*time.Minute) + time.Minute,
	}
}
