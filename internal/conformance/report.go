// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"slices"
	"strings"
)

// suite says what the counts of a name are about.
type suite struct{ name, about string }

// suites are those with a line of their own, in this order. Others follow by their names.
var suites = []suite{
	{"root", "rules of the RFCs, hostile peers, simulated networks"},
	{"race", "the same under the race detector"},
	{"interop", "real libzmq, either side bound; the C library; JavaScript"},
	{"faults", "bad networks and peers that die"},
	{"compat/proof", "old Go programs, on the originals and here"},
}

// table writes the results in Markdown.
func table(list []counts, features []feature, circumstances string) string {
	var b strings.Builder
	b.WriteString(circumstances + "\n\n| suite | what it is about | passed | skipped | failed |\n| --- | --- | --- | --- | --- |\n")
	rank := func(c counts) int {
		i := slices.IndexFunc(suites, func(s suite) bool { return s.name == c.Name })
		if i < 0 {
			return len(suites)
		}
		return i
	}
	slices.SortFunc(list, func(a, b counts) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return strings.Compare(a.Name, b.Name)
	})
	for _, c := range list {
		about := "the module's own tests"
		if i := rank(c); i < len(suites) {
			about = suites[i].about
		}
		fmt.Fprintf(&b, "| %s | %s | %d | %d | %d |\n", c.Name, about, c.Passed, c.Skipped, c.Failed)
	}
	b.WriteString("\n| of libzmq | here | not here |\n| --- | --- | --- |\n")
	for _, f := range features {
		fmt.Fprintf(&b, "| %s | %d | %s |\n", f.name, f.yes, f.missing())
	}
	return b.String()
}

// feature is a section of COMPAT.md whose tables say yes or no.
type feature struct {
	name string
	yes  int
	no   []string
}

// missing names what is not there.
func (f feature) missing() string {
	if len(f.no) == 0 {
		return "-"
	}
	return fmt.Sprintf("%d: %s", len(f.no), strings.Join(f.no, ", "))
}

// features counts the sections of COMPAT.md in which the second column of each row says
// yes or no.
func features(compat string) (list []feature) {
	var f feature
	flush := func() {
		if f.yes > 0 {
			list = append(list, f)
		}
	}
	for line := range strings.Lines(compat) {
		if name, ok := strings.CutPrefix(line, "## "); ok {
			flush()
			f = feature{name: strings.ToLower(strings.TrimSpace(name))}
			continue
		}
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			continue
		}
		names, says := strings.Split(strings.TrimSpace(cells[1]), ", "), strings.TrimSpace(cells[2])
		word, _, _ := strings.Cut(strings.NewReplacer(",", " ", ":", " ").Replace(says), " ")
		switch {
		case word == "yes", word == "no" && strings.HasSuffix(says, "has it"): // a draft, with the drafts of the C library
			f.yes += len(names)
		case word == "no":
			f.no = append(f.no, names...)
		}
	}
	flush()
	return list
}

// The results stand between these lines of the page.
const (
	begin = "<!-- results -->"
	end   = "<!-- end of results -->"
)

// replaceResults puts results into the text of the page.
func replaceResults(page, results string) (string, error) {
	head, rest, ok := strings.Cut(page, begin+"\n")
	_, tail, closed := strings.Cut(rest, end)
	if !ok || !closed {
		return "", fmt.Errorf("the page has no lines %q and %q", begin, end)
	}
	return head + begin + "\n" + strings.TrimSpace(results) + "\n" + end + tail, nil
}
