// SPDX-License-Identifier: Apache-2.0

package replay_test

import (
	"testing"

	"github.com/gozmq/zmq/replay"
	"github.com/gozmq/zmq/replay/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(_ *testing.T, r replay.Retention) replay.Store { return replay.NewMemory(r) }, 0)
}
