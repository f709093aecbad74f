// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestModule runs the tests of the module, those in test/zmq.test.js, in Node.js 18 or
// later.
func TestModule(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("NOT TESTED: the module for web pages, because there is no node here; install Node.js 18 or later")
	}
	run(t, node, "--test", "test/zmq.test.js")
}

// TestTypes compiles a program in TypeScript against zmq.d.ts. ZMQ_TYPESCRIPT is a folder
// where npm has installed typescript.
func TestTypes(t *testing.T) {
	dir := os.Getenv("ZMQ_TYPESCRIPT")
	if dir == "" {
		t.Skip("NOT TESTED: the types for TypeScript, because ZMQ_TYPESCRIPT is not set: npm install --prefix DIR typescript, and set it to DIR")
	}
	run(t, dir+"/node_modules/.bin/tsc", "--noEmit", "--strict", "--target", "es2022", "--module", "nodenext",
		"--lib", "es2022,dom", "test/types.ts")
}

func run(t *testing.T, program string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // each test has a limit of its own
	defer cancel()
	if out, err := exec.CommandContext(ctx, program, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, out)
	}
}

// TestHandler: a browser takes a module only as JavaScript.
func TestHandler(t *testing.T) {
	for name, want := range map[string]string{
		"/zmq.js": "text/javascript; charset=utf-8", "/link.js": "text/javascript; charset=utf-8", "/zmq.d.ts": "",
	} {
		w := httptest.NewRecorder()
		Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, name, nil))
		if got := w.Header().Get("Content-Type"); w.Code != http.StatusOK || want != "" && got != want {
			t.Errorf("%s: %d %s", name, w.Code, got)
		}
		if !strings.HasPrefix(w.Body.String(), "// SPDX-License-Identifier: Apache-2.0\n") {
			t.Errorf("%s begins with %.60q", name, w.Body)
		}
	}
}
