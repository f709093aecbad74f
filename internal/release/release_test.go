// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// repository makes a small repository of two published modules and one that is
// not, with a first release.
func repository(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	files := map[string]string{
		"go.mod":               "module github.com/gozmq/zmq\n\ngo 1.25.0\n",
		"version.go":           "package zmq\n\nfunc Version() (major, minor, patch int) { return 0, 1, 0 }\n",
		"CHANGELOG.md":         "# Changelog\n\n## Unreleased\n\n- New.\n\n## 0.1.0, 2026-01-01\n\n- Old.\n",
		"README.md":            "replace a => github.com/gozmq/zmq/compat/zmq4 v0.1.0\n",
		"docs/migrating.md":    "none\n",
		"api/zmq.txt":          "func A()\nfunc B()\n",
		"compat/zmq4/doc.go":   "//	replace a => github.com/gozmq/zmq/compat/zmq4 v0.1.0\npackage zmq4\n",
		"compat/zmq4/go.mod":   "module github.com/gozmq/zmq/compat/zmq4\n\ngo 1.25.0\n\nrequire github.com/gozmq/zmq v0.1.0\n\nreplace github.com/gozmq/zmq => ../../\n",
		"compat/gozmq/doc.go":  "package gozmq\n",
		"interop/go.mod":       "module github.com/gozmq/zmq/interop\n\ngo 1.25.0\n\nrequire github.com/gozmq/zmq v0.0.0\n\nreplace github.com/gozmq/zmq => ../\n",
		"interop/testdata/x.c": "",

		"compat/gozeromq/replace/zmq4.go": "package zmq4\n",
	}
	for name, text := range files {
		put(t, root, name, text)
	}
	for _, args := range [][]string{
		{"init", "--quiet"},
		{"config", "user.name", "test"},
		{"config", "user.email", "test@example.org"},
		{"add", "."},
		{"commit", "--quiet", "--message", "first"},
		{"tag", "v0.1.0"},
		{"tag", "compat/zmq4/v0.1.0"},
	} {
		if _, err := git(root, args...); err != nil {
			t.Skipf("no git here: %v", err)
		}
	}
	return root
}

func put(t *testing.T, root, name, text string) {
	t.Helper()
	name = filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func checked(t *testing.T, root, version string) (*release, string) {
	t.Helper()
	r, err := load(root)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.choose(version); err != nil {
		t.Fatal(err)
	}
	return r, strings.Join(r.check(false), "\n")
}

func TestReleaseGivesEveryPublishedModuleTheVersion(t *testing.T) {
	root := repository(t)
	r, wrong := checked(t, root, "next")
	if wrong != "" {
		t.Fatal(wrong)
	}
	if err := r.perform(); err != nil {
		t.Fatal(err)
	}
	after, err := load(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range []string{"v0.2.0", "compat/zmq4/v0.2.0"} {
		if !slices.Contains(after.tags, tag) {
			t.Errorf("no tag %s in %v", tag, after.tags)
		}
	}
	if slices.Contains(after.tags, "interop/v0.2.0") {
		t.Error("a module without importers was tagged")
	}
	for name, want := range map[string]string{
		"version.go":         "return 0, 2, 0 }",
		"CHANGELOG.md":       "## Unreleased\n\n## 0.2.0, ",
		"README.md":          "compat/zmq4 v0.2.0",
		"compat/zmq4/doc.go": "compat/zmq4 v0.2.0",
		"compat/zmq4/go.mod": "require github.com/gozmq/zmq v0.2.0",
		"interop/go.mod":     "require github.com/gozmq/zmq v0.0.0",
	} {
		if text, err := read(root, name); err != nil || !strings.Contains(text, want) {
			t.Errorf("%s lacks %q: %v\n%s", name, want, err, text)
		}
	}
	if message, _ := git(root, "tag", "--list", "--format=%(contents)", "v0.2.0"); message != "- New." {
		t.Errorf("the tag says %q", message)
	}
}

func TestReleaseIsRefused(t *testing.T) {
	for _, c := range []struct{ name, version, file, text, want string }{
		{"a version that is out", "0.1.0", "", "", "not above 0.1.0"},
		{"a tag that is there", "0.1.0", "", "", "compat/zmq4/v0.1.0 is there"},
		{"changes not committed", "0.2.0", "README.md", "changed", "not committed"},
		{"no notes", "0.2.0", "CHANGELOG.md", "# Changelog\n\n## Unreleased\n\n## 0.1.0\n- Old.\n", "says nothing"},
		{"a name that is gone in a patch", "0.1.1", "api/zmq.txt", "func A()\n", "func B()"},
		{"a replace line that leads elsewhere", "0.2.0", "compat/zmq4/go.mod",
			"module github.com/gozmq/zmq/compat/zmq4\n\nreplace github.com/gozmq/zmq => /home/me/zmq\n", "/home/me/zmq"},
		{"a module that requires no version", "0.2.0", "compat/zmq4/go.mod",
			"module github.com/gozmq/zmq/compat/zmq4\n\nrequire github.com/gozmq/zmq v0.0.0\n\nreplace github.com/gozmq/zmq => ../../\n", "v0.0.0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := repository(t)
			if c.file != "" {
				put(t, root, c.file, c.text)
			}
			if _, wrong := checked(t, root, c.version); !strings.Contains(wrong, c.want) {
				t.Errorf("refused with %q, want %q", wrong, c.want)
			}
		})
	}
}

func TestNamesMayGoWithTheNextMinorVersionBeforeOne(t *testing.T) {
	root := repository(t)
	put(t, root, "api/zmq.txt", "func A()\n")
	if _, err := git(root, "commit", "--quiet", "--all", "--message", "less"); err != nil {
		t.Fatal(err)
	}
	r, wrong := checked(t, root, "0.2.0")
	if wrong != "" || !strings.Contains(r.summary(), "func B()") {
		t.Errorf("%q; summary:\n%s", wrong, r.summary())
	}
}

func TestVersions(t *testing.T) {
	for _, bad := range []string{"", "1", "1.2", "01.2.3", "1.2.3-rc1", "a.b.c", "99999999999999999999.0.0"} {
		if v, err := parseVersion(bad); err == nil {
			t.Errorf("%q is taken for %v", bad, v)
		}
	}
}
