// SPDX-License-Identifier: Apache-2.0

//go:build linux

package main

import (
	"fmt"
	"io"
	"slices"
)

// row is what was measured of one pair of libraries.
type row struct {
	pair   [2]string
	rate   int
	loss   string
	trials []figures
}

// write prints the medians of all trials.
func write(w io.Writer, rows []row) {
	fmt.Fprintln(w, "| RATE, Mbit/s | lost packets | publisher | subscriber | received, Mbit/s | missing messages | CPU, publisher | CPU, subscriber | NAK | NCF | RDATA | repair, kB |")
	fmt.Fprintln(w, "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
	for _, r := range rows {
		fmt.Fprintf(w, "| %d | %s | %s | %s | %.0f | %.0f | %.2f s | %.2f s", r.rate/1000, r.loss, r.pair[0], r.pair[1],
			r.median(func(f figures) float64 { return float64(f.received*f.size*8) / f.seconds / 1e6 }),
			r.median(func(f figures) float64 { return float64(f.sent - f.received) }),
			r.median(func(f figures) float64 { return f.pubCPU }), r.median(func(f figures) float64 { return f.subCPU }))
		if !r.trials[0].wire.counted {
			fmt.Fprintln(w, " | | | | |")
			continue
		}
		fmt.Fprintf(w, " | %.0f | %.0f | %.0f | %.1f |\n",
			r.median(func(f figures) float64 { return float64(f.wire.naks) }), r.median(func(f figures) float64 { return float64(f.wire.confirms) }),
			r.median(func(f figures) float64 { return float64(f.wire.repeat) }), r.median(func(f figures) float64 { return float64(f.wire.bytes) / 1000 }))
	}
}

// median is that of a figure over the trials.
func (r row) median(of func(figures) float64) float64 {
	var list []float64
	for _, f := range r.trials {
		list = append(list, of(f))
	}
	slices.Sort(list)
	return list[len(list)/2]
}
