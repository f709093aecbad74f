// SPDX-License-Identifier: Apache-2.0

// The part of ZPL, the property language of RFC 4, that certificates use: sections, and
// properties in them, indented by four spaces.

package auth

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/gozmq/zmq"
)

// parseProperties returns the properties of each section. Properties that are nested
// more deeply, and the value of a section itself, are ignored.
func parseProperties(text string) (map[string]map[string]string, error) {
	sections := map[string]map[string]string{}
	section := ""
	lines := strings.FieldsFunc(text, func(c rune) bool { return c == '\n' || c == '\r' })
	for _, line := range lines {
		body := strings.TrimLeft(line, " \t")
		if body == "" || body[0] == '#' {
			continue
		}
		depth := len(strings.ReplaceAll(line[:len(line)-len(body)], "\t", "    ")) / 4
		name, value, err := parseProperty(body)
		switch {
		case err != nil:
			return nil, err
		case depth == 0:
			section = name
			if sections[section] == nil {
				sections[section] = map[string]string{}
			}
		case section == "":
			return nil, fmt.Errorf("it begins with an indented line: %w", zmq.ErrInvalid)
		case depth == 1:
			sections[section][name] = value
		}
	}
	return sections, nil
}

// parseProperty reads "name", "name = value" or "name = 'value'", and a comment after
// it. Errors do not quote the text, which may be a key.
func parseProperty(body string) (name, value string, err error) {
	end := strings.IndexFunc(body, func(c rune) bool { return !isNameCharacter(c) })
	if end < 0 {
		return body, "", nil
	}
	name, rest := body[:end], strings.TrimLeft(body[end:], " \t")
	switch {
	case name == "":
		return "", "", fmt.Errorf("a line does not begin with a name: %w", zmq.ErrInvalid)
	case rest == "" || rest[0] == '#':
		return name, "", nil
	case rest[0] != '=':
		return "", "", fmt.Errorf("a name is not followed by an equals sign: %w", zmq.ErrInvalid)
	}
	rest = strings.TrimLeft(rest[1:], " \t")
	if rest != "" && (rest[0] == '"' || rest[0] == '\'') {
		// RFC 4: without its other quote a value is not a quoted one.
		if n := strings.IndexByte(rest[1:], rest[0]); n >= 0 {
			return name, rest[1 : n+1], nil
		}
	}
	value, _, _ = strings.Cut(rest, "#")
	return name, strings.TrimRight(value, " \t"), nil
}

func isNameCharacter(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("$-_@.&+/", c)
}

// writeProperty writes a property of a section. A value that has both quotes
// cannot be written: RFC 4 has no way to escape one.
func writeProperty(b *strings.Builder, name, value string) error {
	if name == "" || strings.ContainsFunc(name, func(c rune) bool { return !isNameCharacter(c) }) {
		return fmt.Errorf("%q is no name: %w", name, zmq.ErrInvalid)
	}
	quote := `"`
	if strings.Contains(value, quote) {
		quote = "'"
	}
	if strings.Contains(value, quote) || strings.ContainsFunc(value, unicode.IsControl) {
		return fmt.Errorf("the value of %s has both kinds of quotes or a control character: %w", name, zmq.ErrInvalid)
	}
	fmt.Fprintf(b, "    %s = %s%s%s\n", name, quote, value, quote)
	return nil
}
