// SPDX-License-Identifier: Apache-2.0

// Package simulation runs sockets over in-memory links whose faults come from a seed,
// in the virtual time of testing/synctest: hours of outages, restarts and stalled peers
// in seconds. See simulation_test.go for what must hold.
//
// A seed decides what the peers do and what befalls the links, not in which order the
// scheduler runs goroutines that are ready at the same instant. A seed that has failed
// once fails again mostly, and is kept in testdata/seeds.
package simulation
