// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// own is what programs need that the original does not have.
var own = []string{"func WithTransports(list ...zmq.Transport) Option"}

// TestExportedAPIIsTheOriginals compares what the packages export, as go doc shows
// it, with the lists in testdata/api, which were made in the same way from version
// 0.17.0 of github.com/go-zeromq/zmq4.
func TestExportedAPIIsTheOriginals(t *testing.T) {
	for dir, list := range map[string]string{
		".": "root", "./security/null": "security_null", "./security/plain": "security_plain", "./transport": "transport",
	} {
		text, err := exec.Command("go", "doc", "-all", dir).Output()
		if err != nil {
			t.Fatalf("go doc -all %s: %v", dir, err)
		}
		original, err := os.ReadFile("testdata/api/" + list + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Split(strings.TrimSpace(strings.ReplaceAll(string(original), "\r\n", "\n")), "\n")
		got := declarations(string(text))
		if len(got) == 0 {
			t.Errorf("%s: no declarations", dir)
		}
		for _, line := range want {
			if !slices.Contains(got, line) {
				t.Errorf("%s: missing: %s", dir, line)
			}
		}
		for _, line := range got {
			if !slices.Contains(want, line) && !slices.Contains(own, line) {
				t.Errorf("%s: not in the original: %s", dir, line)
			}
		}
	}
}

// TestReplacementNamesEverything is for the module that a replace line names: its
// types are aliases, and nothing may be missing.
func TestReplacementNamesEverything(t *testing.T) {
	for dir, list := range map[string]string{
		".": "root", "./security/null": "security_null", "./security/plain": "security_plain", "./transport": "transport",
	} {
		cmd := exec.Command("go", "doc", "-all", dir)
		cmd.Dir = "replace"
		text, err := cmd.Output()
		if err != nil {
			t.Fatalf("go doc -all %s in replace: %v", dir, err)
		}
		original, err := os.ReadFile("testdata/api/" + list + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		there := names(declarations(string(text)))
		for _, name := range names(strings.Split(strings.TrimSpace(string(original)), "\n")) {
			if !slices.Contains(there, name) {
				t.Errorf("%s: missing: %s", dir, name)
			}
		}
	}
}

// names returns what is declared: keyword and name, methods and members left out.
func names(declarations []string) []string {
	var found []string
	for _, line := range declarations {
		if m := declared.FindString(line); m != "" && !strings.Contains(line, ": ") {
			found = append(found, m)
		}
	}
	return found
}

var (
	declared = regexp.MustCompile(`^(func|type|const|var) \w+`)
	comment  = regexp.MustCompile(`\s*//.*$`)
	keyword  = regexp.MustCompile(`^(func|type|const|var)\b`)
	receiver = regexp.MustCompile(`^func \(\w+ `)
	space    = regexp.MustCompile(`\s+`)
)

// declarations takes the declarations out of what go doc prints, one a line: those
// of a group and the members of a type each on their own, without comments, names
// of receivers, and values of variables.
func declarations(text string) []string {
	var lines []string
	inside := "" // "const", "var", or the first line of a type
	for line := range strings.Lines(text) {
		line = comment.ReplaceAllString(strings.TrimRight(line, "\r\n"), "")
		switch {
		case inside == "" && !keyword.MatchString(line), strings.TrimSpace(line) == "":
		case inside == "" && strings.HasSuffix(line, "("):
			inside = keyword.FindString(line)
		case inside == "" && strings.HasSuffix(line, "{"):
			inside = strings.TrimSpace(strings.TrimSuffix(line, "{"))
			lines = append(lines, inside)
		case inside == "":
			lines = append(lines, line)
		case line == ")" || line == "}":
			inside = ""
		case inside == "const" || inside == "var" || inside == "type":
			lines = append(lines, inside+" "+strings.TrimSpace(line))
		default:
			lines = append(lines, inside+": "+strings.TrimSpace(line))
		}
	}
	for i, line := range lines {
		line = strings.ReplaceAll(space.ReplaceAllString(line, " "), "interface{}", "any")
		line = receiver.ReplaceAllString(line, "func (")
		if strings.HasPrefix(line, "var ") {
			line, _, _ = strings.Cut(line, " =")
		}
		lines[i] = line
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}
