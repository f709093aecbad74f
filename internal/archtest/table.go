// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"
)

// checkTypeComparisons finds comparisons with a socket type in internal packages and in
// cmd/libzmq. What depends on a type is a field of its row in pattern/table.go, so that a
// new type is a row.
func checkTypeComparisons(t *tree) []string {
	var wrong []string
	for _, f := range t.files {
		if f.test || !strings.HasPrefix(f.dir, "internal/") && f.dir != "cmd/libzmq" {
			continue
		}
		compared := func(list ...ast.Expr) {
			for _, e := range list {
				if s, ok := e.(*ast.SelectorExpr); ok && isName(s.X, "pattern") && socketTypes[s.Sel.Name] {
					wrong = append(wrong, fmt.Sprintf("%s: compares with pattern.%s: make the difference a field of pattern.Type", t.at(e), s.Sel.Name))
				}
			}
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BinaryExpr:
				if n.Op == token.EQL || n.Op == token.NEQ {
					compared(n.X, n.Y)
				}
			case *ast.CaseClause:
				compared(n.List...)
			case *ast.KeyValueExpr:
				compared(n.Key)
			}
			return true
		})
	}
	return wrong
}

// socketTypes are the names of the numbers in pattern/table.go.
var socketTypes = map[string]bool{
	"Pair": true, "Pub": true, "Sub": true, "Req": true, "Rep": true, "Dealer": true, "Router": true, "Pull": true, "Push": true,
	"XPub": true, "XSub": true, "Stream": true, "Server": true, "Client": true, "Radio": true, "Dish": true, "Gather": true,
	"Scatter": true, "Dgram": true, "Peer": true, "Channel": true,
}

func isName(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}
