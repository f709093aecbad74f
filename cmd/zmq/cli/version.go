// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/gozmq/zmq"
)

func newVersionCommand(s Streams) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Tell the version",
		GroupID: "more",
		Args:    noArguments,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(s.Out, versionText())
			return err
		},
	}
}

// versionText is what "zmq version" and "zmq --version" tell.
func versionText() string {
	major, minor, patch := zmq.Version()
	return fmt.Sprintf("zmq %d.%d.%d (ZMTP 3.1, %s, %s/%s)", major, minor, patch, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
