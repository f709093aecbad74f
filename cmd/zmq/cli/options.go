// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/gozmq/zmq"
)

func newOptionsCommand(s Streams) *cobra.Command {
	var form string
	cmd := &cobra.Command{
		Use:   "options [NAME...]",
		Short: "List the options of sockets",
		Long: `Lists every option of sockets: name, type, default, range and meaning. With names it tells all
there is to know about those. Names are libzmq's, with or without ZMQ_, or those of the Go package,
in any case. --set of a socket type sets an option; one that is marked read only it cannot.`,
		Example: "  zmq options\n  zmq options sndhwm linger\n  zmq options --format json | jq -r '.[].name'",
		GroupID: "more",
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return optionNames(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			list, err := chooseOptions(args)
			if err != nil {
				return usageError{err}
			}
			switch {
			case form == "json":
				return writeOptionsJSON(s.Out, list)
			case form != "text":
				return usageError{fmt.Errorf("--format %s: there are text and json", form)}
			case len(args) > 0:
				return writeOptionDetails(s.Out, list)
			}
			return writeOptionTable(s.Out, list)
		},
	}
	cmd.Flags().StringVarP(&form, "format", "f", "text", "how to list: text, json")
	must(cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp)))
	return cmd
}

func optionNames() []string {
	var names []string
	for _, o := range zmq.Options() {
		names = append(names, o.Name)
	}
	return names
}

func chooseOptions(names []string) ([]zmq.OptionInfo, error) {
	if len(names) == 0 {
		return zmq.Options(), nil
	}
	var list []zmq.OptionInfo
	for _, name := range names {
		o, ok := zmq.LookupOption(name)
		if !ok {
			return nil, fmt.Errorf("there is no option %q%s", name, didYouMean(name, optionNames()))
		}
		list = append(list, o)
	}
	return list, nil
}

// writeOptionTable writes a line for each option, with the first sentence of
// its meaning.
func writeOptionTable(w io.Writer, list []zmq.OptionInfo) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "NAME\tTYPE\tDEFAULT\tRANGE\tMEANING")
	for _, o := range list {
		meaning, _, _ := strings.Cut(o.Doc, ". ")
		if marks := optionMarks(&o); marks != "" {
			meaning = strings.TrimSuffix(meaning, ".") + " (" + marks + ")"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", o.Name, o.Type, orDash(o.Default), orDash(o.Range), strings.TrimSuffix(meaning, "."))
	}
	return t.Flush()
}

// optionMarks tells what is special about an option, "read only, draft".
func optionMarks(o *zmq.OptionInfo) string {
	var marks []string
	if o.Access == "read only" {
		marks = append(marks, o.Access)
	}
	if o.Draft {
		marks = append(marks, "draft in libzmq")
	}
	if o.Deprecated {
		marks = append(marks, "deprecated")
	}
	if o.Stored {
		marks = append(marks, "without effect yet")
	}
	return strings.Join(marks, ", ")
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// writeOptionDetails writes a paragraph for each option.
func writeOptionDetails(w io.Writer, list []zmq.OptionInfo) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i, o := range list {
		if i > 0 {
			fmt.Fprintln(t)
		}
		fmt.Fprintf(t, "%s (zmq.%s, number %d)\n", o.Name, o.GoName, o.Number)
		for _, row := range [][2]string{
			{"type", o.Type}, {"unit", o.Unit}, {"default", o.Default}, {"libzmq's default", o.LibzmqDefault},
			{"range", o.Range}, {"access", o.Access}, {"applies", o.Applies},
			{"sockets", o.Sockets}, {"transports", o.Transports}, {"marks", optionMarks(&o)}, {"meaning", o.Doc},
		} {
			if row[1] != "" {
				fmt.Fprintf(t, "  %s\t%s\n", row[0], row[1])
			}
		}
	}
	return t.Flush()
}

// option is what JSON says of an option. The names are promised to scripts, so
// they are not left to the Go type.
type option struct {
	Name          string `json:"name"`
	GoName        string `json:"go_name"`
	Number        int    `json:"number"`
	Type          string `json:"type"`
	Unit          string `json:"unit"`
	Default       string `json:"default"`
	LibzmqDefault string `json:"libzmq_default"`
	Range         string `json:"range"`
	Access        string `json:"access"`
	Applies       string `json:"applies"`
	Sockets       string `json:"sockets"`
	Transports    string `json:"transports"`
	Draft         bool   `json:"draft"`
	Deprecated    bool   `json:"deprecated"`
	Stored        bool   `json:"stored"`
	Meaning       string `json:"meaning"`
}

func writeOptionsJSON(w io.Writer, list []zmq.OptionInfo) error {
	out := make([]option, len(list))
	for i, o := range list {
		out[i] = option{
			Name: o.Name, GoName: o.GoName, Number: o.Number, Type: o.Type, Unit: o.Unit,
			Default: o.Default, LibzmqDefault: o.LibzmqDefault, Range: o.Range, Access: o.Access, Applies: o.Applies,
			Sockets: o.Sockets, Transports: o.Transports, Draft: o.Draft, Deprecated: o.Deprecated, Stored: o.Stored,
			Meaning: o.Doc,
		}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}
