// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"cmp"
	"errors"
	"go/scanner"
	"go/token"
	"go/types"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/compat"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/library"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/native"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/report"
	"github.com/gozmq/zmq/cmd/zmqfix/internal/source"
)

// A conversion changes a program and makes sure that each package builds
// afterwards as it did before. A package that does not is converted again with
// its imports alone changed, and left as it is where that does not build either.
type conversion struct {
	cfg     Config
	program *source.Program
	before  map[*source.Package]map[string]bool // errors of types that were there
	texts   map[*source.File][]byte

	imports   map[*source.Package]string // packages of which only imports change, with the error
	untouched map[*source.Package]string // packages that nothing changes in, with the error
}

// convert changes the program's text and returns the report with what there is to
// say about that.
func (cfg Config) convert(p *source.Program, r *report.Report) (*report.Report, error) {
	c := &conversion{
		cfg: cfg, program: p,
		before: map[*source.Package]map[string]bool{}, texts: map[*source.File][]byte{},
		imports: map[*source.Package]string{}, untouched: map[*source.Package]string{},
	}
	for _, pkg := range p.Packages {
		known := map[string]bool{}
		for _, err := range pkg.Errors {
			known[message(err)] = true
		}
		c.before[pkg] = known
		for _, f := range pkg.Files {
			c.texts[f] = f.Src
		}
		if path := meetsStranger(pkg); path != "" {
			c.imports[pkg] = "values of it and of " + path + ", which zmqfix does not know, go together"
			c.untouched[pkg] = c.imports[pkg]
		}
	}
	for {
		told := r.Clone()
		if err := c.try(told); err != nil {
			return nil, err
		}
		again, err := c.judge()
		if err != nil {
			return nil, err
		}
		if !again {
			c.tell(told)
			return told, nil
		}
		if err := c.restore(); err != nil {
			return nil, err
		}
	}
}

// try changes the text of all packages that are to change.
func (c *conversion) try(r *report.Report) error {
	if !c.cfg.Compat {
		options := c.cfg.Native
		options.Keep = map[*source.Package]string{}
		for pkg, err := range c.imports {
			if c.untouched[pkg] == "" {
				options.Keep[pkg] = "the package would not build if it were rewritten: " + err
			} else {
				options.Keep[pkg] = ""
			}
		}
		native.Program(c.program, options, r)
	}
	broken, err := c.check()
	if err != nil || len(broken) > 0 {
		return err // judge finds them again
	}
	compat.Program(c.program, r, c.cfg.Compat, func(pkg *source.Package) bool { return c.untouched[pkg] != "" })
	return nil
}

// check parses and types everything as it is now, and returns the packages whose
// text cannot be parsed, which is a mistake of zmqfix.
func (c *conversion) check() (map[*source.Package]string, error) {
	err := c.program.Check()
	if err == nil {
		return nil, nil
	}
	var list scanner.ErrorList
	if errors.As(err, &list) && len(list) > 0 {
		for _, pkg := range c.program.Packages {
			for _, f := range pkg.Files {
				if f.Path == list[0].Pos.Filename && !bytes.Equal(f.Src, c.texts[f]) {
					return map[*source.Package]string{pkg: list[0].Msg}, nil
				}
			}
		}
	}
	return nil, err
}

// judge looks for packages that do not build any more and says how each of them is
// converted instead. It reports whether there are any.
func (c *conversion) judge() (bool, error) {
	broken, err := c.check()
	if err != nil {
		return false, err
	}
	if broken == nil {
		broken = c.misfits()
	}
	again := false
	for pkg, text := range broken {
		switch {
		case c.untouched[pkg] != "":
			continue // nothing was changed in it
		case c.imports[pkg] != "" || c.cfg.Compat:
			c.untouched[pkg] = text
		}
		c.imports[pkg] = cmp.Or(c.imports[pkg], text)
		again = true
	}
	return again, nil
}

// misfits returns the packages with errors of types that were not there before.
func (c *conversion) misfits() map[*source.Package]string {
	broken := map[*source.Package]string{}
	for _, pkg := range c.program.Packages {
		for _, err := range pkg.Errors {
			if text := message(err); !c.before[pkg][text] {
				broken[pkg] = text
				break
			}
		}
	}
	return broken
}

// restore takes all changes back.
func (c *conversion) restore() error {
	for f, text := range c.texts {
		f.Src = text
	}
	return c.program.Check()
}

// tell reports the packages that are as they were.
func (c *conversion) tell(r *report.Report) {
	for pkg, err := range c.untouched {
		f := pkg.Files[0]
		for _, other := range pkg.Files {
			if len(other.Libraries()) > 0 {
				f = other
				break
			}
		}
		r.Add(token.Position{Filename: f.Path}, report.Look, "the package is left as it is: it would not build otherwise: %s", err)
	}
}

// message returns the text of an error without its place, in terms of our packages.
func message(err error) string {
	text := err.Error()
	var typed types.Error
	if errors.As(err, &typed) {
		text = typed.Msg
	}
	return library.InTermsOfResults(text)
}
