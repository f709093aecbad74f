// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

var update = flag.Bool("update", false, "write the texts in api anew instead of comparing them")

var repository = sync.OnceValues(loadTree)

func load(t *testing.T) *tree {
	t.Helper()
	tree, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func report(t *testing.T, wrong []string) {
	t.Helper()
	slices.Sort(wrong)
	for _, w := range wrong {
		t.Error(w)
	}
}

func TestImportPolicy(t *testing.T) { report(t, checkImports(load(t), policy)) }

// TestStandIns: a program can put our module in the place of another and tidy.
func TestStandIns(t *testing.T) { report(t, checkStandIns(load(t), standIns)) }

func TestLicenseLine(t *testing.T) { report(t, checkLicense(load(t))) }

func TestNamesSaySomething(t *testing.T) { report(t, checkNames(load(t))) }

func TestTypesAreRowsOfATable(t *testing.T) { report(t, checkTypeComparisons(load(t))) }

func TestNoInit(t *testing.T) { report(t, checkInit(load(t))) }

func TestNoSleepsInTests(t *testing.T) { report(t, checkSleeps(load(t), sleepers)) }

func TestExportedNamesHaveComments(t *testing.T) { report(t, checkComments(load(t))) }

func TestSleepersExist(t *testing.T) {
	tree := load(t)
	for path := range sleepers {
		if !slices.ContainsFunc(tree.files, func(f *file) bool { return f.path == path }) {
			t.Errorf("sleepers names %s, which is not there", path)
		}
	}
}

// apiTexts are the checked-in texts of what packages export, by folder.
var apiTexts = map[string]string{
	".": "zmq.txt", "auth": "auth.txt", "reqrep": "reqrep.txt", "ws": "ws.txt", "web": "web.txt", "compat/classic": "classic.txt",
	"replay": "replay.txt", "replay/diskstore": "diskstore.txt", "replay/jetstream": "jetstream.txt",
	"replay/kvcache": "kvcache.txt",
}

// TestExportedAPI compares what the packages that others import export with the
// texts in api, so that every change of it is seen in review.
func TestExportedAPI(t *testing.T) {
	tree := load(t)
	for dir, name := range apiTexts {
		compareAPI(t, exportedAPI(tree, dir), filepath.Join(tree.root, "api", name))
	}
}

func compareAPI(t *testing.T, lines []string, name string) {
	t.Helper()
	now := []byte(strings.Join(lines, "\n") + "\n")
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, now, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	const how = "go test ./internal/archtest -run TestExportedAPI -update"
	promised, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("%v; write it with: %s", err, how)
	}
	promised = bytes.ReplaceAll(promised, []byte("\r\n"), []byte("\n"))
	before := strings.Split(strings.TrimSuffix(string(promised), "\n"), "\n")
	for _, line := range lines {
		if !slices.Contains(before, line) {
			t.Errorf("%s: new: %s", filepath.Base(name), line)
		}
	}
	for _, line := range before {
		if !slices.Contains(lines, line) {
			t.Errorf("%s: gone: %s", filepath.Base(name), line)
		}
	}
	if t.Failed() {
		t.Logf("if this change of the API is meant: %s", how)
	}
}
