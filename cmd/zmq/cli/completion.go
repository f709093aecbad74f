// SPDX-License-Identifier: Apache-2.0

// What a shell proposes for the values of flags.

package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/cmd/zmq/format"
)

// proposals are the values of flags that have the same ones in every command, by the names
// of the flags.
func proposals() map[string]cobra.CompletionFunc {
	fixed := func(values ...string) cobra.CompletionFunc {
		return cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)
	}
	var types []string
	for _, t := range zmq.SocketTypes() {
		types = append(types, t.String())
	}
	return map[string]cobra.CompletionFunc{
		"format": fixed(format.Names...), "color": fixed("auto", "always", "never"), "type": fixed(typeNames()...),
		"expect-type": fixed(types...), "expect-mechanism": fixed("NULL", "PLAIN", "CURVE"),
		"set":     cobra.FixedCompletions(optionNames(), cobra.ShellCompDirectiveNoSpace),
		"context": proposeContexts, "frontend-context": proposeContexts, "backend-context": proposeContexts,
	}
}

// proposeContexts proposes the names of saved contexts.
func proposeContexts(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	names, _ := contextNames()
	return names, cobra.ShellCompDirectiveNoFileComp
}

// proposeValues has a shell propose values for the flags of a command and of those below
// it, unless the command has proposals of its own.
func proposeValues(cmd *cobra.Command) {
	all := proposals()
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if _, own := cmd.GetFlagCompletionFunc(f.Name); !own && all[f.Name] != nil {
			must(cmd.RegisterFlagCompletionFunc(f.Name, all[f.Name]))
		}
	})
	for _, c := range cmd.Commands() {
		proposeValues(c)
	}
}

// proposeTypes is for a flag that takes some socket types alone.
func proposeTypes(list []zmq.SocketType) cobra.CompletionFunc {
	var names []string
	for _, t := range list {
		names = append(names, strings.ToLower(t.String()))
	}
	slices.Sort(names)
	return cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp)
}
