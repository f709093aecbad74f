// SPDX-License-Identifier: Apache-2.0

//go:build unix

package peer

import "syscall"

// Pause stops the process where it is. Its connections stay and are silent. Resume
// lets it go on.
func (p *Process) Pause() { p.signal(syscall.SIGSTOP) }

// Resume ends a Pause.
func (p *Process) Resume() { p.signal(syscall.SIGCONT) }

func (p *Process) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.process().cmd.Process.Signal(s); err != nil {
		p.t.Fatalf("libzmq peer: %v: %v", s, err)
	}
}
