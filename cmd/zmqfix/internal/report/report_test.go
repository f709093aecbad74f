// SPDX-License-Identifier: Apache-2.0

package report

import (
	"go/token"
	"strings"
	"testing"
)

// TestMove moves findings to the lines that their text has in another version.
func TestMove(t *testing.T) {
	from := "package x\n\nimport \"a\"\n\nfunc f() {\n\tone()\n\ttwo()\n\tthree()\n}\n"
	to := "package x\n\nimport (\n\t\"a\"\n\t\"b\"\n)\n\nfunc f() {\n\ttwo(2)\n\tthree()\n}\n"
	var r Report
	for _, line := range []int{0, 1, 5, 7, 8, 9} {
		r.Add(token.Position{Filename: "x.go", Line: line}, Look, "line %d", line)
	}
	r.Add(token.Position{Filename: "y.go", Line: 8}, Look, "another file")
	r.Move("x.go", []byte(from), []byte(to))
	var out strings.Builder
	if err := r.WriteTo(&out, strings.ToUpper); err != nil {
		t.Fatal(err)
	}
	want := "X.GO: line 0\nX.GO:1: line 1\nX.GO:8: line 5\nX.GO:9: line 7\nX.GO:10: line 8\nX.GO:11: line 9\nY.GO:8: another file\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func TestLooksCountsWhatIsLeft(t *testing.T) {
	var r Report
	at := token.Position{Filename: "x.go", Line: 1}
	r.Add(at, Note, "good to know")
	r.Add(at, Look, "look")
	r.Add(at, Look, "look")
	if r.Looks() != 1 {
		t.Errorf("%d findings are left, want 1", r.Looks())
	}
}
