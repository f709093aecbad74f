// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"os"
	"testing"
)

func TestCommentsNameWhatExists(t *testing.T) {
	tree := load(t)
	files, err := repositoryFiles(os.DirFS(tree.root))
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range checkReferences(tree, files) {
		t.Error(wrong)
	}
}

func TestCheckReferences(t *testing.T) {
	got := checkReferences(plant(t, "internal/pipe/a.go", `package pipe

// Inbox is the queue of a peer; see pushAll, Inbox.take and Inbox.give, pipe.Inbox
// and pipe.Outbox. On macOS it is in b.go, elsewhere in a.go and docs/facts.md;
// "anyThing" is text, https://example.org/someThing.go a link.
type Inbox struct{ take int }

func (b *Inbox) push() {}
`), []string{"internal/pipe/a.go", "docs/facts.md"})
	wantEach(t, got,
		"a.go:3: nothing has the name pushAll",
		"a.go:3: Inbox has no give",
		"a.go:4: pipe has no Outbox",
		"a.go:4: there is no file b.go")
}
