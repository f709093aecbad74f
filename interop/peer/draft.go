// SPDX-License-Identifier: Apache-2.0

package peer

import (
	_ "embed"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

//go:embed draft.js
var draftScript string

// draftPackage has a libzmq with the draft types. It is installed by
//
//	npm install --ignore-scripts --prefix DIR zeromq@6.8.0
var draftPackage = nodePackage{name: "zeromq", variable: "ZMQ_INTEROP_NODE", peer: "LIBZMQ'S DRAFT TYPES"}

// StartDraft is Start for a libzmq with the draft types. It skips the test when there is
// none, and fails it if ZMQ_INTEROP_NODE names a folder where it is not.
func StartDraft(t testing.TB) *Process {
	t.Helper()
	return startProgram(t, func() *exec.Cmd { return draftPackage.command(t, draftScript) })
}

// DraftLibrary returns the file that has the libzmq of StartDraft, for programs in C. It
// ends the test as that does.
func DraftLibrary(t testing.TB) string {
	t.Helper()
	path, err := draftPackage.command(t, `require("zeromq");
		const loaded = require("fs").readFileSync("/proc/self/maps", "latin1").split("\n").find((line) => line.endsWith(".node"));
		process.stdout.write(loaded.slice(loaded.indexOf("/")));`).Output()
	if err != nil {
		t.Fatalf("looking for the library of the package zeromq: %v", err)
	}
	return string(path)
}

// DraftVariables returns the variables of the environment with which programs find the
// libzmq of DraftLibrary as libzmq.so.5. It wants what only Node.js has, and calls none of
// it there: that is there by name.
func DraftVariables(t testing.TB) []string {
	t.Helper()
	addon := DraftLibrary(t)
	dir := t.TempDir()
	must(t, os.Symlink(addon, filepath.Join(dir, "libzmq.so.5")))
	wants, err := exec.Command("nm", "-D", "--undefined-only", addon).Output()
	must(t, err)
	var names strings.Builder
	for _, word := range strings.Fields(string(wants)) {
		if strings.HasPrefix(word, "napi_") || strings.HasPrefix(word, "uv_") {
			names.WriteString("void " + word + "(void) {}\n")
		}
	}
	source, rest := filepath.Join(dir, "names.c"), filepath.Join(dir, "names.so")
	must(t, os.WriteFile(source, []byte(names.String()), 0o600))
	if out, err := exec.Command("gcc", "-shared", "-fPIC", "-w", "-o", rest, source).CombinedOutput(); err != nil {
		t.Fatalf("gcc: %v\n%s", err, out)
	}
	return []string{"LD_LIBRARY_PATH=" + dir, "LD_PRELOAD=" + rest}
}

// StartDraftZAP is StartDraft for what Node.js cannot do: a handler of authentication, as a
// REP, which PLAIN needs at its server.
func StartDraftZAP(t testing.TB) *Process {
	t.Helper()
	variables := DraftVariables(t)
	return StartWith(t, func(cmd *exec.Cmd) error {
		cmd.Env = append(os.Environ(), variables...)
		return cmd.Start()
	})
}

// Labelled is a message with what it carries beside its frames.
type Labelled struct {
	Frames  [][]byte // the message itself
	Routing uint32   // number of the peer of a SERVER
	Group   []byte   // group, at a DISH
}

// Join joins a group.
func (s *Socket) Join(group string) {
	s.owner.t.Helper()
	s.must("join", map[string]any{"group": group}, nil)
}

// Leave leaves a group.
func (s *Socket) Leave(group string) {
	s.owner.t.Helper()
	s.must("leave", map[string]any{"group": group}, nil)
}

// TryJoin is Join, and TryLeave Leave, where libzmq may refuse it.
func (s *Socket) TryJoin(group string) error {
	return s.call("join", map[string]any{"group": group}, nil)
}

// TryLeave is described at TryJoin.
func (s *Socket) TryLeave(group string) error {
	return s.call("leave", map[string]any{"group": group}, nil)
}

// SendTo sends a message to the peer with that number.
func (s *Socket) SendTo(timeout time.Duration, routing uint32, frame []byte) error {
	return s.call("send", map[string]any{"timeout": timeout.Milliseconds(), "frames": [][]byte{frame}, "routing": routing}, nil)
}

// SendGroup sends a message to a group.
func (s *Socket) SendGroup(timeout time.Duration, group string, frame []byte) error {
	return s.call("send", map[string]any{"timeout": timeout.Milliseconds(), "frames": [][]byte{frame}, "group": group}, nil)
}

// RecvLabelled is Recv with what the message carries.
func (s *Socket) RecvLabelled(timeout time.Duration) (m Labelled, err error) {
	err = s.call("recv", map[string]any{"timeout": timeout.Milliseconds()}, &m)
	return m, err
}

// SendNumbered sends numbered messages, to a group unless that is nil.
func (s *Socket) SendNumbered(timeout time.Duration, count, size int, group *string) error {
	fields := map[string]any{"timeout": timeout.Milliseconds(), "count": count, "size": size}
	if group != nil {
		fields["group"] = *group
	}
	return s.call("send_many", fields, nil)
}

// RecvNumbered receives them, and says what is wrong.
func (s *Socket) RecvNumbered(timeout time.Duration, count int) error {
	var result struct{ Wrong string }
	err := s.call("recv_many", map[string]any{"timeout": timeout.Milliseconds(), "count": count}, &result)
	if err == nil && result.Wrong != "" {
		err = errors.New(result.Wrong)
	}
	return err
}
