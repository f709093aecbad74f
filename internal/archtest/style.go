// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"bytes"
	"fmt"
	"go/ast"
	"path"
	"slices"
	"strings"
)

const spdx = "// SPDX-License-Identifier: Apache-2.0\n"

// checkLicense wants the licence in the first line.
func checkLicense(t *tree) []string {
	var wrong []string
	for _, f := range t.files {
		if !bytes.HasPrefix(f.text, []byte(spdx)) {
			wrong = append(wrong, f.path+": does not begin with "+strings.TrimSpace(spdx))
		}
	}
	return wrong
}

// checkNames finds packages and files whose names say nothing.
func checkNames(t *tree) []string {
	var wrong []string
	for _, f := range t.files {
		name := strings.TrimSuffix(f.ast.Name.Name, "_test")
		base := strings.TrimSuffix(strings.TrimSuffix(path.Base(f.path), ".go"), "_test")
		if slices.Contains(vagueNames, name) {
			wrong = append(wrong, fmt.Sprintf("%s: package %s says nothing about what is in it", f.path, name))
		}
		if slices.Contains(vagueNames, base) {
			wrong = append(wrong, f.path+": the file's name says nothing about what is in it")
		}
	}
	return wrong
}

// checkInit finds functions that run by being imported.
func checkInit(t *tree) []string {
	var wrong []string
	for _, f := range t.files {
		for _, decl := range f.ast.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				wrong = append(wrong, t.at(fn)+": func init")
			}
		}
	}
	return wrong
}

// checkSleeps finds time.Sleep in tests outside the function literals that
// synctest.Test runs.
func checkSleeps(t *tree, allowed map[string]string) []string {
	var wrong []string
	for _, f := range t.files {
		if !f.test || allowed[f.path] != "" {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			switch {
			case !ok:
				return true
			case f.calls(call, "testing/synctest", "Test"):
				return false
			case f.calls(call, "time", "Sleep"):
				wrong = append(wrong, t.at(call)+": time.Sleep outside a synctest bubble")
			}
			return true
		})
	}
	return wrong
}

// calls says whether a call is of the named function of an imported package.
func (f *file) calls(call *ast.CallExpr, pkg, name string) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != name {
		return false
	}
	id, ok := sel.X.(*ast.Ident)
	return ok && f.imported(id.Name) == pkg
}

// imported returns the path of the import that a name stands for in a file.
func (f *file) imported(name string) string {
	for _, spec := range f.ast.Imports {
		p := strings.Trim(spec.Path.Value, `"`)
		if spec.Name != nil && spec.Name.Name == name || spec.Name == nil && path.Base(p) == name {
			return p
		}
	}
	return ""
}
