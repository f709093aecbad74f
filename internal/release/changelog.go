// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strings"
)

const unreleased = "## Unreleased\n"

// notes returns what the changelog says below "Unreleased": the release notes.
func notes(changelog string) (string, error) {
	_, rest, ok := strings.Cut(changelog, unreleased)
	if !ok {
		return "", fmt.Errorf("CHANGELOG.md has no section %q", strings.TrimSpace(unreleased))
	}
	text, _, _ := strings.Cut(rest, "\n## ")
	if text = strings.TrimSpace(text); text == "" {
		return "", fmt.Errorf("CHANGELOG.md says nothing below %q", strings.TrimSpace(unreleased))
	}
	return text, nil
}

// released gives what is below "Unreleased" the version as its heading.
func released(changelog string, v version, date string) string {
	return strings.Replace(changelog, unreleased, unreleased+"\n## "+v.String()+", "+date+"\n", 1)
}

// missing returns the lines of an exported API that a later one does not have.
func missing(before, after string) (gone []string) {
	now := map[string]bool{}
	for line := range strings.Lines(after) {
		now[strings.TrimSpace(line)] = true
	}
	for line := range strings.Lines(before) {
		if line = strings.TrimSpace(line); line != "" && !now[line] {
			gone = append(gone, line)
		}
	}
	return gone
}
