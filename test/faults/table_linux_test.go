// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what came of the run into README.md")

// writeTable replaces what stands between two marks of the README.
func writeTable(t *testing.T, mark, table string) {
	t.Helper()
	const file = "README.md"
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	open, end := []byte("<!-- "+mark+" -->\n"), []byte("<!-- end of "+mark+" -->\n")
	from, to := bytes.Index(b, open), bytes.Index(b, end)
	if from < 0 || to < from {
		t.Fatalf("%s has no place for %q", file, mark)
	}
	b = slices.Concat(b[:from+len(open)], []byte(table), b[to:])
	if err := os.WriteFile(file, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

// table shows outcomes, a row each.
func table(all []outcome) string {
	var b strings.Builder
	b.WriteString("| scenario | from → to | sent | delivered | lost | counted as lost | doubled | out of order | connections ended |\n")
	b.WriteString("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	for _, x := range all {
		a := x.account
		if x.skipped || x.err != nil {
			fmt.Fprintf(&b, "| %s | %s | not tried |\n", x.scenario.name, x.pair)
			continue
		}
		fmt.Fprintf(&b, "| %s | %s | %d | %d | %d | %s | %d | %d | %d |\n", x.scenario.name, x.pair,
			a.sent, a.delivered, a.lost, x.counted(), a.doubled, a.disordered, a.disconnected)
	}
	return b.String()
}

// counted says how many messages are counted as lost, where the sender counts.
func (x *outcome) counted() string {
	if x.pair.from != ours {
		return "-"
	}
	return fmt.Sprint(x.account.counted)
}

// outageTable shows outages, a column a time-out.
func outageTable(all []outcome) string {
	var b strings.Builder
	b.WriteString("| outage | from → to |")
	for _, timeout := range timeouts {
		fmt.Fprintf(&b, " %v |", timeout)
	}
	b.WriteString("\n| --- | --- |" + strings.Repeat(" --- |", len(timeouts)) + "\n")
	var rows []string
	cells := make(map[string]map[string]string)
	for _, x := range all {
		parts := strings.Split(x.scenario.name, ", ") // outage, time-out, and maybe more
		row := fmt.Sprintf("| %s | %s |", strings.TrimPrefix(parts[0], "outage of "), strings.Join(append([]string{x.pair.String()}, parts[2:]...), ", "))
		if cells[row] == nil {
			rows = append(rows, row)
			cells[row] = make(map[string]string)
		}
		cells[row][strings.TrimPrefix(parts[1], "time-out ")] = x.cell()
	}
	for _, row := range rows {
		b.WriteString(row)
		for _, timeout := range timeouts {
			fmt.Fprintf(&b, " %s |", cells[row][timeout.String()])
		}
		b.WriteString("\n")
	}
	return b.String()
}

// cell says in short what became of the messages.
func (x *outcome) cell() string {
	if x.skipped || x.err != nil {
		return "not tried"
	}
	if x.account.stuck {
		return "nothing flows any more"
	}
	var parts []string
	for _, part := range []struct {
		n    int
		what string
	}{
		{x.account.lost, "lost"}, {x.account.doubled, "doubled"}, {x.account.disordered, "out of order"},
	} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	if len(parts) == 0 {
		return "all there"
	}
	return strings.Join(parts, ", ")
}
