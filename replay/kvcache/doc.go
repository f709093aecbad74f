// SPDX-License-Identifier: Apache-2.0

// Package kvcache decodes the batches in which inference servers (vLLM and others that
// follow it) publish the events of their KV caches: what a replay.Subscriber of the format
// KVEvents delivers.
//
//	for m, err := range sub.Messages(ctx) {
//		...
//		batch, err := kvcache.Decode(m.Bytes())
//		for _, event := range batch.Events {
//			switch e := event.(type) {
//			case *kvcache.BlockStored:
//				index.Store(m.Stream, e.Blocks)
//			case *kvcache.BlockRemoved:
//				index.Remove(m.Stream, e.Blocks)
//			case *kvcache.AllBlocksCleared:
//				index.Clear(m.Stream)
//			}
//		}
//	}
//
// All forms in use are understood: arrays and maps, of batches and of events, events
// inside bin, hashes that are integers or bytes, and tokens in pairs. What is not known is
// kept as it came: see [Unknown] and [Field].
//
// It is a module of its own, because MessagePack is not for all users of package zmq.
package kvcache
