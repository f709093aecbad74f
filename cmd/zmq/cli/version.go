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
			major, minor, patch := zmq.Version()
			_, err := fmt.Fprintf(s.Out, "zmq %d.%d.%d (ZMTP 3.1, %s, %s/%s)\n",
				major, minor, patch, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
