// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// TestNoMergeConflicts: no file has the marks of a merge that was not finished.
func TestNoMergeConflicts(t *testing.T) {
	wrong, err := findConflicts(os.DirFS(load(t).root))
	if err != nil {
		t.Fatal(err)
	}
	report(t, wrong)
}

func TestFindConflicts(t *testing.T) {
	begin, end := strings.Repeat("<", 7), strings.Repeat(">", 7)
	got, err := findConflicts(fstest.MapFS{
		"Makefile":             {Data: []byte("a:\n" + begin + " HEAD\nb:\n=======\nc:\n" + end + " main\n")},
		".ci/run":              {Data: []byte(end + " main\n")},
		"docs/a.md":            {Data: []byte("Title\n=======\n\n    " + begin + " HEAD\n")},
		".git/MERGE_MSG":       {Data: []byte(begin + " HEAD\n")},
		"build/conformance":    {Data: []byte(begin + " HEAD\n")},
		"a/node_modules/b.txt": {Data: []byte(begin + " HEAD\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	wantEach(t, got, "Makefile:2:", "Makefile:6:", ".ci/run:1:")
}

// findConflicts looks at every file but those that are made, and not written.
func findConflicts(fsys fs.FS) ([]string, error) {
	made := []string{".git", "build", "node_modules", "testdata"}
	var wrong []string
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist): // another test has removed what it had made
			return nil
		case err != nil:
			return err
		case d.IsDir() && slices.Contains(made, d.Name()):
			return fs.SkipDir
		case !d.Type().IsRegular():
			return nil
		}
		text, err := fs.ReadFile(fsys, p)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		n := 0
		for line := range bytes.Lines(text) {
			n++
			if bytes.HasPrefix(line, []byte("<<<<<<< ")) || bytes.HasPrefix(line, []byte(">>>>>>> ")) {
				wrong = append(wrong, fmt.Sprintf("%s:%d: the merge is not finished", p, n))
			}
		}
		return nil
	})
	return wrong, err
}
