// SPDX-License-Identifier: Apache-2.0

package zmqtest

import (
	"context"
	"testing"
	"time"
)

// testDeadline is what one test may take: enough under the race detector on
// two busy cores, so that reaching it means that something hangs.
const testDeadline = 30 * time.Second

// Deadline returns a context that ends 30 seconds from now, or when the test
// and the cleanups registered after this call are over. Inside a synctest
// bubble the 30 seconds are those of the bubble.
func Deadline(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testDeadline)
	t.Cleanup(cancel)
	return ctx
}
