// SPDX-License-Identifier: Apache-2.0

package pgm

import "time"

// bucket is a rate limiter: tokens, which are bytes, come in at a rate up to a depth, and
// what is sent takes them out.
type bucket struct {
	rate  float64 // bytes a second; 0: no limit
	depth float64
	has   float64
	at    time.Time // of has
}

// newBucket makes one that is full.
func newBucket(rate, depth float64, now time.Time) bucket {
	return bucket{rate: rate, depth: depth, has: depth, at: now}
}

// fill brings the bucket up to date.
func (b *bucket) fill(now time.Time) {
	if d := now.Sub(b.at); d > 0 {
		b.has = min(b.depth, b.has+d.Seconds()*b.rate)
		b.at = now
	}
}

// wait returns how long it takes until there are tokens for n bytes, or until the bucket
// is full if it has no room for that many.
func (b *bucket) wait(n int, now time.Time) time.Duration {
	if b.rate == 0 {
		return 0
	}
	b.fill(now)
	lacks := min(float64(n), b.depth) - b.has
	if lacks <= 0 {
		return 0
	}
	return time.Duration(lacks/b.rate*float64(time.Second)) + 1
}

// take takes tokens for n bytes, of which there may be too few afterwards.
func (b *bucket) take(n int, now time.Time) {
	b.fill(now)
	b.has -= float64(n)
}
