// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"log/slog"
	"os"
)

// loggerOr returns the logger of a context that was given none: to the standard error
// output at the level that the environment variable ZMQ_LOG names, or nil without one.
func loggerOr(given *slog.Logger) *slog.Logger {
	text := os.Getenv("ZMQ_LOG")
	if given != nil || text == "" {
		return given
	}
	var level slog.Level
	if level.UnmarshalText([]byte(text)) != nil {
		level = slog.LevelDebug // any other value asks for a log, too
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}
