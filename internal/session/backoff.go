// SPDX-License-Identifier: Apache-2.0

package session

import (
	"math/rand/v2"
	"time"
)

// BackOff is the growing wait between attempts that come to nothing.
type BackOff struct{ delay, limit time.Duration }

// NewBackOff starts at ReconnectInterval, which is above 0.
func NewBackOff(cfg *Config) *BackOff {
	return &BackOff{cfg.ReconnectInterval, cfg.ReconnectIntervalMax}
}

// Next returns the wait before the next attempt. The wait is doubled each time, up to
// RECONNECT_IVL_MAX. Without that it is the interval plus a random time of up to the
// same length.
func (b *BackOff) Next() (wait time.Duration) {
	if b.limit <= 0 {
		return b.delay + rand.N(b.delay)
	}
	wait = min(b.delay, b.limit)
	b.delay = min(2*b.delay, b.limit)
	return wait
}
