// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

const rootModule = "github.com/gozmq/zmq"

// unpublished are the folders whose modules are for this repository alone: they
// get no tag.
var unpublished = []string{"bench", "interop", "compat/proof", "internal"}

// module is one go.mod of the repository.
type module struct {
	dir     string // relative to the root, "." for the root
	path    string
	require []requirement // of modules of this repository
	replace []replacement // all of them
}

type requirement struct{ Path, Version string }

type replacement struct{ Old, New requirement }

// published reports whether programs import the module by version.
func (m *module) published() bool {
	for _, dir := range unpublished {
		if m.dir == dir || strings.HasPrefix(m.dir, dir+"/") {
			return false
		}
	}
	return true
}

// tag returns the module's tag for a version.
func (m *module) tag(v version) string {
	if m.dir == "." {
		return "v" + v.String()
	}
	return m.dir + "/v" + v.String()
}

// ours reports whether a module path is of this repository.
func ours(p string) bool { return p == rootModule || strings.HasPrefix(p, rootModule+"/") }

// modules reads all go.mod files below root, the root's first.
func modules(root string) ([]*module, error) {
	var all []*module
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == ".git" || d.Name() == "build"):
			return fs.SkipDir
		case d.Name() != "go.mod":
			return nil
		}
		m, err := readModule(root, filepath.Dir(p))
		all = append(all, m)
		return err
	})
	return all, err
}

func readModule(root, dir string) (*module, error) {
	text, err := command(dir, "go", "mod", "edit", "-json")
	if err != nil {
		return nil, err
	}
	var file struct {
		Module  struct{ Path string }
		Require []requirement
		Replace []replacement
	}
	if err := json.Unmarshal([]byte(text), &file); err != nil {
		return nil, fmt.Errorf("go.mod of %s: %w", dir, err)
	}
	rel, err := filepath.Rel(root, dir)
	if err != nil {
		return nil, err
	}
	m := &module{dir: filepath.ToSlash(rel), path: file.Module.Path, replace: file.Replace}
	for _, r := range file.Require {
		if ours(r.Path) {
			m.require = append(m.require, r)
		}
	}
	return m, nil
}

// checkReplaces says what is wrong with the module's replace lines: they may only
// point to modules of this repository by a relative path, so that they have no
// effect on programs that import the module.
func (m *module) checkReplaces(all []*module) (wrong []string) {
	for _, r := range m.replace {
		at := path.Join(m.dir, r.New.Path)
		found := false
		for _, x := range all {
			found = found || x.dir == at && x.path == r.Old.Path
		}
		if !ours(r.Old.Path) || path.IsAbs(r.New.Path) || !found {
			wrong = append(wrong, fmt.Sprintf("%s/go.mod replaces %s by %s, which is not that module of this repository", m.dir, r.Old.Path, r.New.Path))
		}
	}
	return wrong
}

// setRequires writes the version into the module's require lines for modules of
// this repository.
func (m *module) setRequires(root string, v version) error {
	for _, r := range m.require {
		if r.Version == "v0.0.0" { // never published: the replace line alone counts
			continue
		}
		if _, err := command(filepath.Join(root, m.dir), "go", "mod", "edit", "-require="+r.Path+"@v"+v.String()); err != nil {
			return err
		}
	}
	return nil
}

func read(root, name string) (string, error) {
	b, err := os.ReadFile(filepath.Join(root, name))
	return strings.ReplaceAll(string(b), "\r\n", "\n"), err
}
