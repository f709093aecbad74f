// SPDX-License-Identifier: Apache-2.0

//go:build !purego

package salsa20

// kernels are all ways to make blocks that this processor has.
func kernels() map[string]func(func()) {
	all := map[string]func(func()){"golang.org/x/crypto": with(false, false)}
	if avx2 {
		all["AVX2"] = with(true, false)
	}
	if avx512 {
		all["AVX-512"] = with(false, true)
	}
	return all
}

func with(want2, want512 bool) func(func()) {
	return func(f func()) {
		have2, have512 := avx2, avx512
		defer func() { avx2, avx512 = have2, have512 }()
		avx2, avx512 = want2, want512
		f()
	}
}
