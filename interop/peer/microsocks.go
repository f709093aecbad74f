// SPDX-License-Identifier: Apache-2.0

package peer

import (
	"context"
	"io"
	"net"
	"os/exec"
	"strconv"
	"testing"
	"time"
)

// StartMicrosocks runs Debian's microsocks until the test is over, and returns where it
// listens. It cannot choose a port itself, so that it may have to be started again.
func StartMicrosocks(t testing.TB, args ...string) string {
	t.Helper()
	program, err := exec.LookPath("microsocks")
	if err != nil {
		if Required() {
			t.Fatalf("microsocks is not installed: %v", err)
		}
		t.Skip("SKIPPED: microsocks is not installed")
	}
	for range 20 {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		must(t, err)
		at := ln.Addr().String()
		port := ln.Addr().(*net.TCPAddr).Port
		must(t, ln.Close())
		cmd := exec.Command(program, append([]string{"-i", "127.0.0.1", "-p", strconv.Itoa(port)}, args...)...)
		must(t, cmd.Start())
		ended := make(chan struct{})
		go func() {
			_ = cmd.Wait()
			close(ended)
		}()
		stop := func() {
			_ = cmd.Process.Kill()
			<-ended
		}
		if speaksSOCKS(t, at, ended) {
			t.Cleanup(stop)
			return at
		}
		stop()
	}
	t.Fatal("microsocks does not start")
	return ""
}

// speaksSOCKS waits until a SOCKS5 proxy answers, or has ended.
func speaksSOCKS(t testing.TB, at string, ended <-chan struct{}) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		if nc, err := net.Dial("tcp", at); err == nil {
			defer nc.Close()
			deadline, _ := ctx.Deadline()
			_ = nc.SetDeadline(deadline)
			_, _ = nc.Write([]byte{5, 2, 0, 2})
			b := make([]byte, 2)
			_, err := io.ReadFull(nc, b)
			return err == nil && b[0] == 5
		}
		select {
		case <-ended:
			return false
		case <-again.C:
		case <-ctx.Done():
			return false
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
