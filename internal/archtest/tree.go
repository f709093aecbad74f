// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// tree is every Go file of the repository, whatever its build tags.
type tree struct {
	root  string // absolute
	fset  *token.FileSet
	files []*file
}

// file is one parsed Go file.
type file struct {
	path string // relative to the root, with slashes
	dir  string // "." for package zmq
	test bool
	text []byte
	ast  *ast.File
}

// loadTree reads the repository that the working directory is in.
func loadTree() (*tree, error) {
	root, err := findRoot()
	if err != nil {
		return nil, err
	}
	return parseTree(root, os.DirFS(root))
}

// parseTree parses the Go files of fsys, testdata and hidden folders excepted.
func parseTree(root string, fsys fs.FS) (*tree, error) {
	t := &tree{root: root, fset: token.NewFileSet()}
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && ignored(d.Name()):
			return fs.SkipDir
		case d.IsDir() || path.Ext(p) != ".go" || ignored(d.Name()):
			return nil
		}
		text, err := fs.ReadFile(fsys, p)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(t.fset, p, text, parser.ParseComments)
		if err != nil {
			return err
		}
		t.files = append(t.files, &file{
			path: p, dir: path.Dir(p), test: strings.HasSuffix(p, "_test.go"), text: text, ast: parsed,
		})
		return nil
	})
	return t, err
}

// ignored follows the go command: it skips these too.
func ignored(name string) bool {
	return name == "testdata" || name == "vendor" ||
		name != "." && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_"))
}

// findRoot looks upward for the go.mod of this module; nested modules have
// another name.
func findRoot() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(mod), "module "+module+"\n") {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no go.mod of %s above %s", module, start)
		}
	}
}

// at is the position of a node, as the compiler prints it.
func (t *tree) at(n ast.Node) string {
	p := t.fset.Position(n.Pos())
	return p.Filename + ":" + strconv.Itoa(p.Line)
}

// imports returns the paths that a file imports.
func (f *file) imports() []string {
	var paths []string
	for _, spec := range f.ast.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err == nil {
			paths = append(paths, p)
		}
	}
	return paths
}

// internal says whether only this repository can import the file's package.
func (f *file) internal() bool {
	return strings.Contains("/"+f.dir+"/", "/internal/")
}
