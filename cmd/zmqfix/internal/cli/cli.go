// SPDX-License-Identifier: Apache-2.0

// Package cli is the command zmqfix, for main and for tests.
package cli

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"go/token"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/library"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/native"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/report"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/source"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/upgrade"
	"github.com/rogpeppe/go-internal/diff"
)

// Exit codes.
const (
	Done   = 0 // nothing to do, or all of it is done or shown
	Look   = 1 // a person has to look at something
	Failed = 2 // wrong usage, or something could not be read or written
)

const usage = `usage: zmqfix [flags] [packages or files]

zmqfix rewrites Go programs from github.com/alecthomas/gozmq,
github.com/pebbe/zmq4, github.com/go-zeromq/zmq4 and github.com/zeromq/goczmq to
github.com/gozmq/zmq: to its own API where the meaning certainly stays, and to
the compatibility packages where it may not. It lists what a person must look at.

Without -w and -diff it changes and shows nothing but that list and the names of
the files that it would change. Packages are those of the go command; the default
is the one in the working directory.

Exit codes: 0 nothing is left to do, 1 something is left to look at, 2 an error.
With -diff or without -w, files that would change do not count as left.

flags:
`

// Config is what the flags say.
type Config struct {
	Dir      string // where patterns are relative to; "" is the working directory
	Compat   bool   // change imports only
	Upgrade  bool   // bring old gozmq programs up to gozmq's last API only
	Diff     bool
	Write    bool
	Tags     string
	Native   native.Options
	Patterns []string
}

// Run parses flags, does the work and returns the exit code.
func Run(args []string, out, err io.Writer) int {
	var cfg Config
	fs := flag.NewFlagSet("zmqfix", flag.ContinueOnError)
	fs.SetOutput(err)
	fs.Usage = func() {
		fmt.Fprint(err, usage)
		fs.PrintDefaults()
	}
	fs.BoolVar(&cfg.Compat, "compat", false, "change imports to the compatibility packages, and nothing else")
	fs.BoolVar(&cfg.Upgrade, "upgrade", false, "bring programs for old versions of gozmq up to its last API, and nothing else")
	fs.BoolVar(&cfg.Diff, "diff", false, "show the changes instead of making them")
	fs.BoolVar(&cfg.Write, "w", false, "write the changed files")
	fs.StringVar(&cfg.Tags, "tags", "", "build `tags` to find files by, separated by commas")
	fs.BoolVar(&cfg.Native.SinglePart, "single-part", false, "every message has one part: Recv of a part receives a whole message")
	fs.BoolVar(&cfg.Native.Scope, "ctx", false, "use a context.Context in scope instead of context.Background: calls end with it")
	if e := fs.Parse(args); e != nil {
		if errors.Is(e, flag.ErrHelp) {
			return Done
		}
		return Failed
	}
	cfg.Patterns = fs.Args()
	if cfg.Compat && cfg.Upgrade || cfg.Diff && cfg.Write {
		fmt.Fprintln(err, "zmqfix: -compat and -upgrade exclude each other, and so do -diff and -w")
		return Failed
	}
	return cfg.Run(out, err)
}

// Run rewrites what cfg names, writes diffs and file names to out and what there
// is to tell to err, and returns the exit code.
func (cfg Config) Run(out, err io.Writer) int {
	program, r, e := cfg.rewrite()
	if e != nil {
		fmt.Fprintln(err, "zmqfix:", e)
		return Failed
	}
	name := func(path string) string { return relative(cfg.Dir, path) }
	for _, pkg := range program.Packages {
		for _, f := range pkg.Files {
			if bytes.Equal(f.Src, f.Orig) {
				continue
			}
			if e := cfg.show(f, name(f.Path), out); e != nil {
				fmt.Fprintln(err, "zmqfix:", e)
				return Failed
			}
		}
	}
	tellTypes(program, err)
	if cfg.Write {
		tellModules(program, err)
	}
	if e := r.WriteTo(err, name); e != nil {
		return Failed
	}
	if r.Looks() > 0 {
		return Look
	}
	return Done
}

