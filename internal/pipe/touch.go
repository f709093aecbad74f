// SPDX-License-Identifier: Apache-2.0

package pipe

// touchSpan is how far behind its header a small message reaches, mostly: into the
// next line of a cache (64 bytes), if it is not in the same.
const touchSpan = 40

// Touch looks at the next small message, so that the processor has it by the time that
// it is needed. The socket's lock is held. What it returns means nothing.
func (p *Pipe) Touch() byte {
	h := p.in.run.Head
	if len(h) == 0 {
		return 0
	}
	return h[0] + h[min(len(h)-1, touchSpan)]
}
