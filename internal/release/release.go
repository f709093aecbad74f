// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// release is what is known of the repository and of the version that it is to get.
type release struct {
	root    string
	modules []*module
	tags    []string
	last    version // of the newest release
	first   bool    // there has been none
	version version
	notes   string
	gone    []string // lines of the exported API that the last release had
}

// versionLine is the line of version.go that states the version.
var versionLine = regexp.MustCompile(`return (\d+), (\d+), (\d+) }`)

// named finds the version in a line that a document tells programs to write.
var named = regexp.MustCompile(`(github\.com/gozmq/zmq[\w./-]* )v\d+\.\d+\.\d+`)

func load(root string) (*release, error) {
	r := &release{root: root, first: true}
	var err error
	if r.modules, err = modules(root); err != nil {
		return nil, err
	}
	tags, err := git(root, "tag", "--list")
	if err != nil {
		return nil, err
	}
	r.tags = strings.Fields(tags)
	for _, tag := range r.tags {
		if v, err := parseVersion(tag); err == nil && strings.HasPrefix(tag, "v") && v.compare(r.last) > 0 {
			r.last, r.first = v, false
		}
	}
	return r, nil
}

// choose sets the version. "next" is the next minor version, or for the first
// release the version that the code states.
func (r *release) choose(text string) (err error) {
	if text != "next" {
		r.version, err = parseVersion(text)
		return err
	}
	if r.first {
		r.version, err = r.stated()
		return err
	}
	r.version = version{major: r.last.major, minor: r.last.minor + 1}
	return nil
}

// stated returns the version that package zmq states.
func (r *release) stated() (version, error) {
	text, err := read(r.root, "version.go")
	if err != nil {
		return version{}, err
	}
	m := versionLine.FindStringSubmatch(text)
	if m == nil {
		return version{}, fmt.Errorf("version.go states no version")
	}
	return parseVersion(strings.Join(m[1:], "."))
}

// check returns everything that stands against a release.
func (r *release) check(dry bool) (wrong []string) {
	note := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if !r.first && r.version.compare(r.last) <= 0 {
		note("version %s is not above %s, the newest release", r.version, r.last)
	}
	for _, m := range r.modules {
		if tag := m.tag(r.version); m.published() && slices.Contains(r.tags, tag) {
			note("the tag %s is there already", tag)
		}
		wrong = append(wrong, m.checkReplaces(r.modules)...)
		if m.published() {
			for _, q := range m.require {
				if q.Version == "v0.0.0" {
					note("%s/go.mod requires %s v0.0.0, which no program could find", m.dir, q.Path)
				}
			}
		}
	}
	if _, err := r.stated(); err != nil {
		note("%v", err)
	}
	changelog, err := read(r.root, "CHANGELOG.md")
	if err == nil {
		r.notes, err = notes(changelog)
	}
	if err != nil {
		note("%v", err)
	}
	if err := r.compareAPI(); err != nil {
		note("%v", err)
	}
	if len(r.gone) > 0 && !r.version.breaks(r.last) {
		note("version %s takes names out of the exported API, which needs a larger step from %s:\n\t\t%s",
			r.version, r.last, strings.Join(r.gone, "\n\t\t"))
	}
	if status, err := git(r.root, "status", "--porcelain"); !dry && (err != nil || status != "") {
		note("the work tree has changes that are not committed")
	}
	return wrong
}

// compareAPI finds what the exported API of the newest release had and this one has
// not.
func (r *release) compareAPI() error {
	if r.first {
		return nil
	}
	names, err := filepath.Glob(filepath.Join(r.root, "api", "*.txt"))
	if err != nil {
		return err
	}
	for _, name := range names {
		rel := "api/" + filepath.Base(name)
		before, err := git(r.root, "show", "v"+r.last.String()+":"+rel)
		if err != nil { // new since
			continue
		}
		after, err := read(r.root, rel)
		if err != nil {
			return err
		}
		for _, line := range missing(before, after) {
			r.gone = append(r.gone, rel+": "+line)
		}
	}
	return nil
}

// summary says what the release is, with its notes.
func (r *release) summary() string {
	var b strings.Builder
	fmt.Fprintf(&b, "version %s\n\ntags:\n", r.version)
	for _, tag := range r.newTags() {
		fmt.Fprintf(&b, "\t%s\n", tag)
	}
	if len(r.gone) > 0 {
		fmt.Fprintf(&b, "\nno longer in the exported API:\n\t%s\n", strings.Join(r.gone, "\n\t"))
	}
	fmt.Fprintf(&b, "\nnotes:\n\n%s\n\n", r.notes)
	return b.String()
}

func (r *release) newTags() (tags []string) {
	for _, m := range r.modules {
		if m.published() {
			tags = append(tags, m.tag(r.version))
		}
	}
	return tags
}

// write puts the version into every file that names it.
func (r *release) write(now time.Time) error {
	v := r.version
	edits := map[string]func(string) string{
		"CHANGELOG.md": func(s string) string { return released(s, v, now.Format(time.DateOnly)) },
		"version.go": func(s string) string {
			return versionLine.ReplaceAllString(s, fmt.Sprintf("return %d, %d, %d }", v.major, v.minor, v.patch))
		},
	}
	for _, name := range []string{"README.md", "docs/migrating.md", "compat/gozmq/doc.go", "compat/zmq4/doc.go", "compat/gozeromq/replace/zmq4.go"} {
		edits[name] = func(s string) string { return named.ReplaceAllString(s, "${1}v"+v.String()) }
	}
	for name, edit := range edits {
		text, err := read(r.root, name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(r.root, name), []byte(edit(text)), 0o644); err != nil {
			return err
		}
	}
	for _, m := range r.modules {
		if err := m.setRequires(r.root, v); err != nil {
			return err
		}
	}
	return nil
}

// perform writes, commits and tags.
func (r *release) perform() error {
	if err := r.write(time.Now()); err != nil {
		return err
	}
	if _, err := git(r.root, "commit", "--all", "--message", "Release "+r.version.String()); err != nil {
		return err
	}
	for _, tag := range r.newTags() {
		if _, err := git(r.root, "tag", "--annotate", "--message", r.notes, tag); err != nil {
			return err
		}
	}
	fmt.Println("committed and tagged; git push --follow-tags publishes it")
	return nil
}
