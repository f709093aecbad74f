// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// checkImports compares the imports of every file with the policy.
func checkImports(t *tree, rows []row) []string {
	var wrong []string
	unknown := map[string]bool{}
	for _, f := range t.files {
		r := rowOf(rows, f.dir)
		if r == nil {
			if !unknown[f.dir] {
				unknown[f.dir] = true
				wrong = append(wrong, f.dir+": has no row in the import policy")
			}
			continue
		}
		for _, path := range f.imports() {
			if why := forbidden(rows, r, f, path); why != "" {
				wrong = append(wrong, fmt.Sprintf("%s: imports %s: %s", f.path, path, why))
			}
		}
	}
	return wrong
}

// forbidden says why a file of row r may not import path, or nothing.
func forbidden(rows []row, r *row, f *file, path string) string {
	ours, isOurs := relative(path)
	switch {
	case path == "C" && !strings.HasPrefix(f.dir, "cmd/libzmq") && !strings.HasPrefix(f.dir, "bench") && !strings.HasPrefix(f.dir, "interop"):
		return "cgo is for cmd/libzmq, interop and bench"
	case isOurs && slices.Contains(testsOnly, ours):
		if !f.test && !slices.Contains(testsOnly, f.dir) {
			return "it is for tests only"
		}
	case isOurs && f.test:
		if ours != f.dir && !covers(reach(rows, r), ours) {
			return "not below " + r.pkg + " in the import policy"
		}
	case isOurs:
		if !covers(strings.Fields(r.ours), ours) {
			return "not in the row of " + r.pkg + " in the import policy"
		}
	case strings.Contains(strings.Split(path, "/")[0], "."):
		if !allowsModule(r.third, path) {
			return "this module is not in the row of " + r.pkg + " in the import policy"
		}
	}
	return ""
}

// relative returns an import path of this module relative to the root.
func relative(path string) (string, bool) {
	if path == module {
		return ".", true
	}
	return strings.CutPrefix(path, module+"/")
}

// rowOf finds the first row that covers a folder, exact ones first.
func rowOf(rows []row, dir string) *row {
	for i := range rows {
		if rows[i].pkg == dir {
			return &rows[i]
		}
	}
	for i := range rows {
		if covers([]string{rows[i].pkg}, dir) {
			return &rows[i]
		}
	}
	return nil
}

// covers says whether one of the patterns matches dir.
func covers(patterns []string, dir string) bool {
	for _, p := range patterns {
		parent, below := strings.CutSuffix(p, "/...")
		if p == dir || below && (dir == parent || strings.HasPrefix(dir, parent+"/")) {
			return true
		}
	}
	return false
}

// reach returns the patterns of everything that lies below a row.
func reach(rows []row, r *row) []string {
	patterns := strings.Fields(r.ours)
	for i := 0; i < len(patterns); i++ {
		for j := range rows {
			if rows[j].pkg != patterns[i] && !covers(patterns[i:i+1], strings.TrimSuffix(rows[j].pkg, "/...")) {
				continue
			}
			for _, p := range strings.Fields(rows[j].ours) {
				if !slices.Contains(patterns, p) {
					patterns = append(patterns, p)
				}
			}
		}
	}
	return patterns
}

func allowsModule(third, path string) bool {
	for _, m := range strings.Fields(third) {
		if m == "*" || path == m || strings.HasPrefix(path, m+"/") {
			return true
		}
	}
	return false
}

// checkStandIns finds files of modules that stand in for others which import them
// by their own path.
func checkStandIns(t *tree, modules []string) []string {
	var wrong []string
	for _, f := range t.files {
		for _, m := range modules {
			if covers([]string{m + "/..."}, f.dir) && !nested(t, m, f.dir) && slices.Contains(f.imports(), module+"/"+m) {
				wrong = append(wrong, f.path+": imports its own module, which programs know by another path")
			}
		}
	}
	return wrong
}

// nested reports whether a folder of a module belongs to a further module inside it,
// which programs know by its own path.
func nested(t *tree, module, dir string) bool {
	for ; dir != module && dir != "."; dir = path.Dir(dir) {
		if _, err := os.Stat(filepath.Join(t.root, filepath.FromSlash(dir), "go.mod")); err == nil {
			return true
		}
	}
	return false
}
