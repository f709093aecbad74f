// SPDX-License-Identifier: Apache-2.0

package capi

import (
	"os"
	"os/exec"
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

// TestExports: the library exports the checked-in list, which is what the header
// declares, and nothing else.
func TestExports(t *testing.T) {
	text, err := os.ReadFile(source + "/exports.txt")
	if err != nil {
		t.Fatal(err)
	}
	list := strings.Fields(string(text))
	if got := exported(t, libDir+"/libzmq.so.5"); !slices.Equal(got, list) {
		t.Errorf("exported:\n%s\nlisted:\n%s", strings.Join(got, " "), strings.Join(list, " "))
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
	if !slices.Equal(declared, list) {
		t.Errorf("declared:\n%s\nlisted:\n%s", strings.Join(declared, " "), strings.Join(list, " "))
	}
}

// TestExportsAllOfLibzmq: nothing that libzmq exports is missing.
func TestExportsAllOfLibzmq(t *testing.T) {
	out, err := exec.Command("gcc", "-print-file-name=libzmq.so").Output()
	if err != nil {
		t.Fatal(err)
	}
	have := exported(t, libDir+"/libzmq.so.5")
	for _, name := range exported(t, strings.TrimSpace(string(out))) {
		if strings.HasPrefix(name, "zmq_") && !slices.Contains(have, name) {
			t.Errorf("%s is missing", name)
		}
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
