// SPDX-License-Identifier: Apache-2.0

// Package capi proves cmd/libzmq, the C interface, against libzmq: C programs that
// tell what every call does, pyzmq's own tests, programs that others wrote, leak
// checks.
package capi

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// What all tests share, made by TestMain.
var (
	libDir  string // where our libzmq.so.5 is
	workDir string
	binDir  string // for programs
)

const source = "../../cmd/libzmq"

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	for _, tool := range []string{"gcc", "objcopy", "nm", "pkg-config"} {
		if _, err := exec.LookPath(tool); err != nil {
			return without(tool + " is not installed")
		}
	}
	if err := exec.Command("pkg-config", "libzmq").Run(); err != nil {
		return without("libzmq's development files are not installed")
	}
	dir, err := os.MkdirTemp("", "capi")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	workDir = dir
	libDir, binDir = filepath.Join(dir, "lib"), filepath.Join(dir, "bin")
	if err := os.Mkdir(binDir, 0o755); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if err := build(libDir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// build builds the library into a folder.
func build(dir string, env ...string) error {
	cmd := exec.Command(source+"/build.sh", dir)
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building libzmq.so.5 with %q: %w\n%s", env, err, out)
	}
	return nil
}

// variant is a build of the library that some tests need, made by the first of them.
type variant struct {
	once sync.Once
	dir  string
	err  error
}

func (v *variant) get(t *testing.T, name string, env ...string) string {
	t.Helper()
	v.once.Do(func() {
		v.dir = filepath.Join(workDir, name)
		v.err = build(v.dir, env...)
	})
	if v.err != nil {
		t.Fatal(v.err)
	}
	return v.dir
}

var drafts, sanitized variant

// draftLibrary is where a library is that exports the draft functions.
func draftLibrary(t *testing.T) string { return drafts.get(t, "drafts", "DRAFT=1") }

// without says loudly that nothing is proved here.
func without(why string) int {
	if os.Getenv("ZMQ_INTEROP_REQUIRED") != "" {
		fmt.Fprintln(os.Stderr, "capi: "+why+", and ZMQ_INTEROP_REQUIRED is set")
		return 1
	}
	fmt.Println("SKIPPED: capi: " + why)
	return 0
}

// missing skips a test that needs something else, or fails it in CI.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("ZMQ_INTEROP_REQUIRED") != "" {
		t.Fatal(what + " is not installed, and ZMQ_INTEROP_REQUIRED is set")
	}
	t.Skip("SKIPPED: " + what + " is not installed")
}

// ours is the environment in which programs find our library.
func ours() []string { return using(libDir) }

// using is the environment in which programs find the library of a folder.
func using(dir string, env ...string) []string {
	return append(append(os.Environ(), "LD_LIBRARY_PATH="+dir), env...)
}

// result is what a program left.
type result struct {
	out  string
	code int
}

// execute runs a command for at most limit.
func execute(t *testing.T, limit time.Duration, env []string, name string, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.Env = &out, &out, env
	cmd.WaitDelay = time.Minute // for what its children still write; no reader here is that slow
	err := cmd.Run()
	if ctx.Err() != nil {
		fmt.Fprintf(&out, "%s %s: still running after %v\n", name, strings.Join(args, " "), limit)
	} else if _, ok := err.(*exec.ExitError); err != nil && !ok {
		t.Fatal(err)
	}
	return result{out: out.String(), code: cmd.ProcessState.ExitCode()}
}

// compile builds a C program and returns its path.
func compile(t *testing.T, as, file string, flags ...string) string {
	t.Helper()
	bin := filepath.Join(binDir, as)
	args := append([]string{"-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", "-o", bin, file}, flags...)
	if out, err := exec.Command("gcc", args...).CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("gcc %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return bin
}
