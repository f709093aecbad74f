// SPDX-License-Identifier: Apache-2.0

// Package faults has the tests over networks that lose, delay, reorder and cut off,
// with peers that stop and die. README.md says what is tried and what came of it.
package faults
