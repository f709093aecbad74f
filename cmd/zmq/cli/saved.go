// SPDX-License-Identifier: Apache-2.0

// Saved contexts: endpoints and keys under a name.

package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const contextLong = `A saved context is a name for endpoints, keys, passwords and certificates:

  zmq context save prod --connect tcp://db.example.org:5555 --server-key db.key --curve-client me.key_secret
  zmq req --context prod hello

ZMQ_CONTEXT in the environment is the context of sockets, ping and probe without --context. bench, top
and proxy use a context only if their command line names it; a proxy has --frontend-context and
--backend-context. What the command line says goes before what is saved: endpoints replace the saved
endpoints, and the flags of a mechanism those of the saved one. Contexts lie in the configuration folder of the user ($XDG_CONFIG_HOME or
~/.config, in zmq/contexts), each in a file that only the user can read.`

// contextVariable names the context of commands that do not.
const contextVariable = "ZMQ_CONTEXT"

// saved is what the file of a context holds: the values of flags by their names.
type saved struct {
	Flags map[string][]string `json:"flags"`
}

// paths are the flags whose values are files. They are saved as absolute paths, so that a
// context works in every folder.
var paths = []string{"curve-client", "curve-server", "auth-keys", "auth-users", "ca", "cert", "key", "client-ca"}

// mechanismFlags choose a mechanism and its keys.
var mechanismFlags = []string{"plain", "server-key", "curve-client", "curve-server", "auth-keys", "insecure-any-key", "auth-users"}

// families are flags that replace each other. If the command line has one, no other is
// taken from a saved context.
var families = [][]string{
	{"bind", "connect"},
	mechanismFlags,
	{"cert", "key"},
}

func contextFolder() (string, error) {
	base, err := os.UserConfigDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(base, "zmq", "contexts"), nil
}

// contextFile returns the file of a context.
func contextFile(name string) (string, error) {
	for _, r := range name {
		if !(r == '-' || r == '_' || r == '.' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z') {
			return "", usageError{fmt.Errorf("the name of a context has letters, digits, '-', '_' and '.', and %q has others", name)}
		}
	}
	if strings.Trim(name, ".") == "" {
		return "", usageError{fmt.Errorf("%q is no name for a context", name)}
	}
	folder, err := contextFolder()
	return filepath.Join(folder, name+".json"), err
}

// write writes the file in one step, so that no reader sees half of it.
func (c saved) write(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // is made with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(append(text, '\n'))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// readContext reads a saved context. The notes get what is odd about its file.
func readContext(name string, notes io.Writer) (saved, error) {
	path, err := contextFile(name)
	if err != nil {
		return saved{}, err
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		names, _ := contextNames()
		return saved{}, usageError{fmt.Errorf("there is no context %q ('zmq context list' lists them)%s", name, didYouMean(name, names))}
	}
	if err != nil {
		return saved{}, err
	}
	if info, err := os.Stat(path); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		fmt.Fprintf(notes, "%s may hold keys and is open to others: chmod 600 %s\n", path, path)
	}
	var c saved
	if err := json.Unmarshal(text, &c); err != nil {
		return saved{}, fmt.Errorf("%s is no saved context: %w", path, err)
	}
	return c, nil
}

func contextNames() ([]string, error) {
	folder, err := contextFolder()
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(f), ".json"))
	}
	return names, err
}

// addContextFlag adds the flag that takes a saved context.
func addContextFlag(fs *pflag.FlagSet) {
	fs.String("context", "", "take endpoints and keys from saved context `NAME` (default: $"+contextVariable+"); see 'zmq context'")
}

// addNamedContextFlag adds the flag to a command that uses no context without being told.
func addNamedContextFlag(fs *pflag.FlagSet) {
	fs.String("context", "", "take endpoints and keys from saved context `NAME`; see 'zmq context'")
}

// addHiddenConnect gives a command whose endpoints are arguments those of a saved context.
func addHiddenConnect(fs *pflag.FlagSet, list *[]string) {
	fs.StringArrayVar(list, "connect", nil, "")
	must(fs.MarkHidden("connect"))
}

// applyContext sets the flags that a saved context has and the command line has not. The
// environment may name the context, too.
func applyContext(cmd *cobra.Command, notes io.Writer) error {
	name, _ := cmd.Flags().GetString("context")
	if name == "" {
		name = os.Getenv(contextVariable)
	}
	return applyNamed(cmd, name, notes)
}

// applyNamedContext is applyContext for commands that use no context without being told.
func applyNamedContext(cmd *cobra.Command, notes io.Writer) error {
	name, _ := cmd.Flags().GetString("context")
	return applyNamed(cmd, name, notes)
}

