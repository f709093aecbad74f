// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocumentsNameWhatExists finds the names of package zmq and package auth that
// the documents mention in the exported API, and their methods on a socket s.
func TestDocumentsNameWhatExists(t *testing.T) {
	tree := load(t)
	for _, doc := range []string{"docs/migrating.md", "examples/README.md", "README.md"} {
		text, err := os.ReadFile(filepath.Join(tree.root, doc))
		if err != nil {
			t.Fatal(err)
		}
		for _, wrong := range missingNames(string(text), map[string][]string{
			"zmq": exportedAPI(tree, "."), "auth": exportedAPI(tree, "auth"), "ws": exportedAPI(tree, "ws"), "web": exportedAPI(tree, "web"), "reqrep": exportedAPI(tree, "reqrep"),
		}) {
			t.Errorf("%s: %s does not exist", doc, wrong)
		}
	}
}

var (
	qualified = regexp.MustCompile(`\b(zmq|auth|ws|reqrep)\.([A-Z]\w*)`)
	onSocket  = regexp.MustCompile("`s\\.([A-Z]\\w*)")
)

// missingNames returns the qualified names in a text that no line of an API has.
// Methods of s are looked at only in the right column of a table, or outside
// tables: the left column is about other libraries.
func missingNames(text string, api map[string][]string) []string {
	var wrong []string
	for line := range strings.Lines(text) {
		if cells := strings.Split(line, " | "); len(cells) > 1 {
			line = cells[len(cells)-1]
		}
		for _, m := range qualified.FindAllStringSubmatch(line, -1) {
			if !declares(api[m[1]], `^(func|type|var|const) `+m[2]+`\b`) {
				wrong = append(wrong, m[0])
			}
		}
		for _, m := range onSocket.FindAllStringSubmatch(line, -1) {
			if !declares(api["zmq"], `^method \(\*Socket\) `+m[1]+`\(`) {
				wrong = append(wrong, "Socket."+m[1])
			}
		}
	}
	return wrong
}

func declares(api []string, pattern string) bool {
	re := regexp.MustCompile(pattern)
	for _, line := range api {
		if re.MatchString(line) {
			return true
		}
	}
	return false
}

func TestMissingNames(t *testing.T) {
	api := map[string][]string{"zmq": {"func Here(int)", "method (*Socket) Send(int)"}}
	got := missingNames("`zmq.Here(1)` `zmq.Gone` `s.Send(x)` `s.Lost()`\n| `s.Old()` | `auth.None` |\n", api)
	wantEach(t, got, "zmq.Gone", "Socket.Lost", "auth.None")
}
