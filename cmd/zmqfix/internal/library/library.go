// SPDX-License-Identifier: Apache-2.0

// Package library is what zmqfix knows of the libraries that it rewrites from:
// their import paths, what they declare, and what their options, constants and
// types are called in package zmq.
package library

import (
	"embed"
	"path"
	"strings"
)

// Native is the import path that programs are rewritten to.
const Native = "github.com/gozmq/zmq"

// ID names one of the libraries.
type ID uint8

// The libraries.
const (
	None     ID = iota // no library of ours to rewrite
	GoZMQ              // github.com/alecthomas/gozmq
	Pebbe              // github.com/pebbe/zmq4
	GoZeroMQ           // github.com/go-zeromq/zmq4
	GoCZMQ             // github.com/zeromq/goczmq

)

// A Package is one package of a library.
type Package struct {
	Library ID
	Name    string // the name in its package clause
	Compat  string // import path of ours with the same API; empty if there is none
	declare string // file of its declarations
}

const compat = Native + "/compat/"

// known lists every import path of the libraries. goczmq has moved about
// with the versions of CZMQ.
var known = map[string]Package{
	"github.com/alecthomas/gozmq":              {GoZMQ, "gozmq", compat + "gozmq", "gozmq"},
	"github.com/pebbe/zmq4":                    {Pebbe, "zmq4", compat + "zmq4", "zmq4"},
	"github.com/go-zeromq/zmq4":                {GoZeroMQ, "zmq4", compat + "gozeromq", "gozeromq"},
	"github.com/go-zeromq/zmq4/security/null":  {GoZeroMQ, "null", compat + "gozeromq/security/null", "gozeromq_null"},
	"github.com/go-zeromq/zmq4/security/plain": {GoZeroMQ, "plain", compat + "gozeromq/security/plain", "gozeromq_plain"},
	"github.com/go-zeromq/zmq4/transport":      {GoZeroMQ, "transport", compat + "gozeromq/transport", "gozeromq_transport"},
	"github.com/zeromq/goczmq":                 {GoCZMQ, "goczmq", "", "goczmq"},
	"github.com/zeromq/goczmq/v4":              {GoCZMQ, "goczmq", "", "goczmq"},
	"github.com/go-zeromq/goczmq/v4":           {GoCZMQ, "goczmq", "", "goczmq"},
	"gopkg.in/zeromq/goczmq.v4":                {GoCZMQ, "goczmq", "", "goczmq"},
	"gopkg.in/zeromq/goczmq.v1":                {GoCZMQ, "goczmq", "", "goczmq"},
}

// substitutes are packages of ours with the API of one that is not rewritten, because
// there are no declarations of it here.
var substitutes = map[string]string{
	"github.com/pebbe/zmq4/draft": compat + "zmq4/draft",
}

// Substitute returns the import path of ours with the API of a package that has no
// declarations here, and whether there is one.
func Substitute(importPath string) (string, bool) {
	ours, ok := substitutes[importPath]
	return ours, ok
}

// Lookup returns the package with an import path.
func Lookup(importPath string) (Package, bool) {
	p, ok := known[importPath]
	return p, ok
}

// Of returns the library that an import path belongs to, None for a package that
// has no declarations here.
func Of(importPath string) ID { return known[importPath].Library }

// Inside returns the library whose module an import path is in, also for packages
// that have no declarations here, such as github.com/pebbe/zmq4/draft.
func Inside(importPath string) ID {
	for ; importPath != "." && importPath != "/"; importPath = path.Dir(importPath) {
		if id := Of(importPath); id != None {
			return id
		}
	}
	return None
}

// results are the packages that rewritten programs import, and the files that
// declare them.
var results = map[string]string{
	Native: "zmq",
}

// IsResult reports whether rewritten programs import a package.
func IsResult(importPath string) bool {
	_, ok := resultFile(importPath)
	return ok
}

// resultFile returns the file that declares a package of ours.
func resultFile(importPath string) (string, bool) {
	if file, ok := results[importPath]; ok {
		return file, true
	}
	for _, p := range known {
		if p.Compat != "" && p.Compat == importPath {
			return p.declare, true
		}
	}
	return "", false
}

// InTermsOfResults puts the import paths of our packages in the place of the
// libraries' in a text.
func InTermsOfResults(text string) string {
	for of, p := range known {
		if p.Compat != "" {
			text = strings.ReplaceAll(text, `"`+of+`"`, `"`+p.Compat+`"`)
		}
	}
	return text
}

// ResultDeclarations returns Go source that declares what a package of ours
// exports, without bodies.
func ResultDeclarations(importPath string) (string, bool) {
	file, ok := resultFile(importPath)
	if !ok {
		return "", false
	}
	src, err := declared.ReadFile(path.Join("declared", file+".txt"))
	if err != nil {
		return "", false
	}
	return InTermsOfResults(string(src)), true
}

// Modules returns the modules of ours that rewritten programs may need.
func Modules() []string {
	return []string{Native, compat + "gozmq", compat + "zmq4", compat + "gozeromq"}
}

//go:embed declared/*.txt
var declared embed.FS

// Generation is the age of the API that a program was written for. Only
// GoZMQ has several.
type Generation uint8

// Generations of GoZMQ.
const (
	Current Generation = iota // NewContext has an error, Context and Socket are structs
	Middle                    // NewContext has an error, Context and Socket are interfaces
	Oldest                    // NewContext and NewSocket have no error
)

// Declarations returns Go source that declares what the package exports,
// without bodies. For GoZMQ it is that of a generation.
func Declarations(importPath string, g Generation) (string, bool) {
	p, ok := known[importPath]
	if !ok {
		return "", false
	}
	src, err := declared.ReadFile(path.Join("declared", p.declare+".txt"))
	if err != nil {
		return "", false
	}
	if p.Library == GoZMQ && g != Current {
		return older(string(src), g), true
	}
	return string(src), true
}

// older turns the current declarations of gozmq into those of a generation
// before. Types that were interfaces are written as structs that are passed
// by value: what programs did with them has the same syntax.
func older(src string, g Generation) string {
	changes := []string{
		"*Context", "Context",
		"*Socket", "Socket",
		// Microseconds as an integer, until it became a time.Duration.
		"timeout time.Duration", "timeout any",
	}
	if g == Oldest {
		changes = append([]string{
			"(*Context, error)", "Context",
			"(*Socket, error)", "Socket",
		}, changes...)
	}
	return strings.NewReplacer(changes...).Replace(src)
}
