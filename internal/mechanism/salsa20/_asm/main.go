// SPDX-License-Identifier: Apache-2.0

// Command _asm writes salsa20_amd64.s: Salsa20 of eight blocks at a time with AVX2, and
// with AVX-512. A register holds one word of the state of all eight blocks, so that no
// round has to move words about. Which blocks these are the caller says: eight of one
// message, or the first of eight messages.
//
//	go run . -out ../salsa20_amd64.s -pkg salsa20
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const (
	lanes     = 8
	vector    = 4 * lanes // bytes of a register
	blockSize = 64
	words     = 16
	rounds    = 20

	// Offsets in an input, see salsa20.go.
	atFixed = 0
	atLanes = words * 4
)

// varying are the words that differ from block to block, in the order that an input has them.
var varying = [4]int{6, 7, 8, 9}

// quarters are the words that the quarter-rounds of a double round work on, column round
// first.
var quarters = [8][4]int{
	{0, 4, 8, 12}, {5, 9, 13, 1}, {10, 14, 2, 6}, {15, 3, 7, 11},
	{0, 1, 2, 3}, {5, 6, 7, 4}, {10, 11, 8, 9}, {15, 12, 13, 14},
}

func main() {
	ConstraintExpr("!purego")
	(&kernel{name: "xorAVX2", registers: 14}).generate()
	(&kernel{name: "xorAVX512", registers: 16, rotates: true}).generate()
	Generate()
}

// kernel is one function. Its registers 0 to 13 or 15 hold words, two more are for
// sums. With AVX2 there are two words more than registers, which wait on the stack.
type kernel struct {
	name      string
	registers int
	rotates   bool // rotates in one instruction, and has registers for everything

	input, dst, src operand.Mem
	stack           operand.Mem
	holds           []int // the word in each register, -1 if none
}

func (k *kernel) generate() {
	TEXT(k.name, 0, "func(dst, src *byte, groups int, in *[48]uint32)")
	Doc(k.name+" encrypts groups of eight blocks. The counters of a group are those of the",
		"group before plus eight; the upper halves of counters stay as they are.")
	Pragma("noescape")
	k.dst = operand.Mem{Base: Load(Param("dst"), GP64())}
	k.src = operand.Mem{Base: Load(Param("src"), GP64())}
	groups := Load(Param("groups"), GP64())
	k.input = operand.Mem{Base: Load(Param("in"), GP64())}
	k.stack = AllocLocal(words * vector)

	Label("group")
	k.begin()
	count := GP64()
	MOVQ(operand.U32(rounds/2), count)
	Label("rounds")
	for i := range quarters {
		k.quarter(i)
	}
	k.settle()
	DECQ(count)
	JNZ(operand.LabelRef("rounds"))
	k.end()

	step := operand.Mem{Base: k.input.Base, Disp: atLanes + 2*vector}
	counters := reg.Y0
	eight := reg.Y1
	MOVQ(operand.U32(lanes), count)
	VMOVQ(count, reg.X1)
	VPBROADCASTD(reg.X1, eight)
	VPADDD(step, eight, counters)
	VMOVDQU(counters, step)
	ADDQ(operand.U32(lanes*blockSize), k.dst.Base)
	ADDQ(operand.U32(lanes*blockSize), k.src.Base)
	DECQ(groups)
	JNZ(operand.LabelRef("group"))
	VZEROUPPER()
	RET()
}

// y is a vector register. The upper sixteen are those of AVX-512.
func y(i int) reg.VecPhysical {
	all := []reg.VecPhysical{
		reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7,
		reg.Y8, reg.Y9, reg.Y10, reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15,
		reg.Y16, reg.Y17,
	}
	return all[i]
}

// sums are the two registers that hold no words.
func (k *kernel) sums() (reg.VecPhysical, reg.VecPhysical) { return y(k.registers), y(k.registers + 1) }

// slot is where a word waits on the stack.
func (k *kernel) slot(word int) operand.Mem { return k.stack.Offset(word * vector) }

// initial puts a word of the state before the rounds into a register.
func (k *kernel) initial(word int, to reg.VecPhysical) {
	for lane, w := range varying {
		if w == word {
			if from := k.input.Offset(atLanes + lane*vector); k.rotates { // to may be one of the upper sixteen
				VMOVDQU32(from, to)
			} else {
				VMOVDQU(from, to)
			}
			return
		}
	}
	VPBROADCASTD(k.input.Offset(atFixed+4*word), to)
}

