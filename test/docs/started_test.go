// SPDX-License-Identifier: Apache-2.0

package docs_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// folderOf finds the name of the folder that a program of the document goes into, and the
// program.
var folderOf = regexp.MustCompile("(?s)Folder `([a-z]+)`:\n\n```go\n(.*?)```")

// buildStarted builds the programs of docs/getting-started.md as they stand there, and
// returns the folder with the results.
func buildStarted(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "docs", "getting-started.md"))
	if err != nil {
		t.Fatal(err)
	}
	programs := folderOf.FindAllStringSubmatch(string(text), -1)
	if len(programs) != 6 {
		t.Fatalf("%d programs", len(programs))
	}
	dir := t.TempDir()
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	args := []string{"build", "-overlay", filepath.Join(dir, "overlay.json"), "-o", dir + string(filepath.Separator)}
	for _, p := range programs {
		name := filepath.Join(dir, p[1]+".go")
		// The client of the document has little patience, and a machine that runs tests may
		// stand still for longer.
		source := strings.Replace(p[2], "3*time.Second", "60*time.Second", 1)
		if err := os.WriteFile(name, []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
		// No folder of the module has this name.
		overlay.Replace[filepath.Join(root, "started", p[1], "main.go")] = name
		args = append(args, "./started/"+p[1])
	}
	list, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), list, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

// program is a program of the document that runs.
type program struct {
	name string
	cmd  *exec.Cmd
	out  *bufio.Reader
}

// runStarted starts a program, which the end of the test ends.
func runStarted(t *testing.T, ctx context.Context, dir, name string, args ...string) *program {
	t.Helper()
	p := &program{name: name, cmd: exec.CommandContext(ctx, filepath.Join(dir, name), args...)}
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.out = bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

// line reads a line of output.
func (p *program) line(t *testing.T) string {
	t.Helper()
	text, err := p.out.ReadString('\n')
	if err != nil {
		t.Fatalf("%s: %q, %v", p.name, text, err)
	}
	return strings.TrimSuffix(text, "\n")
}

// endpoint reads where a program listens.
func (p *program) endpoint(t *testing.T) string {
	t.Helper()
	_, endpoint, found := strings.Cut(p.line(t), "listening on ")
	if !found {
		t.Fatalf("%s does not say where it listens", p.name)
	}
	return endpoint
}

// ends reads the rest of the output and waits for a good end.
func (p *program) ends(t *testing.T) string {
	t.Helper()
	rest, err := io.ReadAll(p.out)
	if err == nil {
		err = p.cmd.Wait()
	}
	if err != nil {
		t.Fatalf("%s: %v", p.name, err)
	}
	return string(rest)
}

// interrupted sends the signal that the program handles.
func (p *program) interrupted(t *testing.T) string {
	t.Helper()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	return p.ends(t)
}

// TestGettingStarted runs the programs of the document as it says, over TCP, and each ends
// by itself or by an interrupt.
func TestGettingStarted(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds programs")
	}
	if runtime.GOOS == "windows" {
		t.Skip("there is no interrupt for one process")
	}
	ctx := t.Context()
	dir := buildStarted(t)
	const anywhere = "tcp://127.0.0.1:*"

	server := runStarted(t, ctx, dir, "server", anywhere)
	client := runStarted(t, ctx, dir, "client", server.endpoint(t))
	if got, want := client.ends(t), "Hello Ann\nHello Bob\nHello Eve\n"; got != want {
		t.Errorf("the client says %q, want %q", got, want)
	}
	if got, want := server.interrupted(t), "asked by Ann\nasked by Bob\nasked by Eve\n"; got != want {
		t.Errorf("the server says %q, want %q", got, want)
	}

	publisher := runStarted(t, ctx, dir, "publisher", anywhere)
	subscriber := runStarted(t, ctx, dir, "subscriber", publisher.endpoint(t), "oslo")
	if got := subscriber.ends(t); !regexp.MustCompile(`^(oslo: -?\d+ degrees\n){3}$`).MatchString(got) {
		t.Errorf("the subscriber says %q", got)
	}
	publisher.interrupted(t)

	source := runStarted(t, ctx, dir, "source", anywhere)
	worker := runStarted(t, ctx, dir, "worker", source.endpoint(t))
	for i := range 10 {
		if got, want := worker.line(t), fmt.Sprint("did task ", i); got != want {
			t.Errorf("the worker says %q, want %q", got, want)
		}
	}
	if got := source.ends(t); got != "all tasks are with workers\n" {
		t.Errorf("the source says %q", got)
	}
	worker.interrupted(t)
}
