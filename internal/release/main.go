// SPDX-License-Identifier: Apache-2.0

// Command release gives all modules of this repository one version. It checks
// what a release needs, writes the version where files name it, prints the
// release notes and commits and tags:
//
//	go run ./internal/release -dry-run 0.2.0   # checks, changes nothing
//	go run ./internal/release 0.2.0            # commits and tags; pushing is left to the caller
//
// It starts no goroutine.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

func main() {
	dry := flag.Bool("dry-run", false, "check and show, change nothing; a dirty work tree is fine")
	flag.Parse()
	if err := run(*dry, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(dry bool, args []string) error {
	if len(args) != 1 {
		return errors.New("usage: release [-dry-run] VERSION, or next for the next minor version")
	}
	root, err := git(".", "rev-parse", "--show-toplevel")
	if err != nil {
		return err
	}
	r, err := load(root)
	if err != nil {
		return err
	}
	if err := r.choose(args[0]); err != nil {
		return err
	}
	wrong := r.check(dry)
	fmt.Print(r.summary())
	if len(wrong) > 0 {
		return fmt.Errorf("version %s cannot be released:\n\t%s", r.version, strings.Join(wrong, "\n\t"))
	}
	if dry {
		return nil
	}
	return r.perform()
}

// git runs git in dir and returns what it prints.
func git(dir string, args ...string) (string, error) { return command(dir, "git", args...) }

func command(dir, name string, args ...string) (string, error) {
	c := exec.Command(name, args...)
	c.Dir = dir
	out, err := c.Output()
	if err != nil {
		text := ""
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			text = ": " + strings.TrimSpace(string(exit.Stderr))
		}
		return "", fmt.Errorf("%s %s: %w%s", name, strings.Join(args, " "), err, text)
	}
	return strings.TrimSpace(string(out)), nil
}
