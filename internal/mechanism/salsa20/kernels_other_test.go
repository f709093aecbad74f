// SPDX-License-Identifier: Apache-2.0

//go:build !amd64 || purego

package salsa20

// kernels are all ways to make blocks that this processor has.
func kernels() map[string]func(func()) {
	return map[string]func(func()){"golang.org/x/crypto": func(f func()) { f() }}
}
