// SPDX-License-Identifier: Apache-2.0

//go:build !purego

package salsa20

import "golang.org/x/sys/cpu"

// What the processor has and the system saves. Tests set them to less.
var (
	avx2   = cpu.X86.HasAVX2
	avx512 = cpu.X86.HasAVX512F && cpu.X86.HasAVX512VL
)

// wide reports whether eight blocks can be made at a time.
func wide() bool { return avx2 || avx512 }

// xorGroups encrypts groups of eight blocks, one at least. The counters of a group are
// those of the group before and eight more; the upper halves of counters stay as they are.
func xorGroups(dst, src *byte, groups int, in *input) {
	if avx512 {
		xorAVX512(dst, src, groups, in)
		return
	}
	xorAVX2(dst, src, groups, in)
}

//go:noescape
func xorAVX2(dst, src *byte, groups int, in *input)

//go:noescape
func xorAVX512(dst, src *byte, groups int, in *input)
