// SPDX-License-Identifier: Apache-2.0

//go:build !js

package cli

import (
	"time"

	"github.com/gozmq/zmq/replay"
	"github.com/gozmq/zmq/replay/diskstore"
)

func openDiskStore(file string, keep replay.Retention, sync time.Duration, readOnly bool) (replay.Store, error) {
	return diskstore.Open(file, diskstore.Config{Retention: keep, SyncInterval: sync, ReadOnly: readOnly})
}
