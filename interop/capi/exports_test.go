// SPDX-License-Identifier: Apache-2.0

package capi

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func exported(t *testing.T, library string) []string {
	t.Helper()
	out, err := exec.Command("nm", "-D", "--defined-only", library).Output()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		name, _, _ := strings.Cut(f[len(f)-1], "@")
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func listed(t *testing.T, files ...string) []string {
	t.Helper()
	var names []string
	for _, file := range files {
		text, err := os.ReadFile(filepath.Join(source, file))
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, strings.Fields(string(text))...)
	}
	slices.Sort(names)
	return names
}

// TestExports: the library exports the checked-in list and nothing else, and a build
// with drafts that of the drafts too, which is all that the header declares.
func TestExports(t *testing.T) {
	stable, all := listed(t, "exports.txt"), listed(t, "exports.txt", "exports_draft.txt")
	if got := exported(t, libDir+"/libzmq.so.5"); !slices.Equal(got, stable) {
		t.Errorf("exported:\n%s\nlisted:\n%s", strings.Join(got, " "), strings.Join(stable, " "))
	}
	if got := exported(t, draftLibrary(t)+"/libzmq.so.5"); !slices.Equal(got, all) {
		t.Errorf("with drafts, exported:\n%s\nlisted:\n%s", strings.Join(got, " "), strings.Join(all, " "))
	}
	header, err := os.ReadFile(source + "/zmq.h")
	if err != nil {
		t.Fatal(err)
	}
	var declared []string
	for _, m := range regexp.MustCompile(`(?m)^ZMQ_EXPORT [^(]*?\*?(zmq_\w+)\(`).FindAllSubmatch(header, -1) {
		declared = append(declared, string(m[1]))
	}
	slices.Sort(declared)
	if !slices.Equal(declared, all) {
		t.Errorf("declared:\n%s\nlisted:\n%s", strings.Join(declared, " "), strings.Join(all, " "))
	}
}

// TestExportsAreLibzmqs: the library exports what libzmq exports. Programs conclude
// from a draft function that is there that draft sockets work.
func TestExportsAreLibzmqs(t *testing.T) {
	out, err := exec.Command("gcc", "-print-file-name=libzmq.so").Output()
	if err != nil {
		t.Fatal(err)
	}
	theirs := exported(t, strings.TrimSpace(string(out)))
	theirs = slices.DeleteFunc(theirs, func(name string) bool { return !strings.HasPrefix(name, "zmq_") })
	if ours := exported(t, libDir+"/libzmq.so.5"); !slices.Equal(ours, theirs) {
		t.Errorf("libzmq:\n%s\nours:\n%s", strings.Join(theirs, " "), strings.Join(ours, " "))
	}
}

// TestConstants: every number in libzmq's header has the same value in ours.
func TestConstants(t *testing.T) {
	theirs, ours := macros(t), macros(t, "-I"+source)
	if len(theirs) < 200 {
		t.Fatalf("only %d constants found", len(theirs))
	}
	for name, value := range theirs {
		switch name {
		case "ZMQ_VERSION_PATCH", "ZMQ_VERSION_MINOR", "ZMQ_VERSION", "ZMQ_EXPORT",
			// 4.3.4 has 3, which its library does not look for; 4.3.5 has the bit.
			"ZMQ_RECONNECT_STOP_AFTER_DISCONNECT":
			continue
		}
		if got, ok := ours[name]; !ok {
			t.Errorf("%s is missing", name)
		} else if plain(got) != plain(value) {
			t.Errorf("%s is %s, in libzmq %s", name, got, value)
		}
	}
}

func plain(s string) string { return strings.NewReplacer(" ", "", "(", "", ")", "").Replace(s) }

// macros returns what a header defines for a draft build.
func macros(t *testing.T, flags ...string) map[string]string {
	t.Helper()
	cmd := exec.Command("gcc", append(flags, "-DZMQ_BUILD_DRAFT_API", "-dM", "-E", "-xc", "-")...)
	cmd.Stdin = strings.NewReader("#include <zmq.h>\n")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^#define (ZMQ_\w+|EFSM|ENOCOMPATPROTO|ETERM|EMTHREAD)(?:\([^)]*\))? ?(.*)$`).FindAllStringSubmatch(string(out), -1) {
		all[m[1]] = m[2]
	}
	return all
}
