// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"bufio"
	"go/ast"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestExceptionsAreThereAndHaveReasons: the lists of tests that are skipped on systems
// that are emulated name tests and examples that exist, and say why.
func TestExceptionsAreThereAndHaveReasons(t *testing.T) {
	tree := load(t)
	tests := make(map[string]bool)
	for _, f := range tree.files {
		if !f.test {
			continue
		}
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				tests[fn.Name.Name] = true
			}
		}
	}
	lists, err := filepath.Glob(filepath.Join(tree.root, ".ci", "*-exceptions"))
	if err != nil || len(lists) == 0 {
		t.Fatalf("no lists of exceptions: %v", err)
	}
	for _, list := range lists {
		checkExceptions(t, list, tests)
	}
}

func checkExceptions(t *testing.T, list string, tests map[string]bool) {
	f, err := os.Open(list)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, reason, _ := strings.Cut(line, " ")
		test, _, _ := strings.Cut(name, "/")
		if !tests[test] {
			t.Errorf("%s names %s, which is no test", list, name)
		}
		if strings.TrimSpace(reason) == "" {
			t.Errorf("%s has no reason for %s", list, name)
		}
	}
}
