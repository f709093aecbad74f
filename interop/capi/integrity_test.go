// SPDX-License-Identifier: Apache-2.0

package capi

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// integrityThreads is how many threads receive from one socket at most.
const integrityThreads = 6

// integrityTime is how long a form of the program runs: a second, or what the variable
// ZMQ_INTEGRITY says, such as 20m.
func integrityTime(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv("ZMQ_INTEGRITY")
	if text == "" {
		return time.Second
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal("ZMQ_INTEGRITY:", err)
	}
	return d
}

// integrity runs the program, behind a command or by itself. Half of the time one
// thread receives, and if the library allows it several do.
func integrity(t *testing.T, env []string, threads int, command ...string) {
	t.Helper()
	integrityFor(t, integrityTime(t), env, threads, command...)
}

func integrityFor(t *testing.T, d time.Duration, env []string, threads int, command ...string) {
	t.Helper()
	for _, n := range []int{1, threads}[:min(threads, 2)] {
		seconds := strconv.Itoa(int((d + time.Second).Seconds()) / 2)
		args := append(command[:len(command):len(command)], seconds, strconv.Itoa(n))
		r := execute(t, d+4*time.Minute, env, args[0], args[1:]...)
		if r.code == valgrindFound && onlyCutTraces(r.out) {
			r.code = 0
		}
		if r.code != 0 || !strings.HasSuffix(r.out, ": as expected\n") {
			t.Errorf("%d threads: ends with %d:\n%s", n, r.code, r.out)
		}
	}
}

// TestIntegrity: every frame is received as it was sent, however it is received. The
// program is tried on libzmq too.
func TestIntegrity(t *testing.T) {
	bin := compile(t, "integrity", "programs/integrity.c", "-lzmq", "-lpthread")
	t.Run("libzmq", func(t *testing.T) { integrity(t, os.Environ(), 1, bin) })
	t.Run("ours", func(t *testing.T) { integrity(t, using(draftLibrary(t)), integrityThreads, bin) })
}

// TestIntegrityWithAddressSanitizer: nothing is read or written where it should not be,
// on the C side.
func TestIntegrityWithAddressSanitizer(t *testing.T) {
	dir := sanitized.get(t, "sanitized", "DRAFT=1", "SANITIZE=address")
	bin := compile(t, "integrity-asan", "programs/integrity.c", "-fsanitize=address", "-lzmq", "-lpthread")
	rules, err := filepath.Abs("leaks.txt")
	if err != nil {
		t.Fatal(err)
	}
	// The Go runtime has signal stacks of its own.
	env := using(dir, "ASAN_OPTIONS=use_sigaltstack=0", "LSAN_OPTIONS=print_suppressions=0:suppressions="+rules)
	integrity(t, env, integrityThreads, bin)
}

// TestIntegrityUnderValgrind: the same, and nothing depends on memory that was not
// written to.
func TestIntegrityUnderValgrind(t *testing.T) {
	if _, err := exec.LookPath("valgrind"); err != nil {
		missing(t, "valgrind")
	}
	bin := compile(t, "integrity-valgrind", "programs/integrity.c", "-lzmq", "-lpthread")
	rules := filepath.Join(t.TempDir(), "go.supp")
	if err := os.WriteFile(rules, []byte(goSuppressions()), 0o600); err != nil {
		t.Fatal(err)
	}
	// Valgrind does not know one of the instructions by which Go reads the clock.
	env := using(draftLibrary(t), "GODEBUG=cpu.rdtscp=off")
	// For longer it reports Go's own heap, with the messages in it: where goroutines' stacks
	// lie near each other, it takes the way from one to the other for frames of one stack
	// that come or go, and the memory between them for gone or never written.
	integrityFor(t, time.Second, env, integrityThreads, "valgrind", "-q", "--error-exitcode="+strconv.Itoa(valgrindFound), "--suppressions="+rules, bin)
}

// valgrindFound is what valgrind ends with if it has found something.
const valgrindFound = 9

var (
	finding  = regexp.MustCompile(`(?m)^==\d+== (Invalid|Use of|Conditional|Syscall)`)
	cutTrace = regexp.MustCompile(`(?m)^==\d+== Invalid (?:read|write) of size \d+\n==\d+==    at 0x[0-9A-F]+: runtime\.memmove .*\n==\d+==  Address .* anonymous segment$`)
)

// onlyCutTraces reports whether all that valgrind found is memmove in memory that
// malloc does not know, with no caller: that is Go's own heap where a stack has just
// moved, and a suppression for it would also pass over writes to the program's memory.
func onlyCutTraces(out string) bool {
	all := len(finding.FindAllString(out, -1))
	return all > 0 && len(cutTrace.FindAllString(out, -1)) == all
}

// TestCutTracesAreToldFromFindings: a trace with a caller, memory that malloc knows,
// and another function are findings.
func TestCutTracesAreToldFromFindings(t *testing.T) {
	const (
		cut = "==7== Invalid write of size 8\n" +
			"==7==    at 0x4966252: runtime.memmove (in /x/libzmq.so.5)\n" +
			"==7==  Address 0xc1c517183a0 is in a rw- anonymous segment\n"
		called = "==7== Invalid write of size 8\n" +
			"==7==    at 0x4966252: runtime.memmove (in /x/libzmq.so.5)\n" +
			"==7==    by 0x4966300: main.put (in /x/libzmq.so.5)\n" +
			"==7==  Address 0xc1c517183a0 is in a rw- anonymous segment\n"
	)
	for out, want := range map[string]bool{
		"": false, cut: true, cut + "==7== \n" + cut: true, called: false, cut + called: false,
		strings.Replace(cut, "in a rw- anonymous segment", "0 bytes after a block of size 8 alloc'd", 1): false,
		strings.Replace(cut, "runtime.memmove", "gozmq_recv", 1):                                         false,
		cut + "==7== Conditional jump or move depends on uninitialised value(s)\n":                       false,
	} {
		if got := onlyCutTraces(out); got != want {
			t.Errorf("%t, want %t:\n%s", got, want, out)
		}
	}
}

// goPackages are what Go's functions begin with, beside those whose package has a
// slash in its path.
const goPackages = "main net sync syscall time context slices strings strconv os errors reflect maps fmt io bytes iter"

// goSuppressions is what valgrind must not tell of: Go moves its stacks while it uses
// them, and valgrind cannot tell that memory has been cleared. Only memmove is told,
// unless the Go runtime has called it, because that is how Go writes to memory of C.
func goSuppressions() string {
	names := []string{"*/*", "*body", "runtime.(*", "runtime.memclr*", "runtime.memequal*", "runtime.memhash*"}
	for pkg := range strings.FieldsSeq(goPackages) {
		names = append(names, pkg+".*")
	}
	for c := 'A'; c <= 'z'; c++ {
		if c != 'm' {
			names = append(names, fmt.Sprintf("runtime.%c*", c))
		}
		if c != 'e' {
			names = append(names, fmt.Sprintf("runtime.m%c*", c))
		}
	}
	var b strings.Builder
	kinds := "Addr1 Addr2 Addr4 Addr8 Addr16 Addr32 Cond Value1 Value2 Value4 Value8 Value16 Value32"
	for kind := range strings.FieldsSeq(kinds) {
		for _, name := range names {
			fmt.Fprintf(&b, "{\n   go\n   Memcheck:%s\n   fun:%s\n}\n", kind, name)
		}
		fmt.Fprintf(&b, "{\n   go\n   Memcheck:%s\n   fun:runtime.memmove\n   fun:runtime.*\n}\n", kind)
	}
	return b.String()
}
