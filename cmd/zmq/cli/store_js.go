// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"fmt"
	"time"

	"github.com/gozmq/zmq/replay"
)

func openDiskStore(file string, _ replay.Retention, _ time.Duration, _ bool) (replay.Store, error) {
	return nil, fmt.Errorf("open %s: %w here: stores in files", file, errors.ErrUnsupported)
}
