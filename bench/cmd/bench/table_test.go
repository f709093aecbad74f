// SPDX-License-Identifier: Apache-2.0

package main

import (
	"math"
	"strings"
	"testing"
)

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		of   []float64
		want float64
	}{
		{[]float64{3}, 3},
		{[]float64{3, 1, 2}, 2},
		{[]float64{4, 1, 3, 2}, 2.5},
	} {
		if got := median(c.of); got != c.want {
			t.Errorf("median(%v) = %v, want %v", c.of, got, c.want)
		}
	}
}

func TestRateLeavesTheFirstMessageOut(t *testing.T) {
	if got := (result{Messages: 101, Seconds: 2}).rate(); got != 50 {
		t.Errorf("rate %v, want 50", got)
	}
}

func TestRow(t *testing.T) {
	ours := []result{{Messages: 3_000_001, Seconds: 1}, {Messages: 6_000_001, Seconds: 1}}
	theirs := []result{{Messages: 1_000_001, Seconds: 1}, {Messages: 1_500_001, Seconds: 1}}
	for _, c := range []struct {
		all  rows
		want string
	}{
		{rows{ours, theirs}, "throughput 16 4.50M msg/s 1.25M msg/s 3.50 3.00 4.00"},
		{rows{ours}, "throughput 16 4.50M msg/s - -"},
	} {
		var b strings.Builder
		printRow(&b, throughput(16, 1), c.all)
		if got := strings.Join(strings.Fields(b.String()), " "); got != c.want {
			t.Errorf("row %q, want %q", got, c.want)
		}
	}
}

func TestLatencyRatioIsAboveOneWhenOursIsLower(t *testing.T) {
	got := compare([]float64{10}, []float64{40}, false)
	if math.Abs(got[0]-4) > 1e-9 {
		t.Errorf("ratio %v, want 4", got)
	}
}
