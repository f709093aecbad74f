// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gozmq/zmq/cmd/zmq/demo"
)

func newDemoCommand(s Streams) *cobra.Command {
	var short bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show three patterns at work, and the speed",
		Long: `Runs request-reply, publish-subscribe and divide-and-conquer over TCP on this machine, tells what
happens as it happens, and measures how many small messages a second go through.
It takes a few seconds.`,
		GroupID: "more",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			size := demo.Full
			if short {
				size = demo.Short
			}
			if err := demo.Run(cmd.Context(), s.Out, size); err != nil {
				return fmt.Errorf("%w; the demo needs TCP on 127.0.0.1", err)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&short, "short", false, "do less of everything, in well under a second")
	return cmd
}
