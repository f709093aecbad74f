// SPDX-License-Identifier: Apache-2.0

package proof

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// rounds is how often a pair of programs runs, turn and turn about, so that what else
// the machine does hits both.
const rounds = 3

// BenchmarkUnchangedPrograms runs a program that was written for pebbe/zmq4 on the
// original and on ours, and reports messages a second of both and the ratio:
//
//	go test -run - -bench . -benchtime 1x
func BenchmarkUnchangedPrograms(b *testing.B) {
	source := filepath.Join("testdata", "bench", "throughput.go")
	var programs [2]string
	for i, original := range []bool{true, false} {
		dir := b.TempDir()
		if err := bindings[0].tryBuild(dir, source, original); err != nil {
			b.Skip(err)
		}
		programs[i] = filepath.Join(dir, "program.exe")
	}
	for _, size := range []int{16, 256, 4096} {
		for _, how := range []string{"string", "bytes", "message"} {
			b.Run(fmt.Sprintf("%s/%dB", how, size), func(b *testing.B) {
				count := min(2_000_000, 1<<30/size)
				for range b.N {
					var best [2]float64
					for range rounds {
						for i, p := range programs {
							best[i] = max(best[i], rate(b, p, size, count, how))
						}
					}
					b.ReportMetric(best[0], "original/s")
					b.ReportMetric(best[1], "ours/s")
					b.ReportMetric(best[1]/best[0], "ratio")
				}
			})
		}
	}
}

func rate(b *testing.B, program string, size, count int, how string) float64 {
	b.Helper()
	out, err := exec.Command(program, strconv.Itoa(size), strconv.Itoa(count), how).Output()
	if err != nil {
		b.Fatal(err)
	}
	n, err := strconv.ParseFloat(string(bytes.TrimSpace(out)), 64)
	if err != nil {
		b.Fatal(err)
	}
	return n
}