// rewrite loads the program and changes its text in memory.
func (cfg Config) rewrite() (*source.Program, *report.Report, error) {
	var tags []string
	if cfg.Tags != "" {
		tags = strings.Split(cfg.Tags, ",")
	}
	program, err := source.Load(source.Config{Dir: cfg.Dir, Tags: tags}, cfg.Patterns)
	if err != nil {
		return nil, nil, err
	}
	if err := program.Check(); err != nil {
		return nil, nil, err
	}
	r := &report.Report{}
	upgraded := map[*source.File][]byte{}
	if err := upgrade.Program(program, r); err != nil {
		return nil, nil, err
	}
	for _, pkg := range program.Packages {
		for _, f := range pkg.Files {
			if !bytes.Equal(f.Src, f.Orig) {
				r.Move(f.Path, f.Orig, f.Src)
			}
			upgraded[f] = f.Src
		}
	}
	if !cfg.Upgrade {
		if r, err = cfg.convert(program, r); err != nil {
			return nil, nil, err
		}
	}
	tellStrangers(program, r)
	for _, pkg := range program.Packages {
		for _, f := range pkg.Files {
			if !bytes.Equal(f.Src, f.Orig) {
				f.Src = source.Format(f.Orig, f.Src)
				// The lines of what a person will look at.
				if cfg.Write {
					r.Move(f.Path, upgraded[f], f.Src)
				} else {
					r.Move(f.Path, upgraded[f], f.Orig)
				}
			}
		}
	}
	for _, file := range program.Ignored {
		r.Add(token.Position{Filename: file}, report.Look, "was not looked at: its build constraints leave it out; see -tags and GOOS")
	}
	return program, r, nil
}

// show writes one changed file, or its difference, or its name.
func (cfg Config) show(f *source.File, name string, out io.Writer) error {
	switch {
	case cfg.Diff:
		_, err := out.Write(diff.Diff("a/"+name, f.Orig, "b/"+name, f.Src))
		return err
	case cfg.Write:
		info, err := os.Stat(f.Path)
		if err != nil {
			return err
		}
		return os.WriteFile(f.Path, f.Src, info.Mode().Perm())
	}
	_, err := fmt.Fprintln(out, name)
	return err
}

// tellModules says which modules the written files need.
func tellModules(p *source.Program, err io.Writer) {
	needed := map[string]bool{}
	for _, pkg := range p.Packages {
		for _, f := range pkg.Files {
			if bytes.Equal(f.Src, f.Orig) {
				continue
			}
			for _, module := range library.Modules() {
				if bytes.Contains(f.Src, []byte(`"`+module+`"`)) || bytes.Contains(f.Src, []byte(`"`+module+`/security/`)) {
					needed[module+"@latest"] = true
				}
			}
		}
	}
	if len(needed) > 0 {
		fmt.Fprintf(err, "note: run go get %s, and go mod tidy\n", strings.Join(slices.Sorted(maps.Keys(needed)), " "))
	}
}

// tellTypes says where types come from, if not from everywhere.
func tellTypes(p *source.Program, err io.Writer) {
	if p.Fallback != "" {
		fmt.Fprintf(err, "note: packages were found by their folders, not by the go command: %s\n", firstLine(p.Fallback))
	}
	for _, path := range slices.Sorted(maps.Keys(p.Unresolved)) {
		fmt.Fprintf(err, "note: the types of %s are not known, and what has to do with them stays: %s\n", path, firstLine(p.Unresolved[path]))
	}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// relative returns a path as seen from a folder, if it is below that.
func relative(dir, path string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return path
	}
	if !filepath.IsAbs(path) {
		return filepath.ToSlash(path)
	}
	rel, err := filepath.Rel(abs, path)
	if err != nil || strings.HasPrefix(rel, "..") {
		return path
	}
	return filepath.ToSlash(rel)
}
