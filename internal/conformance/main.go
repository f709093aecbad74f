// SPDX-License-Identifier: Apache-2.0

// Command conformance counts what the suites of this repository have proved, and writes
// the counts with their date and commit. CI does both; so does make conformance.
//
//	go test -json ./... | conformance note DIR NAME   # passes the output on, counts into DIR/NAME.json
//	go test -json ./... | conformance log DIR NAME    # the same, with the output of all tests, as with -v
//	conformance report DIR                            # writes a table of all counts in DIR
//	conformance update DIR                            # puts that table into docs/conformance.md
//
// It starts no goroutine.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// page is the document that has the table.
const page = "docs/conformance.md"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 3 && (args[0] == "note" || args[0] == "log"):
		c, err := count(os.Stdin, os.Stdout, args[0] == "log")
		if err != nil {
			return err
		}
		c.Name = args[2]
		return c.save(args[1])
	case len(args) == 2 && (args[0] == "report" || args[0] == "update"):
		return report(args[1], args[0] == "update")
	}
	return errors.New("usage: conformance note|log DIR NAME, conformance report|update DIR")
}

// report writes the table, or puts it into the page. It is called in the root.
func report(dir string, update bool) error {
	suites, err := load(dir)
	if err != nil {
		return err
	}
	compat, err := os.ReadFile("COMPAT.md")
	if err != nil {
		return err
	}
	text := table(suites, features(string(compat)), circumstances())
	if !update {
		fmt.Print(text)
		return nil
	}
	old, err := os.ReadFile(filepath.FromSlash(page))
	if err != nil {
		return err
	}
	changed, err := replaceResults(string(old), text)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.FromSlash(page), []byte(changed), 0o644)
}

// circumstances says when, of which commit and with what the suites ran.
func circumstances() string {
	commit := output("git", "rev-parse", "--short=12", "HEAD")
	if commit == "" {
		commit = "unknown"
	} else if output("git", "status", "--porcelain", "--untracked-files=no") != "" {
		commit += " with changes"
	}
	text := fmt.Sprintf("Run on %s, of commit %s, with %s on %s/%s", time.Now().UTC().Format(time.DateOnly), commit,
		runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if v := output("/usr/bin/python3", "-c", "import zmq; print(zmq.zmq_version())"); v != "" {
		text += ", against libzmq " + v
	}
	return text + "."
}

// output returns what a command prints, empty if it is not there or fails.
func output(name string, args ...string) string {
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
