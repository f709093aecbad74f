// SPDX-License-Identifier: Apache-2.0

// Package compat changes the import paths of libraries to those of our
// packages with the same API.
package compat

import (
	"strconv"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/library"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/report"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/source"
)

// Program changes the imports of all files of a program that was checked.
// goczmq stays: there is no package with its API. That is reported if tell is
// true. Packages that skip holds for stay as they are.
func Program(p *source.Program, r *report.Report, tell bool, skip func(*source.Package) bool) {
	for _, pkg := range p.Packages {
		if skip(pkg) {
			continue
		}
		for _, f := range pkg.Files {
			e := f.Edits()
			for _, spec := range f.Libraries() {
				path, _ := strconv.Unquote(spec.Path.Value)
				l, _ := library.Lookup(path)
				if l.Compat == "" {
					if tell {
						r.Add(p.Fset.Position(spec.Pos()), report.Look, "%s has no compatibility package: leave -compat out to rewrite what is certain", path)
					}
					continue
				}
				text := strconv.Quote(l.Compat)
				if spec.Name == nil && last(l.Compat) != l.Name {
					text = l.Name + " " + text
				}
				e.Replace(source.Of(spec.Path), text)
			}
			if !e.Empty() {
				f.Src = e.Apply()
			}
		}
	}
}

// last returns the last element of an import path.
func last(path string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' {
			return path[i+1:]
		}
	}
	return path
}
