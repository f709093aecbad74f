// SPDX-License-Identifier: Apache-2.0

// Package rival builds the programs that are measured, one a library.
package rival

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// Rival is a library with its program, which has the command line of package role.
type Rival struct {
	Key   string // "libzmq"
	Title string // in tables and charts
	// ZMTP says that it talks to the neutral peers of cmd/load.
	ZMTP bool
	// Main rivals are measured in every round, also of a quick run.
	Main bool
	// Draft says that it plays the roles with the draft types of ZeroMQ, so that the
	// neutral peers have to be of these, too.
	Draft bool
	// Layers are the transports over another one that it has: "ws", "wss". Of plain Go,
	// wss is TLS alone. Only, if it is not empty, is the one that it is measured with.
	Layers []string
	Only   string
	// Slow libraries get fewer messages, or a round of them would take minutes: one
	// in so many of the small ones in a stream.
	Slow int
	// Program is where the program was built; empty if it was not, for Missing.
	// Layered is the one for Layers, if what they cost has no place in Program.
	Program, Layered string
	Missing          string

	build, buildLayered func(ctx context.Context, module, program string) error
}

// Ours is the key of this library, Libzmq that of the one to compare with, Limit
// that of plain Go, Into that of this library where receivers use their memory again, Fresh
// that of plain Go where they do not, Draft that of this library's socket types of the thread-safe
// family in the place of the older ones, ByTCP that of this library with tcp in the place
// of ws.
const (
	Ours   = "ours"
	Libzmq = "libzmq"
	Limit  = "tcp"
	Into   = "into"
	Fresh  = "fresh"
	Draft  = "draft"
	ByTCP  = "bytcp"
)

// All returns every library, ours first, not built yet.
func All() []*Rival {
	return []*Rival{
		{
			Key: Ours, Title: "ours", ZMTP: true, Main: true, Slow: 1, Layers: []string{"ws", "wss"},
			build: pureGo("./peers/ours"), buildLayered: pureGo("./peers/ours", "-tags=layers"),
		},
		{Key: Libzmq, Title: "libzmq", ZMTP: true, Main: true, Slow: 1, build: c},
		{Key: Limit, Title: "plain Go", Main: true, Slow: 1, Layers: []string{"wss"}, build: pureGo("./peers/tcp")},
		{Key: Into, Title: "ours, RecvInto", ZMTP: true, Main: true, Slow: 1, build: pureGo("./peers/ours", "-ldflags=-X=main.way=RecvInto")},
		{Key: Fresh, Title: "plain Go, new memory", Slow: 1, build: pureGo("./peers/tcp", "-ldflags=-X=main.memory=new")},
		{Key: ByTCP, Title: "ours, tcp", Main: true, Slow: 1, Layers: []string{"ws"}, Only: "ws", build: pureGo("./peers/ours", "-ldflags=-X=main.instead=tcp")},
		{Key: "pebbe", Title: "pebbe", ZMTP: true, Slow: 1, build: cgo},
		{Key: "gozeromq", Title: "go-zeromq", ZMTP: true, Slow: 40, build: pureGo("./peers/gozeromq")},
		{Key: "mangos", Title: "mangos", Slow: 20, build: pureGo("./peers/mangos")},
		{Key: Draft, Title: "ours, draft types", ZMTP: true, Draft: true, Slow: 1, build: pureGo("./peers/ours", "-ldflags=-X=main.family=draft")},
	}
}

// Build builds the programs of rivals and returns that of the neutral peers. What
// cannot be built says so in Missing; only ours and the peers must be.
func Build(ctx context.Context, module, dir string, rivals []*Rival) (load string, err error) {
	load = filepath.Join(dir, "load"+exe())
	if err := pureGo("./cmd/load")(ctx, module, load); err != nil {
		return "", err
	}
	var all sync.WaitGroup
	for _, r := range rivals {
		all.Go(func() {
			program := filepath.Join(dir, r.Key+exe())
			if err := r.build(ctx, module, program); err != nil {
				r.Missing = err.Error()
				return
			}
			r.Program, r.Layered = program, program
			if r.buildLayered == nil {
				return
			}
			layered := filepath.Join(dir, r.Key+"-layers"+exe())
			if err := r.buildLayered(ctx, module, layered); err != nil {
				r.Program, r.Missing = "", err.Error()
				return
			}
			r.Layered = layered
		})
	}
	all.Wait()
	for _, r := range rivals {
		if r.Key == Ours && r.Program == "" {
			return "", fmt.Errorf("ours was not built: %s", r.Missing)
		}
	}
	return load, nil
}

// pureGo builds without cgo, which an importer of ours must not need.
func pureGo(pkg string, flags ...string) func(context.Context, string, string) error {
	return func(ctx context.Context, module, program string) error {
		return run(ctx, module, "CGO_ENABLED=0", "go", slices.Concat([]string{"build", "-o", program}, flags, []string{pkg})...)
	}
}

// cgo builds what is a module of its own.
func cgo(ctx context.Context, module, program string) error {
	return run(ctx, filepath.Join(module, "peers", "pebbe"), "CGO_ENABLED=1", "go", "build", "-o", program, ".")
}

func c(ctx context.Context, module, program string) error {
	compiler := os.Getenv("CC")
	if compiler == "" {
		compiler = "cc"
	}
	flags := []string{"-lzmq"}
	if out, err := exec.CommandContext(ctx, "pkg-config", "--cflags", "--libs", "libzmq").Output(); err == nil {
		flags = strings.Fields(string(out))
	}
	files, err := filepath.Glob(filepath.Join(module, "peers", "libzmq", "*.c"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("there is no program for libzmq in %s: %w", module, err)
	}
	args := append([]string{"-O2", "-Wall", "-pthread", "-o", program}, files...)
	return run(ctx, module, "", compiler, append(args, flags...)...)
}

func run(ctx context.Context, dir, env, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off")
	if env != "" {
		cmd.Env = append(cmd.Env, env)
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, bytes.TrimSpace(out))
	}
	return nil
}

func exe() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}
