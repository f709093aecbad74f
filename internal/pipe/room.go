// SPDX-License-Identifier: Apache-2.0

package pipe

// Room returns how many messages Write would surely take now, at most limit.
// If it is none, the pipe is posted as writable once there is room. The socket's
// lock is held.
func (p *Pipe) Room(limit int) int {
	if p.out != nil {
		return p.out.room(limit)
	}
	if p.other.sink != nil {
		return limit
	}
	return p.other.in.room(limit)
}
