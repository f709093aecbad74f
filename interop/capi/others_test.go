// SPDX-License-Identifier: Apache-2.0

package capi

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// czmqClasses are the classes of libczmq whose self-tests, which the library
// exports, use ZeroMQ.
var czmqClasses = []string{
	"zactor", "zauth", "zcert", "zcertstore", "zframe", "zgossip", "zloop", "zmonitor", "zmsg", "zpoller", "zproxy",
	"zsock", "zsock_option", "zstr", "zsys",
}

// czmqByChance is the class whose test binds to ports that it draws, and fails if
// another program has one. The others look for a free port.
const czmqByChance = "zproxy"

// TestCZMQ runs libczmq's own tests on our library.
func TestCZMQ(t *testing.T) {
	bin := compile(t, "czmq", "others/czmq.c", "-ldl")
	if r := execute(t, time.Minute, os.Environ(), bin, "zclock_test"); r.code != 0 {
		missing(t, "libczmq4: "+strings.TrimSpace(r.out))
	}
	for _, class := range czmqClasses {
		t.Run(class, func(t *testing.T) {
			tries := 1
			if class == czmqByChance {
				tries = 4
			}
			for try := 1; ; try++ {
				dir := t.TempDir() // some leave files
				r := execute(t, time.Minute, ours(), "/bin/sh", "-c", `cd "$0" && exec "$1" "$2"`, dir, bin, class+"_test")
				if r.code == 0 {
					break
				}
				t.Logf("try %d ends with %d:\n%s", try, r.code, r.out)
				if try == tries {
					t.Fail()
					break
				}
			}
		})
	}
}

// TestBindings exchanges messages through the bindings of other languages.
func TestBindings(t *testing.T) {
	library := filepath.Join(libDir, "libzmq.so.5")
	for _, b := range []struct {
		name, program string
		there         []string // succeeds if the binding is installed
		run           []string
	}{
		{"php", "php", []string{"-r", `exit(extension_loaded("zmq") ? 0 : 1);`}, []string{"others/exchange.php"}},
		{"ruby", "ruby", []string{"-e", `require "ffi-rzmq"`}, []string{"others/exchange.rb"}},
		{"perl", "perl", []string{"-MZMQ::FFI", "-e", "1"}, []string{"others/exchange.pl", library}},
	} {
		t.Run(b.name, func(t *testing.T) {
			if exec.Command(b.program, b.there...).Run() != nil {
				missing(t, "the binding for "+b.name)
			}
			r := execute(t, time.Minute, ours(), b.program, b.run...)
			if r.code != 0 || !strings.HasSuffix(r.out, "as expected\n") {
				t.Errorf("ends with %d:\n%s", r.code, r.out)
			}
		})
	}
}

// TestSBCL exchanges messages in threads of SBCL. Its collector stops all threads with
// a signal again and again, and scans the stack that the handler runs on.
func TestSBCL(t *testing.T) {
	if _, err := exec.LookPath("sbcl"); err != nil {
		missing(t, "sbcl")
	}
	library := filepath.Join(libDir, "libzmq.so.5")
	for range 4 {
		r := execute(t, 2*time.Minute, ours(), "sbcl", "--noinform", "--disable-ldb", "--lose-on-corruption", "--non-interactive",
			"--no-sysinit", "--no-userinit", "--load", "others/exchange.lisp", library)
		if r.code != 0 || !strings.HasSuffix(r.out, "as expected\n") {
			t.Fatalf("ends with %d:\n%s", r.code, r.out)
		}
	}
}

// TestJupyter runs a Jupyter kernel and a client of it.
func TestJupyter(t *testing.T) {
	const python = "/usr/bin/python3"
	if exec.Command(python, "-c", "import jupyter_client, ipykernel").Run() != nil {
		missing(t, "python3-jupyter-client or python3-ipykernel")
	}
	home := t.TempDir()
	r := execute(t, 2*time.Minute, append(ours(), "HOME="+home, "PYDEVD_DISABLE_FILE_VALIDATION=1"), python, "others/jupyter.py")
	if r.code != 0 || !strings.Contains(r.out, "4.3.5 as expected\n") {
		t.Errorf("ends with %d:\n%s", r.code, r.out)
	}
}

// TestCppzmq builds and runs cppzmq's examples with our header and library.
func TestCppzmq(t *testing.T) {
	examples, _ := filepath.Glob("/usr/share/doc/cppzmq-dev/examples/*.cpp") // a constant pattern is never bad
	if _, err := exec.LookPath("g++"); err != nil || len(examples) == 0 {
		missing(t, "g++ or cppzmq-dev")
	}
	for _, file := range examples {
		name := strings.TrimSuffix(filepath.Base(file), ".cpp")
		t.Run(name, func(t *testing.T) {
			bin := filepath.Join(binDir, "cppzmq-"+name)
			out, err := exec.Command("g++", "-std=c++17", "-o", bin, file, "-I"+source, "-L"+libDir, "-lzmq", "-lpthread").CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			// One of them never ends: 124 is what timeout ends with then.
			r := execute(t, time.Minute, ours(), "timeout", "3", bin)
			endless := r.code == 124 && strings.Contains(r.out, "Thread2: ") && strings.Contains(r.out, "Thread3: ")
			if r.code != 0 && !endless {
				t.Errorf("ends with %d:\n%s", r.code, r.out)
			}
		})
	}
}
