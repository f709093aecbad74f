// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"fmt"
	"time"
)

// befall makes faults for as long as the world lasts, and mends everything at the end.
func (w *world) befall() {
	end := time.Now().Add(w.lasts)
	calm := time.Duration(10+w.random.IntN(600)) * time.Second
	for time.Now().Before(end) {
		time.Sleep(time.Duration(w.random.ExpFloat64() * float64(calm)))
		what := w.fault()
		w.events = append(w.events, fmt.Sprintf("%v: %s", time.Since(epoch), what))
	}
	w.net.setCut(false)
	w.net.setDelay(time.Millisecond)
}

// fault makes one fault and says which.
func (w *world) fault() string {
	switch r := w.random; r.IntN(8) {
	case 0, 1:
		if x := w.net.pick(); x != nil {
			x.reset()
			return "a connection breaks"
		}
		return "no connection breaks"
	case 2:
		if x := w.net.pick(); x != nil {
			i := r.IntN(2)
			x.vanish(i)
			return fmt.Sprintf("end %d of a connection vanishes", i)
		}
		return "no connection vanishes"
	case 3:
		d := time.Duration(1+r.IntN(300)) * time.Second
		w.net.setCut(true)
		time.Sleep(d)
		w.net.setCut(false)
		return fmt.Sprintf("the network was cut for %v", d)
	case 4:
		d := time.Duration(r.IntN(3000)) * time.Millisecond
		w.net.setDelay(d)
		return fmt.Sprintf("the network delays by %v", d)
	case 5:
		d := time.Duration(r.IntN(600)) * time.Second
		w.sinks[r.IntN(len(w.sinks))].stall(d)
		return fmt.Sprintf("a receiver stalls for %v", d)
	case 6:
		w.note(w.sinks[r.IntN(len(w.sinks))].restart())
		return "a receiver restarts"
	default:
		w.note(w.senders[r.IntN(len(w.senders))].restart())
		return "a sender restarts"
	}
}
