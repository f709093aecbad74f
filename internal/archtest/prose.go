// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"fmt"
	"regexp"
)

var (
	// unnamed are the words that leave an actor without a name. A comment says
	// receiver, sender, reader, peer, caller or program instead.
	unnamed = regexp.MustCompile(`(?i)\b(?:who|whom|whoever|nobody|somebody|anybody|everybody|no one|someone|anyone|everyone)\b`)
	// specified is the word of the specifications. Other texts say bytes.
	specified = regexp.MustCompile(`(?i)\boctets?\b`)
)

// specifying are the folders with code that RFC 23 or libzmq's manual specifies, and
// the notation of recorded flows. Patterns are those of the import policy.
var specifying = []string{"internal/wire", "internal/zmqtest", "cmd/libzmq/..."}

// unread are the folders and documents whose prose has not been gone through yet.
var unread = []string{
	"cmd/libzmq/...", "internal/core", "internal/engine", "internal/pattern", "internal/pipe", "test/faults", "test/hostile",
}

// checkProse finds these words in comments and documents. It passes over what stands
// in quotation marks or backquotes and over lines of code, and over the folders and
// documents of unread.
func checkProse(t *tree, docs []*document, unread []string) (wrong []string) {
	look := func(place, file string, line int, text string) {
		if covers(unread, place) {
			return
		}
		text = inlineCode.ReplaceAllString(example.ReplaceAllString(withoutLinks(text), ""), "")
		if word := unnamed.FindString(text); word != "" {
			wrong = append(wrong, fmt.Sprintf("%s:%d: name the actor instead of %q", file, line, word))
		}
		if word := specified.FindString(text); word != "" && !covers(specifying, place) {
			wrong = append(wrong, fmt.Sprintf("%s:%d: bytes instead of %q", file, line, word))
		}
	}
	for _, f := range t.files {
		for _, group := range f.ast.Comments {
			for _, c := range group.List {
				look(f.dir, f.path, t.fset.Position(c.Pos()).Line, c.Text)
			}
		}
	}
	for _, d := range docs {
		for i, line := range d.lines {
			look(d.path, d.path, i+1, line)
		}
	}
	return wrong
}
