// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"strings"
)

// figure writes a number with three digits or so and its unit.
func figure(v float64, unit string) string {
	if unit == "us" {
		switch {
		case v >= 1e6:
			return trim(v/1e6) + " s"
		case v >= 1e4:
			return trim(v/1e3) + " ms"
		}
		return trim(v) + " us"
	}
	prefix := ""
	for _, p := range []string{"k", "M", "G"} {
		if v < 1000 {
			break
		}
		v, prefix = v/1000, p
	}
	if unit == "/s" {
		return trim(v) + prefix + unit
	}
	return trim(v) + " " + prefix + unit
}

func trim(v float64) string {
	switch {
	case v >= 100 || v == 0:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// number writes a ratio.
func number(v float64) string { return trim(v) }

func numbers(vs []float64) string {
	var all []string
	for _, v := range vs {
		all = append(all, number(v))
	}
	return strings.Join(all, " ")
}
