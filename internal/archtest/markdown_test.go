// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"encoding/json"
	"fmt"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func documents(t *testing.T) []*document {
	t.Helper()
	docs, err := readDocuments(os.DirFS(load(t).root))
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

// TestLinksOfDocumentsLead somewhere: to files, folders and headings of the tree.
func TestLinksOfDocumentsLead(t *testing.T) {
	report(t, checkLinks(os.DirFS(load(t).root), documents(t)))
}

// TestSectionsThatErrorsNameAreThere: an error or a warning that names a section of the
// documents leads somewhere.
func TestSectionsThatErrorsNameAreThere(t *testing.T) {
	wrong, seen := checkSections(load(t), documents(t))
	report(t, wrong)
	if seen < 10 {
		t.Errorf("%d sections are named, which is fewer than there are", seen)
	}
}

func TestCheckSections(t *testing.T) {
	docs := []*document{parseDocument("docs/a.md", "# A\n\n## Why it is so\n")}
	got, seen := checkSections(plant(t, "internal/pipe/a.go", `package pipe
const there = "see docs/a.md#why-it-is-so"
const gone = "docs/a.md#why"
const other = "docs/b.md#why-it-is-so, docs/a.md"
`), docs)
	wantEach(t, got, "a.go:3: there is no section docs/a.md#why", "a.go:4: there is no section docs/b.md#why-it-is-so")
	if seen != 3 {
		t.Errorf("%d were seen", seen)
	}
}

// TestProgramsInDocumentsCompile: a block that says it is Go is a whole program, as
// gofmt writes it.
func TestProgramsInDocumentsCompile(t *testing.T) {
	var programs []block
	for _, d := range documents(t) {
		for _, b := range d.code {
			if b.language == "go" {
				programs = append(programs, b)
			}
		}
	}
	if !slices.ContainsFunc(programs, func(b block) bool { return b.path == "README.md" }) {
		t.Error("README.md has no program")
	}
	for _, b := range programs {
		text, err := format.Source([]byte(b.text))
		if err == nil && string(text) != b.text {
			t.Errorf("%s:%d: gofmt would write it differently", b.path, b.line)
		}
		if strings.Contains(b.text, module+"/internal/") {
			t.Errorf("%s:%d: a program cannot import what is internal", b.path, b.line)
		}
	}
	if out, err := build(t, load(t).root, programs); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// build builds programs as if each had a folder in the module, so that they need
// nothing that the module does not.
func build(t *testing.T, root string, programs []block) ([]byte, error) {
	t.Helper()
	dir := t.TempDir()
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	args := []string{"build", "-overlay", filepath.Join(dir, "overlay.json"), "-o", dir}
	write := func(name string, text []byte) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, text, 0o644); err != nil {
			t.Fatal(err)
		}
		return name
	}
	for i, b := range programs {
		folder := fmt.Sprintf("program%d", i)
		text := fmt.Sprintf("//line %s:%d\n%s", filepath.Join(root, b.path), b.line, b.text)
		overlay.Replace[filepath.Join(root, folder, "main.go")] = write(folder+".go", []byte(text))
		args = append(args, "./"+folder)
	}
	list, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	write("overlay.json", list)
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = root
	return cmd.CombinedOutput()
}

func TestBuildSeesWhatIsWrongWithAProgram(t *testing.T) {
	const head = "package main\n\nimport zmq \"" + module + "\"\n\n"
	out, err := build(t, load(t).root, []block{
		{"good.md", 1, "go", head + "func main() { _, _ = zmq.NewSocket(zmq.REP) }\n"},
		{"bad.md", 7, "go", head + "func main() { zmq.NoSuchName() }\n"},
	})
	if text := string(out); err == nil || !strings.Contains(text, "bad.md:11") || strings.Contains(text, "good.md") {
		t.Errorf("%v: %s", err, out)
	}
}

func TestCheckLinks(t *testing.T) {
	fsys := fstest.MapFS{}
	for name, text := range map[string]string{
		"README.md": "# One: `code` & [two](docs)\n## Same\n## Same\n" +
			"[a](docs/a.md#here) [b](docs) [c](#one-code--two) [d](#same-1) [e](https://x.y/z#q) [f](/docs/a.md \"title\")\n" +
			"```go\n[not](a-link)\n# not a heading\n```\n`[nor](this)` [g](docs/gone.md) [h](#not-a-heading)\n",
		"docs/a.md":          "<a id=\"here\"></a>\n[up](../README.md#same) [out](../../README.md) [there](b.go)\n[r]: ../gone\n[s]()\n",
		"docs/testdata/b.md": "[not](read)",
	} {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	docs, err := readDocuments(fsys)
	if err != nil {
		t.Fatal(err)
	}
	wantEach(t, checkLinks(fsys, docs), "README.md:9: the link to docs/gone.md", "README.md:9: the link to #not-a-heading",
		"docs/a.md:2: the link to ../../README.md", "docs/a.md:2: the link to b.go", "docs/a.md:3: the link to ../gone", "docs/a.md:4: the link to ")
	code := docs[0].code
	if len(code) != 1 || code[0].language != "go" || code[0].line != 6 || code[0].text != "[not](a-link)\n# not a heading\n" {
		t.Errorf("%+v", code)
	}
}
