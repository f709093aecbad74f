// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Of a test with tests of its own these are counted, unless it fails and none of them does.
// A test without an end has failed.
const events = `{"Action":"start","Package":"p"}
{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"run","Package":"p","Test":"TestA/one"}
{"Action":"run","Package":"p","Test":"TestA/two"}
{"Action":"output","Package":"p","Test":"TestA/two","Output":"not said\n"}
{"Action":"pass","Package":"p","Test":"TestA/one"}
{"Action":"skip","Package":"p","Test":"TestA/two"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Test":"TestB","Output":"    b_test.go:7: wrong\n"}
{"Action":"fail","Package":"p","Test":"TestB"}
{"Action":"run","Package":"p","Test":"TestC"}
{"Action":"run","Package":"p","Test":"TestD"}
{"Action":"run","Package":"p","Test":"TestD/one"}
{"Action":"fail","Package":"p","Test":"TestD/one"}
{"Action":"fail","Package":"p","Test":"TestD"}
{"Action":"run","Package":"p","Test":"TestE"}
{"Action":"run","Package":"p","Test":"TestE/one"}
{"Action":"pass","Package":"p","Test":"TestE/one"}
{"Action":"fail","Package":"p","Test":"TestE"}
{"Action":"output","Package":"p","Output":"PASS\n"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.1s\n"}
{"Action":"fail","Package":"p"}
{"ImportPath":"q","Action":"build-output","Output":"q.go:1: syntax error\n"}
go: a line of go itself
{"Action":"run","Package":"r","Test":"TestA"}
{"Action":"pass","Package":"r","Test":"TestA"}
{"Action":"output","Package":"r","Output":"ok  \tr\t0.1s\n"}
`

func TestCount(t *testing.T) {
	var out strings.Builder
	c, err := count(strings.NewReader(events), &out, false)
	if want := (counts{Passed: 3, Skipped: 1, Failed: 4}); err != nil || c != want {
		t.Errorf("%+v, %v, want %+v", c, err, want)
	}
	const said = "    b_test.go:7: wrong\nFAIL\tp\t0.1s\nq.go:1: syntax error\ngo: a line of go itself\nok  \tr\t0.1s\n"
	if out.String() != said {
		t.Errorf("it writes %q, want %q", &out, said)
	}
	out.Reset()
	if _, err := count(strings.NewReader(events), &out, true); err != nil || !strings.Contains(out.String(), "not said\n") {
		t.Errorf("with all it writes %q, %v", &out, err)
	}
}

func TestReport(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []counts{{"ws/x", 1, 0, 0}, {"interop", 300, 2, 0}, {"root", 4000, 5, 1}} {
		if err := c.save(dir); err != nil {
			t.Fatal(err)
		}
	}
	list, err := load(dir)
	if err != nil {
		t.Fatal(err)
	}
	f := features("# X\n\n## Transports\n\n| scheme | here |\n| --- | --- |\n| tcp | yes |\n| ws | yes, with a package |\n| norm | no |\n| a, b | no |\n| c, d | no: a draft, but with DRAFT=1 it has it |\n\n## Other\n\n| nothing | else |\n")
	text := table(list, f, "Run on a day.")
	const want = `Run on a day.

| suite | what it is about | passed | skipped | failed |
| --- | --- | --- | --- | --- |
| root | rules of the RFCs, hostile peers, simulated networks | 4000 | 5 | 1 |
| interop | real libzmq, either side bound; the C library; JavaScript | 300 | 2 | 0 |
| ws/x | the module's own tests | 1 | 0 | 0 |

| of libzmq | here | not here |
| --- | --- | --- |
| transports | 4 | 3: norm, a, b |
`
	if text != want {
		t.Errorf("%s\nwant\n%s", text, want)
	}
	page, err := replaceResults("a\n<!-- results -->\nold\n<!-- end of results -->\nb\n", text)
	if err != nil || page != "a\n<!-- results -->\n"+want+"<!-- end of results -->\nb\n" {
		t.Errorf("%q, %v", page, err)
	}
	if _, err := replaceResults("no lines", text); err == nil {
		t.Error("a page without the lines is changed")
	}
	if _, err := load(t.TempDir()); err == nil {
		t.Error("a folder without results has some")
	}
}

// The page has a place for the results, and COMPAT.md the sections that are counted.
func TestPageAndCompatSuitTheReport(t *testing.T) {
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(page)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := replaceResults(string(text), "x"); err != nil {
		t.Error(err)
	}
	compat, err := os.ReadFile(filepath.Join(root, "COMPAT.md"))
	if err != nil {
		t.Fatal(err)
	}
	if list := features(string(compat)); len(list) < 4 || list[0].name != "socket types" || list[0].yes < 20 {
		t.Errorf("%+v", list)
	}
}
