// SPDX-License-Identifier: Apache-2.0

// Package diskstore is a replay.Store in a file, which survives the end of the program.
//
//	store, err := diskstore.Open("/var/lib/prices.db", diskstore.Config{})
//	pub, err := replay.NewPublisher(replay.PublisherConfig{Stream: "prices", Store: store})
//
// The file is a database of go.etcd.io/bbolt. It was chosen for these reasons: a write
// either is in the file entirely or not at all, whenever the program or the machine ends,
// because pages are never overwritten before a checksummed root refers to their
// successors; it has carried etcd for ten years; and it needs nothing but
// golang.org/x/sys. Pebble and Badger write faster, but bring dozens of modules, and
// modernc.org/sqlite is far larger. A plain log (tidwall/wal, rosedblabs/wal) would be
// read faster, but far fewer programs depend on one, and the search by time, the bounds
// and the numbers after a power failure would still be ours. hashicorp/raft-wal brings
// bbolt along.
//
// The package is empty for js/wasm, which bbolt does not support.
//
// A file belongs to one process at a time. With SyncInterval a store has one goroutine,
// Store.syncLoop, which Close ends.
package diskstore
