// SPDX-License-Identifier: Apache-2.0

package source

import (
	"go/types"
	"maps"
	"path/filepath"
	"slices"

	"github.com/gozmq/zmq/cmd/zmqfix/internal/library"
	"golang.org/x/tools/go/packages"
)

// added are packages that rewritten programs and the declarations of the libraries
// import.
var added = []string{
	"bytes", "context", "encoding/binary", "errors", "fmt", "io", "iter", "log", "log/slog", "net", "strings", "syscall", "time",
}

// resolve loads the types of everything that the program imports from outside,
// the libraries apart. What cannot be loaded is noted and empty.
func (p *Program) resolve() {
	if p.others != nil {
		return
	}
	p.others = map[string]*types.Package{}
	wanted := map[string]bool{}
	for _, path := range added {
		wanted[path] = true
	}
	for _, pkg := range p.Packages {
		for _, f := range pkg.Files {
			for _, spec := range f.AST.Imports {
				wanted[importPath(spec)] = true
			}
		}
	}
	for _, pkg := range p.Packages {
		delete(wanted, pkg.Path)
	}
	maps.DeleteFunc(wanted, func(path string, _ bool) bool {
		return path == "C" || path == "unsafe" || library.Of(path) != library.None || library.IsResult(path)
	})
	cfg := &packages.Config{Mode: packages.LoadTypes}
	if len(p.Packages) > 0 {
		cfg.Dir = filepath.Dir(p.Packages[0].Files[0].Path)
	}
	loaded, err := packages.Load(cfg, slices.Sorted(maps.Keys(wanted))...)
	if err != nil {
		for path := range wanted {
			p.Unresolved[path] = err.Error()
		}
		return
	}
	for _, l := range loaded {
		if l.Types != nil && len(l.Types.Scope().Names()) > 0 {
			p.others[l.PkgPath] = l.Types
		} else if len(l.Errors) > 0 {
			p.Unresolved[l.PkgPath] = l.Errors[0].Msg
		}
	}
}
