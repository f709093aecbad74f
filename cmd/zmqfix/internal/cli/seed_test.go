// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestSeedsRun builds and runs the echo server and its client from the first and
// the last README of gozmq, as each level makes them.
func TestSeedsRun(t *testing.T) {
	goldens := map[string]*golden{}
	for _, g := range readGoldens(t) {
		goldens[g.name] = g
	}
	dir := module(t)
	for _, generation := range []string{"oldest", "oldest_native", "current"} {
		server, client := goldens["gozmq_seed_"+generation+"_server"], goldens["gozmq_seed_"+generation+"_client"]
		if server == nil || client == nil {
			t.Fatalf("the programs of %s are missing", generation)
		}
		servers, clients := server.levels(t), client.levels(t)
		for level := range servers {
			t.Run(generation+"_"+level, func(t *testing.T) {
				put := func(name string, files map[string][]byte) string {
					in(t, dir, generation+"_"+level+"_"+name, files)
					return filepath.Join(t.TempDir(), name+".exe")
				}
				echo(t, dir, put, generation+"_"+level, servers[level], clients[level])
			})
		}
	}
}

// echo runs a server and a client that find each other at endpoints of our own
// choice.
func echo(t *testing.T, dir string, put func(string, map[string][]byte) string, folder string, server, client map[string][]byte) {
	t.Helper()
	at, err := os.MkdirTemp("", "echo") // paths of sockets must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(at) })
	local := func(files map[string][]byte) map[string][]byte {
		src := bytes.ReplaceAll(files["main.go"], []byte("tcp://127.0.0.1:5000"), []byte("ipc://"+at+"/a"))
		src = bytes.ReplaceAll(src, []byte("tcp://127.0.0.1:6000"), []byte("ipc://"+at+"/b"))
		return map[string][]byte{"main.go": src}
	}
	programs := map[string]string{"server": put("server", local(server)), "client": put("client", local(client))}
	for name, program := range programs {
		command(t, dir, "build", "-o", program, "./"+folder+"_"+name)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	srv := exec.CommandContext(ctx, programs["server"])
	said, err := srv.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := srv.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		srv.Process.Kill()
		srv.Wait()
	}()
	out, err := exec.CommandContext(ctx, programs["client"]).CombinedOutput()
	if err != nil {
		t.Fatalf("the client: %v\n%s", err, out)
	}
	var sent, got string
	lines := bufio.NewScanner(said)
	for i := range 10 {
		sent += fmt.Sprintf("Sending msg %d\n", i)
		if !lines.Scan() || lines.Text() != fmt.Sprintf("Got msg %d", i) {
			got += lines.Text() + "\n"
		}
	}
	if string(out) != sent || got != "" {
		t.Errorf("the client says\n%s\nthe server has also said\n%s", out, got)
	}
}