func applyNamed(cmd *cobra.Command, name string, notes io.Writer) error {
	if name == "" {
		return nil
	}
	c, err := readContext(name, notes)
	if err != nil {
		return err
	}
	given := make(map[string]bool) // before the first is set
	cmd.Flags().Visit(func(f *pflag.Flag) { given[f.Name] = true })
	for _, family := range families {
		if slices.ContainsFunc(family, func(flag string) bool { return given[flag] }) {
			for _, flag := range family {
				given[flag] = true
			}
		}
	}
	for _, flag := range slices.Sorted(maps.Keys(c.Flags)) {
		if given[flag] || cmd.Flags().Lookup(flag) == nil {
			continue
		}
		if err := setFlag(cmd, flag, c.Flags[flag]); err != nil {
			return fmt.Errorf("context %s: %w", name, err)
		}
	}
	return nil
}

// setFlag gives a flag its saved values. One that holds a single value gets the first.
func setFlag(cmd *cobra.Command, flag string, values []string) error {
	if _, list := cmd.Flags().Lookup(flag).Value.(pflag.SliceValue); !list {
		values = values[:min(len(values), 1)]
	}
	for _, value := range values {
		if err := cmd.Flags().Set(flag, value); err != nil {
			return err
		}
	}
	return nil
}

func newContextCommand(s Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "context",
		Short:   "Save endpoints and keys under a name",
		Long:    contextLong,
		Example: "  zmq context save prod --connect tcp://db.example.org:5555 --server-key db.key\n  zmq context list\n  zmq context remove prod",
		GroupID: "more",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newContextSave(s))
	one := func(use, short string, run func(name string) error) *cobra.Command {
		return &cobra.Command{
			Use: use + " NAME", Short: short,
			ValidArgsFunction: proposeContexts,
			Args:              oneName,
			RunE:              func(_ *cobra.Command, args []string) error { return run(args[0]) },
		}
	}
	cmd.AddCommand(one("show", "Show a saved context", func(name string) error { return showContext(s, name) }),
		one("remove", "Remove a saved context", func(name string) error { return removeContext(s, name) }),
		&cobra.Command{Use: "list", Short: "List the saved contexts", Args: noArguments, RunE: func(*cobra.Command, []string) error {
			names, err := contextNames()
			for _, name := range names {
				c, readErr := readContext(name, s.Err)
				err = errors.Join(err, readErr)
				fmt.Fprintf(s.Out, "%s\t%s\n", name, strings.Join(slices.Concat(c.Flags["bind"], c.Flags["connect"]), " "))
			}
			return err
		}})
	return cmd
}

func oneName(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usageError{errors.New("it wants the name of one context")}
	}
	return nil
}

func newContextSave(s Streams) *cobra.Command {
	var socket socketFlags
	var secure securityFlags
	var tls tlsFlags
	cmd := &cobra.Command{
		Use:   "save NAME",
		Short: "Save endpoints and keys, in the place of what the name had",
		Args:  oneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := contextFile(args[0])
			if err != nil {
				return err
			}
			if err := errors.Join(secure.check(), tls.check()); err != nil {
				return usageError{err}
			}
			c := saved{Flags: make(map[string][]string)}
			cmd.Flags().Visit(func(f *pflag.Flag) { err = errors.Join(err, c.take(f)) })
			if err != nil {
				return err
			}
			if len(c.Flags) == 0 {
				return usageError{errors.New("there is nothing to save: give --connect, --bind, or keys")}
			}
			if err := c.write(path); err != nil {
				return err
			}
			_, err = fmt.Fprintf(s.Out, "saved in %s\n", path)
			return err
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	socket.addEndpoints(fs)
	secure.add(fs)
	tls.add(fs)
	return cmd
}

// take notes the value of a flag.
func (c saved) take(f *pflag.Flag) error {
	values := []string{f.Value.String()}
	if list, ok := f.Value.(pflag.SliceValue); ok {
		values = list.GetSlice()
	}
	isFile := slices.Contains(paths, f.Name)
	if f.Name == "server-key" { // a key, or a file that has one
		_, err := os.Stat(values[0])
		isFile = err == nil
	}
	for i := range values {
		if isFile {
			path, err := filepath.Abs(values[i])
			if err != nil {
				return err
			}
			values[i] = path
		}
	}
	c.Flags[f.Name] = values
	return nil
}

// showContext shows a context without its password.
func showContext(s Streams, name string) error {
	c, err := readContext(name, s.Err)
	if err != nil {
		return err
	}
	for _, flag := range slices.Sorted(maps.Keys(c.Flags)) {
		for _, value := range c.Flags[flag] {
			if user, _, found := strings.Cut(value, ":"); flag == "plain" && found {
				value = user + ":(hidden)"
			}
			fmt.Fprintf(s.Out, "--%s %s\n", flag, value)
		}
	}
	return nil
}

func removeContext(s Streams, name string) error {
	path, err := contextFile(name)
	if err != nil {
		return err
	}
	if _, err := readContext(name, io.Discard); err != nil && errors.As(err, new(usageError)) {
		return err
	}
	return os.Remove(path)
}
