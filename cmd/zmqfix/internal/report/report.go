// SPDX-License-Identifier: Apache-2.0

// Package report is what zmqfix has to tell about a program, line by line.
package report

import (
	"cmp"
	"fmt"
	"go/token"
	"io"
	"slices"
	"strings"
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

// Clone returns a report with the same findings, which can be added to for itself.
func (r *Report) Clone() *Report { return &Report{slices.Clone(r.findings)} }

// Add adds a finding, once.
func (r *Report) Add(at token.Position, kind Kind, format string, args ...any) {
	f := Finding{at.Filename, at.Line, kind, fmt.Sprintf(format, args...)}
	if !slices.Contains(r.findings, f) {
		r.findings = append(r.findings, f)
	}
}

// Has reports whether there is a finding of a kind in a file.
func (r *Report) Has(file string, kind Kind) bool {
	return slices.ContainsFunc(r.findings, func(f Finding) bool { return f.File == file && f.Kind == kind })
}

// Move changes the lines of a file's findings from those of one text to those of
// another that it has become, or was made from.
func (r *Report) Move(file string, from, to []byte) {
	lines := match(strings.SplitAfter(string(from), "\n"), strings.SplitAfter(string(to), "\n"))
	for i, f := range r.findings {
		if f.File == file && f.Line > 0 && f.Line <= len(lines) {
			r.findings[i].Line = lines[f.Line-1] + 1
		}
	}
}

// match returns for each line of a the number, from 0, of the same line in b; for
// one that is not in b, of the line in its place.
func match(a, b []string) []int {
	longest := make([][]int32, len(a)+1) // common lines of a[i:] and b[j:]
	for i := range longest {
		longest[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	lines := make([]int, len(a))
	place := -1 // the last line of b that took the place of one of a
	for i, j := 0, 0; i < len(a); i++ {
		for j < len(b) && a[i] != b[j] && longest[i][j+1] > longest[i+1][j] {
			j++
		}
		switch {
		case j < len(b) && a[i] == b[j]:
			lines[i], place = j, -1
			j++
		case j < len(b) && longest[i+1][j] == longest[i+1][j+1]:
			lines[i], place = j, j
			j++
		case place >= 0:
			lines[i] = place
		default:
			lines[i] = min(j, len(b)-1)
		}
	}
	return lines
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
