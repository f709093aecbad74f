// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"strings"
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

// checkProse finds these words in comments and documents, and the second also in names.
// It passes over what stands in quotation marks or backquotes and over lines of code.
func checkProse(t *tree, docs []*document) (wrong []string) {
	look := func(place, file string, line int, text string) {
		text = inlineCode.ReplaceAllString(example.ReplaceAllString(withoutLinks(text), ""), "")
		if word := unnamed.FindString(text); word != "" {
			wrong = append(wrong, fmt.Sprintf("%s:%d: name the actor instead of %q", file, line, word))
		}
		if word := specified.FindString(text); word != "" && !covers(specifying, place) {
			wrong = append(wrong, fmt.Sprintf("%s:%d: bytes instead of %q", file, line, word))
		}
	}
	for _, f := range t.files {
		if !covers(specifying, f.dir) {
			ast.Inspect(f.ast, func(n ast.Node) bool {
				for _, name := range declared(n) {
					if strings.Contains(strings.ToLower(name.Name), "octet") {
						wrong = append(wrong, fmt.Sprintf("%s:%d: bytes instead of octets in %q", f.path, t.fset.Position(name.Pos()).Line, name.Name))
					}
				}
				return true
			})
		}
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

// declared returns the names that a node declares.
func declared(n ast.Node) (names []*ast.Ident) {
	switch n := n.(type) {
	case *ast.FuncDecl:
		return []*ast.Ident{n.Name}
	case *ast.TypeSpec:
		return []*ast.Ident{n.Name}
	case *ast.ValueSpec:
		return n.Names
	case *ast.Field:
		return n.Names
	case *ast.AssignStmt:
		if n.Tok == token.DEFINE {
			for _, x := range n.Lhs {
				if name, ok := x.(*ast.Ident); ok {
					names = append(names, name)
				}
			}
		}
	}
	return names
}
