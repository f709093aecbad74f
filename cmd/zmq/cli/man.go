// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/gozmq/zmq"
)

func newManCommand(s Streams) *cobra.Command {
	return &cobra.Command{
		Use:     "man DIR",
		Short:   "Write the manual pages",
		Long:    "Writes a manual page for each command into a folder, which is made if it is missing.",
		Example: "  zmq man ~/.local/share/man/man1 && man zmq-push",
		GroupID: "more",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("it wants one folder")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			major, minor, patch := zmq.Version()
			header := &doc.GenManHeader{Title: "ZMQ", Section: "1", Manual: "ZeroMQ",
				Source: fmt.Sprintf("zmq %d.%d.%d", major, minor, patch)}
			root := cmd.Root()
			root.DisableAutoGenTag = true // no date, so that the same version writes the same pages
			if err := doc.GenManTree(root, header, args[0]); err != nil {
				return err
			}
			files, err := os.ReadDir(args[0])
			if err == nil {
				_, err = fmt.Fprintf(s.Out, "%d pages in %s\n", len(files), args[0])
			}
			return err
		},
	}
}
