// SPDX-License-Identifier: Apache-2.0

// Medians, ratios and the table.

package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

const rowFormat = "%-16s %7s  %14s %14s  %6s  %s\n"

func printHead(w io.Writer) {
	fmt.Fprintf(w, rowFormat, "", "octets", "ours", "libzmq", "ratio", "round by round")
}

// printRow prints the median of each library, and how ours compares: above 1
// always means that ours is better, also for latencies.
func printRow(w io.Writer, l workload, all rows) {
	ours := values(l, all[0])
	theirs, ratio, each := "-", "-", ""
	if len(all) > 1 {
		libzmq := values(l, all[1])
		ratios := compare(ours, libzmq, l.higher)
		theirs = figure(median(libzmq), l.unit)
		ratio = fmt.Sprintf("%.2f", median(ratios))
		for _, r := range ratios {
			each += fmt.Sprintf(" %.2f", r)
		}
	}
	fmt.Fprintf(w, rowFormat, l.name, fmt.Sprint(l.size), figure(median(ours), l.unit), theirs, ratio, strings.TrimSpace(each))
}

func printLibraries(w io.Writer, all rows) {
	fmt.Fprintln(w)
	for i, name := range []string{"ours", "libzmq"} {
		if i < len(all) {
			fmt.Fprintf(w, "%s: %s\n", name, all[i][0].Library)
		}
	}
}

func values(l workload, results []result) []float64 {
	var vs []float64
	for _, r := range results {
		vs = append(vs, l.value(r))
	}
	return vs
}

// compare pairs the rounds, whose conditions were alike.
func compare(ours, theirs []float64, higher bool) []float64 {
	var ratios []float64
	for i := range ours {
		if higher {
			ratios = append(ratios, ours[i]/theirs[i])
		} else {
			ratios = append(ratios, theirs[i]/ours[i])
		}
	}
	return ratios
}

func median(vs []float64) float64 {
	vs = slices.Sorted(slices.Values(vs))
	n := len(vs)
	return (vs[(n-1)/2] + vs[n/2]) / 2
}

// figure writes a number with three or more digits and its unit.
func figure(v float64, unit string) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%.2fM %s", v/1e6, unit)
	case v >= 1e3:
		return fmt.Sprintf("%.0fk %s", v/1e3, unit)
	default:
		return fmt.Sprintf("%.1f %s", v, unit)
	}
}
