// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"errors"
	"fmt"
	"go/ast"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"strings"
	"unicode"
)

// document is a Markdown file.
type document struct {
	path  string   // relative to the root, with slashes
	lines []string // from the first; those of code between fences are blank
	code  []block
}

// block is what stands between two fences.
type block struct {
	path     string
	line     int // of its first line
	language string
	text     string
}

var (
	fence      = regexp.MustCompile("^ *```(.*)$")
	inlineCode = regexp.MustCompile("`[^`]*`")
	heading    = regexp.MustCompile(`^#{1,6} +(.*?)[ #]*$`)
	anchor     = regexp.MustCompile(`<a (?:id|name)="([^"]*)"`)
	linked     = regexp.MustCompile(`\[([^][]*)\]\(\s*<?([^)\s>]*)[^)]*\)`)
	reference  = regexp.MustCompile(`^ {0,3}\[[^]]+\]: *<?([^\s>]+)`)
)

// readDocuments reads every Markdown file of a tree, where Go files are read too.
func readDocuments(fsys fs.FS) (docs []*document, err error) {
	err = fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && ignored(d.Name()):
			return fs.SkipDir
		case d.IsDir() || path.Ext(p) != ".md":
			return nil
		}
		text, err := fs.ReadFile(fsys, p)
		if err == nil {
			docs = append(docs, parseDocument(p, string(text)))
		}
		return err
	})
	return docs, err
}

func parseDocument(p, text string) *document {
	d := &document{path: p}
	fenced := false
	for i, line := range strings.Split(text, "\n") {
		mark := fence.FindStringSubmatch(line)
		switch {
		case mark != nil && !fenced:
			d.code = append(d.code, block{path: p, line: i + 2, language: strings.TrimSpace(mark[1])})
			fallthrough
		case mark != nil:
			fenced, line = !fenced, ""
		case fenced:
			d.code[len(d.code)-1].text += line + "\n"
			line = ""
		}
		d.lines = append(d.lines, line)
	}
	return d
}

// checkLinks finds links to files, folders and headings that are not there. A
// link with a scheme leads out of the repository and is not looked at.
func checkLinks(fsys fs.FS, docs []*document) (wrong []string) {
	anchors := map[string]map[string]bool{}
	for _, d := range docs {
		anchors[d.path] = d.anchors()
	}
	for _, d := range docs {
		for i, line := range d.lines {
			for _, to := range targets(line) {
				if why := resolve(fsys, anchors, d.path, to); why != nil {
					wrong = append(wrong, fmt.Sprintf("%s:%d: the link to %s: %v", d.path, i+1, to, why))
				}
			}
		}
	}
	return wrong
}

// sectionInCode is a document with a section, as texts of programs name it for users.
var sectionInCode = regexp.MustCompile(`\b((?:docs/)?[\w-]+\.md)#([\w-]+)`)

// checkSections finds string literals of code that name a section of a document that is
// not there. It also returns how many it has looked at.
func checkSections(t *tree, docs []*document) (wrong []string, seen int) {
	anchors := map[string]map[string]bool{}
	for _, d := range docs {
		anchors[d.path] = d.anchors()
	}
	for _, f := range t.files {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			text, ok := n.(*ast.BasicLit)
			if !ok || strings.HasSuffix(f.path, "_test.go") {
				return true
			}
			for _, m := range sectionInCode.FindAllStringSubmatch(text.Value, -1) {
				seen++
				if !anchors[m[1]][m[2]] {
					wrong = append(wrong, fmt.Sprintf("%s:%d: there is no section %s", f.path, t.fset.Position(n.Pos()).Line, m[0]))
				}
			}
			return true
		})
	}
	return wrong, seen
}

// targets returns where the links of a line lead.
func targets(line string) (list []string) {
	line = inlineCode.ReplaceAllString(line, "code")
	for _, m := range linked.FindAllStringSubmatch(line, -1) {
		list = append(list, m[2])
	}
	if m := reference.FindStringSubmatch(line); m != nil {
		list = append(list, m[1])
	}
	return list
}

func resolve(fsys fs.FS, anchors map[string]map[string]bool, from, to string) error {
	u, err := url.Parse(to)
	if err != nil {
		return err
	}
	if u.Scheme != "" || u.Host != "" {
		return nil
	}
	file := from
	switch {
	case strings.HasPrefix(u.Path, "/"): // GitHub: from the root of the repository
		file = path.Clean(u.Path[1:])
	case u.Path != "":
		file = path.Join(path.Dir(from), u.Path)
	case u.Fragment == "":
		return errors.New("it is empty")
	}
	if _, err := fs.Stat(fsys, file); err != nil {
		return fmt.Errorf("there is no %s", file)
	}
	if a, ok := anchors[file]; ok && u.Fragment != "" && !a[u.Fragment] {
		return fmt.Errorf("%s has no such heading", file)
	}
	return nil
}

// anchors returns what can stand behind # in a link to the document.
func (d *document) anchors() map[string]bool {
	all := map[string]bool{}
	for _, line := range d.lines {
		for _, m := range anchor.FindAllStringSubmatch(line, -1) {
			all[m[1]] = true
		}
		m := heading.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		name := slug(m[1])
		for i, first := 1, name; all[name]; i++ {
			name = fmt.Sprintf("%s-%d", first, i)
		}
		all[name] = true
	}
	return all
}

// slug is the anchor that GitHub gives a heading: letters and digits in lower case,
// a hyphen for each space, hyphens and underscores as they are.
func slug(heading string) string {
	heading = linked.ReplaceAllString(heading, "$1")
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}
