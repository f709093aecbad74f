// SPDX-License-Identifier: Apache-2.0

package capi

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// difference is one line that may differ; see differences.txt.
type difference struct{ program, theirs, ours string }

func differences(t *testing.T) []difference {
	t.Helper()
	text, err := os.ReadFile("differences.txt")
	if err != nil {
		t.Fatal(err)
	}
	var list []difference
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") || line == "" {
			continue
		}
		f := strings.Split(line, " | ")
		if len(f) != 4 {
			t.Fatalf("differences.txt: %q has %d fields, not 4", line, len(f))
		}
		list = append(list, difference{f[0], f[1], f[2]})
	}
	return list
}

// apart are the programs with tests of their own.
var apart = []string{"draftcalls", "integrity", "multicast", "peering", "websockets"}

// checked are the programs that check themselves.
var checked = []string{"closing", "drafts", "exhausted", "family", "loans", "memory", "misuse"}

// TestPrograms: the same program gives the same result on both libraries, whatever
// header it was built with.
func TestPrograms(t *testing.T) {
	files, err := filepath.Glob("programs/*.c")
	if err != nil || len(files) == 0 {
		t.Fatal("no programs", err)
	}
	known := differences(t)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".c")
		if slices.Contains(apart, name) || slices.Contains(checked, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			theirs := compile(t, name+"-theirs", file, "-lzmq", "-lpthread")
			own := compile(t, name+"-ours", file, "-I"+source, "-L"+libDir, "-lzmq", "-lpthread")
			for header, bin := range map[string]string{"their header": theirs, "our header": own} {
				for n := 1; ; n++ {
					want, got := execute(t, time.Minute, os.Environ(), theirs), execute(t, time.Minute, ours(), bin)
					wrong := unlike(name, want, got, known)
					again := n < 5 && want.code == -1 || n < 3 && slices.Contains(timed, name) // libzmq aborts now and then on a busy machine
					if len(wrong) > 0 && again {
						t.Logf("run %d with %s: %q", n, header, wrong)
						continue
					}
					for _, w := range wrong {
						t.Errorf("with %s, %s", header, w)
					}
					break
				}
			}
		})
	}
}

// timed are the programs that tell times, send themselves signals, or wait for what must
// not happen. Where the machine is held up, they print something else over either library,
// so they have three runs.
var timed = []string{"belongings", "ends", "facilities", "manners", "monitors", "polling", "signals", "transfers"}

// unlike says how what a program printed over ours differs from what it printed over
// libzmq, beyond what is known.
func unlike(name string, want, got result, known []difference) (wrong []string) {
	if want.code != got.code {
		wrong = append(wrong, fmt.Sprintf("it ends with %d, libzmq with %d", got.code, want.code))
	}
	w, g := strings.Split(want.out, "\n"), strings.Split(got.out, "\n")
	for i := range max(len(w), len(g)) {
		a, b := at(w, i), at(g, i)
		if a != b && !slices.Contains(known, difference{name, a, b}) {
			wrong = append(wrong, fmt.Sprintf("line %d:\nlibzmq: %s\nours:   %s", i+1, a, b))
			if len(w) != len(g) {
				break // what follows is out of step
			}
		}
	}
	return wrong
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(nothing)"
}

// TestCheckedPrograms: what libzmq has in draft builds only, or does elsewhere.
func TestCheckedPrograms(t *testing.T) {
	for _, name := range checked {
		t.Run(name, func(t *testing.T) {
			dir := draftLibrary(t)
			bin := compile(t, name, "programs/"+name+".c", "-I"+source, "-L"+dir, "-lzmq", "-lpthread")
			if r := execute(t, time.Minute, using(dir), bin); r.code != 0 {
				t.Error(r.out)
			}
		})
	}
}

// TestNothingLeaks: LeakSanitizer finds nothing after every path on which memory
// changes hands, and the process does not grow.
func TestNothingLeaks(t *testing.T) {
	bin := compile(t, "stress-lsan", "programs/stress.c", "-fsanitize=leak", "-lzmq", "-lpthread")
	rules, err := filepath.Abs("leaks.txt")
	if err != nil {
		t.Fatal(err)
	}
	env := append(ours(), "LSAN_OPTIONS=print_suppressions=0:suppressions="+rules)
	if r := execute(t, 2*time.Minute, env, bin, "30"); r.code != 0 {
		t.Error(r.out)
	}
	plain := compile(t, "stress-size", "programs/stress.c", "-lzmq", "-lpthread")
	small, large := peak(t, plain, "50"), peak(t, plain, "400")
	if large > small+small/2 {
		t.Errorf("%d KiB after 50 rounds, %d KiB after 400", small, large)
	}
}

// peak is the largest size of a run in KiB.
func peak(t *testing.T, bin, rounds string) int {
	t.Helper()
	out := execute(t, time.Minute, ours(), "/usr/bin/python3", "-c",
		"import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); "+
			"print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)", bin, rounds)
	n, err := strconv.Atoi(strings.TrimSpace(out.out))
	if err != nil {
		t.Fatal(err, out.out)
	}
	return n
}
