// SPDX-License-Identifier: Apache-2.0

// Package archtest keeps the shape of the tree: which package may import
// which, as one table, and the rules of style that a machine can check. It reads sources
// only, all files whatever their build tags, those of the nested modules too; the
// programs that documents show are built.
// It starts no goroutine.
package archtest
