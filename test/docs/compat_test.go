// SPDX-License-Identifier: Apache-2.0

package docs_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/ws"
)

var update = flag.Bool("update", false, "write COMPAT.md anew instead of comparing it")

// TestCompatDocumentIsCurrent: COMPAT.md is written from the tables that the code
// works by.
func TestCompatDocumentIsCurrent(t *testing.T) {
	now := compatDocument(t)
	if *update {
		if err := os.WriteFile("../../COMPAT.md", now, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	there, err := os.ReadFile("../../COMPAT.md")
	if there = bytes.ReplaceAll(there, []byte("\r\n"), []byte("\n")); err != nil || !bytes.Equal(there, now) {
		t.Errorf("COMPAT.md is not what the tables say (%v); write it with: go test ./test/docs -run TestCompat -update", err)
	}
}

// TestCompatNamesExist: what COMPAT.md points to is in the exported API, and what
// the C library exports is in it.
func TestCompatNamesExist(t *testing.T) {
	api, err := os.ReadFile("../../api/zmq.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range goCalls {
		for _, q := range quoted.FindAllStringSubmatch(c.gone, -1) {
			name := regexp.QuoteMeta(q[1])
			if typ, method, ok := strings.Cut(q[1], "."); ok {
				name = `\(\*?` + typ + `\) ` + method
			}
			if !regexp.MustCompile(`(?m)^(func|method|type) ` + name + `\b`).Match(api) {
				t.Errorf("%s: %s is not in the exported API", c.names, q[1])
			}
		}
	}
}

var quoted = regexp.MustCompile(`'([^']+)'`)

// libzmqTypes are the socket types by libzmq's numbers.
var libzmqTypes = []string{
	"PAIR", "PUB", "SUB", "REQ", "REP", "DEALER", "ROUTER", "PULL", "PUSH", "XPUB", "XSUB", "STREAM",
	"SERVER", "CLIENT", "RADIO", "DISH", "GATHER", "SCATTER", "DGRAM", "PEER", "CHANNEL",
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func hasType(name string) bool {
	_, err := zmq.ParseSocketType(name)
	return err == nil
}

// works reports whether the option that switches something on has an effect.
func works(n opt.Num) bool {
	sp, ok := opt.Lookup(n)
	return ok && !sp.Stored
}

type document struct{ bytes.Buffer }

func (d *document) line(format string, args ...any) { fmt.Fprintf(d, format+"\n", args...) }

func (d *document) table(columns ...string) {
	d.line("")
	d.row(columns...)
	d.row(slices.Repeat([]string{"---"}, len(columns))...)
}

func (d *document) row(cells ...string) { d.line("| %s |", strings.Join(cells, " | ")) }

func compatDocument(t *testing.T) []byte {
	d := new(document)
	d.line("# Beside libzmq")
	d.line("")
	d.line("What there is of libzmq 4.3.5, its draft API included, and what is different.")
	d.line("Written from the tables that the code works by: `go test ./test/docs -run TestCompat -update`.")
	d.line("")
	d.line("## Socket types")
	d.table("type", "here")
	for _, name := range libzmqTypes {
		d.row(name, yes(hasType(name)))
	}
	d.transports()
	d.mechanisms()
	d.calls(t)
	d.options()
	d.line("")
	d.line("## The same, otherwise")
	d.table("here", "why")
	for _, o := range otherwise {
		d.row(o[0], o[1])
	}
	return d.Bytes()
}

// ofPackageWS are the schemes of libzmq that a program gets with package ws.
var ofPackageWS = schemesOf(ws.Transports(ws.Config{}))

func schemesOf(transports []zmq.Transport) (list []string) {
	for _, t := range transports {
		list = append(list, t.Scheme())
	}
	return list
}

func (d *document) transports() {
	d.line("")
	d.line("## Transports")
	d.table("scheme", "here")
	here, later := core.Transports(), core.LaterTransports()
	for _, scheme := range []string{"inproc", "tcp", "ipc", "udp", "ws", "wss", "pgm", "epgm", "norm", "tipc", "vmci", "vsock"} {
		switch {
		case scheme == "inproc" || here[scheme] != nil:
			d.row(scheme, "yes")
		case slices.Contains(ofPackageWS, scheme):
			d.row(scheme, "yes, with package ws")
		case later[scheme] != "":
			d.row(scheme, "no, "+later[scheme])
		default:
			d.row(scheme, "no")
		}
	}
}

func (d *document) mechanisms() {
	d.line("")
	d.line("## Security mechanisms")
	d.table("mechanism", "here")
	d.row("NULL", "yes")
	d.row("PLAIN", yes(works(opt.PlainServer)))
	d.row("CURVE", yes(works(opt.CurveServer)))
	d.row("GSSAPI", yes(works(opt.GSSAPIServer)))
}

func (d *document) calls(t *testing.T) {
	text, err := os.ReadFile("../../cmd/libzmq/exports.txt")
	if err != nil {
		t.Fatal(err)
	}
	exported := strings.Fields(string(text))
	d.line("")
	d.line("## Calls")
	d.line("")
	d.line("The C library is `cmd/libzmq`.")
	d.table("call", "C library", "Go")
	told := map[string]bool{}
	for _, c := range goCalls {
		var names []string
		missing := 0
		for _, n := range strings.Fields(c.names) {
			names = append(names, "zmq_"+n)
			told["zmq_"+n] = true
			if !slices.Contains(exported, "zmq_"+n) {
				missing++
			}
		}
		here := "yes"
		switch missing {
		case 0:
		case len(names):
			here = "no: a draft, as in libzmq; `make libzmq DRAFT=1` has it"
		default:
			here = "yes, the drafts among them with `make libzmq DRAFT=1`"
		}
		gone := quoted.ReplaceAllString(c.gone, "`$1`")
		if gone == "" {
			gone = "no"
		}
		d.row(strings.Join(names, ", "), here, gone)
	}
	for _, n := range exported {
		if !told[n] {
			d.row(n, "yes", "")
		}
	}
}

func (d *document) options() {
	d.line("")
	d.line("## Options")
	d.line("")
	d.line("`zmq options NAME` tells all about one.")
	d.table("option", "here", "default in Go", "default in libzmq")
	for _, sp := range opt.Table() {
		if sp.Num > 10000 || sp.Stored {
			continue
		}
		ours, theirs := defaultOf(&sp, sp.Default), defaultOf(&sp, sp.LibzmqDefault)
		if sp.Access == opt.ReadOnly || sp.Action {
			ours, theirs = "", ""
		} else if ours == theirs {
			theirs = "the same"
		}
		here := "`" + sp.Go + "`"
		if instead := withoutVariable[sp.Num]; instead != "" {
			here = instead
		}
		d.row(sp.Name, here, ours, theirs)
	}
	d.line("")
	d.line("Kept, without effect:")
	d.table("option", "what it is")
	for _, sp := range opt.Table() {
		if sp.Stored {
			d.row(sp.Name, sp.Doc)
		}
	}
	d.line("")
	d.line("Ours alone:")
	d.table("option", "default in Go", "to libzmq's callers", "what it is")
	for _, sp := range opt.Table() {
		if sp.Num > 10000 && !sp.Stored {
			d.row("`"+sp.Go+"`", defaultOf(&sp, sp.Default), defaultOf(&sp, sp.LibzmqDefault), sp.Doc)
		}
	}
}

// defaultOf writes a default with its unit; a key of zeros is none.
func defaultOf(sp *opt.Spec, v opt.Value) string {
	text := opt.Format(sp, v)
	switch {
	case strings.Trim(text, "0") == "" && !sp.Ints():
		return "empty"
	case sp.Ints() && v.I >= 0 && slices.Contains([]string{"ms", "s", "bytes"}, sp.Unit):
		return text + " " + sp.Unit
	}
	return text
}
