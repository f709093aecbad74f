// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// counts are the results of one run of go test.
type counts struct {
	Name    string `json:"name"` // of the module, or of what ran
	Passed  int    `json:"passed"`
	Skipped int    `json:"skipped"` // for want of a system or a peer, mostly
	Failed  int    `json:"failed"`
}

// event is a line of go test -json.
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
}

// test is one that has not ended, or has.
type test struct {
	said   strings.Builder
	action string
	parent bool // it has tests of its own, and is not counted
	inside bool // one of these has failed
}

// count reads the lines of go test -json, and writes what go test writes without -json:
// a line for each package, and what failing tests say, or with all what every test says. A
// test that has tests of its own is counted by these.
func count(in io.Reader, out io.Writer, all bool) (c counts, err error) {
	tests := make(map[[2]string]*test) // by package and name
	r := bufio.NewReader(in)
	for {
		line, readErr := r.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil { // not of a test: go itself says something
				if _, err := out.Write(line); err != nil {
					return c, err
				}
			} else if err := note(tests, e, out, all); err != nil {
				return c, err
			}
		}
		if errors.Is(readErr, io.EOF) {
			break
		}
		if readErr != nil {
			return c, readErr
		}
	}
	for _, t := range tests {
		switch {
		case t.parent && (t.action == "pass" || t.action == "skip" || t.inside):
		case t.action == "pass":
			c.Passed++
		case t.action == "skip":
			c.Skipped++
		default: // also one that had no end, because its process died
			c.Failed++
		}
	}
	return c, nil
}

// note takes one event.
func note(tests map[[2]string]*test, e event, out io.Writer, all bool) error {
	if e.Test == "" {
		_, err := io.WriteString(out, packageOutput(e))
		return err
	}
	key := [2]string{e.Package, e.Test}
	t := tests[key]
	if t == nil {
		t = new(test)
		tests[key] = t
		if i := strings.LastIndexByte(e.Test, '/'); i > 0 {
			if parent := tests[[2]string{e.Package, e.Test[:i]}]; parent != nil {
				parent.parent = true
			}
		}
	}
	switch e.Action {
	case "output":
		if all {
			_, err := io.WriteString(out, e.Output)
			return err
		}
		t.said.WriteString(e.Output)
	case "pass", "skip", "fail":
		t.action = e.Action
		said := t.said.String()
		t.said.Reset()
		if e.Action == "fail" {
			if i := strings.LastIndexByte(e.Test, '/'); i > 0 && tests[[2]string{e.Package, e.Test[:i]}] != nil {
				tests[[2]string{e.Package, e.Test[:i]}].inside = true
			}
			_, err := io.WriteString(out, said)
			return err
		}
	}
	return nil
}

// packageOutput is what is shown of a line about a package.
func packageOutput(e event) string {
	if e.Action != "output" && e.Action != "build-output" || e.Output == "PASS\n" {
		return ""
	}
	return e.Output
}

// save writes the counts into a folder.
func (c counts) save(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	file := strings.NewReplacer("/", "_", " ", "_").Replace(c.Name) + ".json"
	return os.WriteFile(filepath.Join(dir, file), append(text, '\n'), 0o644)
}

// load reads all counts of a folder.
func load(dir string) (list []counts, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var c counts
		if err := json.Unmarshal(text, &c); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		list = append(list, c)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s has no results: run the suites first", dir)
	}
	return list, nil
}
