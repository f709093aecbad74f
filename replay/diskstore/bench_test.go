// SPDX-License-Identifier: Apache-2.0

//go:build !js

package diskstore

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/gozmq/zmq/replay"
)

// BenchmarkRead reads b.N messages of 256 bytes, which it has appended 1000 at a time.
func BenchmarkRead(b *testing.B) {
	s, err := Open(filepath.Join(b.TempDir(), "s"), Config{SyncInterval: time.Second})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	ctx, payload := context.Background(), [][]byte{make([]byte, 256)}
	began := time.Now()
	for left := b.N; left > 0; {
		records := make([]replay.Record, min(left, 1000))
		for i := range records {
			records[i] = replay.Record{Time: time.Now(), Frames: payload}
		}
		if err := s.Append(ctx, records); err != nil {
			b.Fatal(err)
		}
		left -= len(records)
	}
	appended := time.Since(began)
	b.ResetTimer()
	for _, err := range s.Read(ctx, 0) {
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(appended.Nanoseconds())/float64(b.N), "ns/append")
}
