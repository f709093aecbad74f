// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/gozmq/zmq/auth"
)

func newPasswordCommand(s Streams) *cobra.Command {
	var properties []string
	cmd := &cobra.Command{
		Use:   "password USER",
		Short: "Make a line of a password file",
		Long: `Prints a line for a password file, as --auth-users reads it: the user's name and a hash of the
password (argon2id). The password is asked for on a terminal, or is the first line of standard input.`,
		Example: "  zmq password alice >>users\n  zmq password alice --property X-Role=operator <secret.txt >>users",
		GroupID: "security",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("it wants the name of one user")}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			list, err := pairs("--property", properties)
			if err != nil {
				return err
			}
			password, err := readPassword(s, args[0])
			if err != nil {
				return err
			}
			line, err := auth.PasswordLine(args[0], password, list)
			if err != nil {
				return usageError{bare(err)}
			}
			_, err = fmt.Fprintln(s.Out, line)
			return err
		},
	}
	cmd.Flags().StringArrayVar(&properties, "property", nil, "tell servers `NAME=VALUE` with each message of the user; repeatable")
	return cmd
}

// readPassword asks for a password, twice at a terminal.
func readPassword(s Streams, user string) (string, error) {
	f, ok := s.In.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		line, err := bufio.NewReader(io.LimitReader(s.In, maxInput)).ReadString('\n')
		if err != nil && err != io.EOF {
			return "", fmt.Errorf("read standard input: %w", err)
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	ask := func(what string) (string, error) {
		fmt.Fprintf(s.Err, "%s for %s: ", what, user)
		b, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(s.Err)
		return string(b), err
	}
	first, err := ask("Password")
	if err != nil {
		return "", err
	}
	again, err := ask("Again")
	if err == nil && first != again {
		err = errors.New("the two passwords are not the same")
	}
	return first, err
}
