// SPDX-License-Identifier: Apache-2.0

// Package report is what zmqfix has to tell about a program, line by line.
package report

import (
	"cmp"
	"fmt"
	"go/token"
	"io"
	"slices"
)

// Kind says what a finding asks of the reader.
type Kind uint8

// Kinds of findings.
const (
	Look Kind = iota // a person must look at this line
	Note             // good to know; nothing to do
)

// A Finding is one thing to tell about one line.
type Finding struct {
	File string
	Line int // 0 for the whole file
	Kind Kind
	Text string
}

// A Report collects findings. The zero Report is ready for use.
type Report struct {
	findings []Finding
}

// Add adds a finding, once.
func (r *Report) Add(at token.Position, kind Kind, format string, args ...any) {
	f := Finding{at.Filename, at.Line, kind, fmt.Sprintf(format, args...)}
	if !slices.Contains(r.findings, f) {
		r.findings = append(r.findings, f)
	}
}

// Looks counts the findings that a person must look at.
func (r *Report) Looks() int {
	n := 0
	for _, f := range r.findings {
		if f.Kind == Look {
			n++
		}
	}
	return n
}

// WriteTo writes the findings, one a line, sorted by file and line, with the
// paths that name gives them.
func (r *Report) WriteTo(w io.Writer, name func(string) string) error {
	slices.SortStableFunc(r.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Text, b.Text))
	})
	for _, f := range r.findings {
		where := name(f.File)
		if f.Line > 0 {
			where = fmt.Sprintf("%s:%d", where, f.Line)
		}
		note := ""
		if f.Kind == Note {
			note = "note: "
		}
		if _, err := fmt.Fprintf(w, "%s: %s%s\n", where, note, f.Text); err != nil {
			return err
		}
	}
	return nil
}