// begin fills registers and stack.
func (k *kernel) begin() {
	k.holds = make([]int, k.registers)
	for word := words - 1; word >= 0; word-- {
		if word >= k.registers {
			k.initial(word, y(0))
			VMOVDQU(y(0), k.slot(word))
			continue
		}
		k.initial(word, y(word))
		k.holds[word] = word
	}
}

// quarter is a quarter-round, the ith of a double round.
func (k *kernel) quarter(i int) {
	q := quarters[i]
	var r [4]reg.VecPhysical
	for j, word := range q {
		r[j] = y(k.fetch(word, i))
	}
	// Each line of the specification: to ^= (a + b) <<< by.
	k.mix(r[1], r[0], r[3], 7)
	k.mix(r[2], r[1], r[0], 9)
	k.mix(r[3], r[2], r[1], 13)
	k.mix(r[0], r[3], r[2], 18)
}

func (k *kernel) mix(to, a, b reg.VecPhysical, by uint8) {
	sum, other := k.sums()
	VPADDD(a, b, sum)
	if k.rotates {
		VPROLD(operand.U8(by), sum, sum)
		VPXORD(sum, to, to)
		return
	}
	VPSLLD(operand.U8(by), sum, other)
	VPSRLD(operand.U8(32-by), sum, sum)
	VPXOR(other, to, to)
	VPXOR(sum, to, to)
}

// fetch returns the register that holds a word, after it has changed places with the
// word that is needed last, counted from the ith quarter-round.
func (k *kernel) fetch(word, i int) int {
	last, far := 0, -1
	for r, held := range k.holds {
		if held == word {
			return r
		}
		if d := distance(held, i); d > far {
			last, far = r, d
		}
	}
	k.exchange(last, word)
	return last
}

// exchange stores what a register holds and loads another word.
func (k *kernel) exchange(r, word int) {
	VMOVDQU(y(r), k.slot(k.holds[r]))
	VMOVDQU(k.slot(word), y(r))
	k.holds[r] = word
}

// distance is how many quarter-rounds after the ith the next one is that needs a word.
func distance(word, i int) int {
	for d := range 2 * len(quarters) {
		for _, w := range quarters[(i+d)%len(quarters)] {
			if w == word {
				return d
			}
		}
	}
	panic(fmt.Sprint("no quarter-round needs word ", word))
}

// settle brings words back to where the loop has them at its beginning.
func (k *kernel) settle() {
	for r, held := range k.holds {
		if held != r {
			VMOVDQU(y(r), k.slot(held))
		}
	}
	for r, held := range k.holds {
		if held != r {
			VMOVDQU(k.slot(r), y(r))
			k.holds[r] = r
		}
	}
}

// end adds the state before the rounds, and turns words of all blocks into blocks: first
// the lower half of each, while the words of the upper wait on the stack.
func (k *kernel) end() {
	sum, other := k.sums()
	for word := range words {
		at := sum
		if word < k.registers {
			at = y(word)
		} else {
			VMOVDQU(k.slot(word), at)
		}
		k.initial(word, other)
		VPADDD(other, at, at)
		if word >= words/2 {
			VMOVDQU(at, k.slot(word))
		}
	}
	k.half(0)
	for i := range words / 2 {
		VMOVDQU(k.slot(words/2+i), y(i))
	}
	k.half(vector)
}

// half transposes the eight registers from 0 on, and encrypts the bytes of each block
// from an offset on with what results.
func (k *kernel) half(offset int) {
	a, b := func(i int) reg.VecPhysical { return y(i) }, func(i int) reg.VecPhysical { return y(8 + i) }
	for i := 0; i < 8; i += 2 { // pairs of words
		VPUNPCKLDQ(a(i+1), a(i), b(i))
		VPUNPCKHDQ(a(i+1), a(i), b(i+1))
	}
	for i := 0; i < 8; i += 4 { // four words of lanes j and j+4
		for j := range 2 {
			VPUNPCKLQDQ(b(i+2+j), b(i+j), a(i+2*j))
			VPUNPCKHQDQ(b(i+2+j), b(i+j), a(i+2*j+1))
		}
	}
	for j := range 4 {
		VPERM2I128(operand.U8(0x20), a(4+j), a(j), b(j))
		VPERM2I128(operand.U8(0x31), a(4+j), a(j), b(4+j))
	}
	for lane := range lanes {
		at := lane*blockSize + offset
		VPXOR(k.src.Offset(at), b(lane), b(lane))
		VMOVDQU(b(lane), k.dst.Offset(at))
	}
}
