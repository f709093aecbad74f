// SPDX-License-Identifier: Apache-2.0

package peer

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// nodePackage is a package of Node.js that tests need.
type nodePackage struct {
	name     string
	variable string // of the environment: the folder in which npm has installed it
	peer     string // what is not tested against without it

	say sync.Once // the loud line
}

// need returns the folder of the package. Without the package it skips the test, loudly,
// or fails it if the variable names a folder.
func (n *nodePackage) need(t testing.TB) string {
	t.Helper()
	dir, err := n.find()
	if err != nil {
		if os.Getenv(n.variable) != "" {
			t.Fatal(err)
		}
		n.say.Do(func() { fmt.Fprintf(os.Stderr, "!!! NOT TESTED AGAINST %s: %v\n", n.peer, err) })
		t.Skip(err)
	}
	return dir
}

func (n *nodePackage) find() (string, error) {
	dir := os.Getenv(n.variable)
	if dir == "" {
		return "", fmt.Errorf("%s names no folder with the npm package %s", n.variable, n.name)
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules", n.name)); err != nil {
		return "", err
	}
	_, err := exec.LookPath("node")
	return dir, err
}

// command runs a script, which may require the package.
func (n *nodePackage) command(t testing.TB, script string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("node", "--no-warnings", "-e", script)
	cmd.Dir = n.need(t) // where the package is looked for
	return cmd
}
