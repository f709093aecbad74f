// SPDX-License-Identifier: Apache-2.0

package zmqstats_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// document stands for that of a browser. Each element takes whatever is done to it.
const document = `
const element = new Proxy(function () {}, {
  get: (target, name) => name === Symbol.toPrimitive ? () => '' : element,
  set: () => true,
  apply: () => element,
});
globalThis.document = element;
globalThis.fetch = () => new Promise(() => {}); // never answers
`

// socketsEnd draws a socket whose details are open, and then the program without it.
const socketsEnd = `
const at = (time, ...names) => ({ program: 'p', host: 'h', pid: 1, time, sockets: Object.fromEntries(names.map(name =>
  [name, { peers: [], endpoints: [], drops: {}, sent: 0, received: 0, sent_bytes: 0, received_bytes: 0, queued_out: 0, queued_in: 0 }])) });
open.add('A').add('B');
const one = at('2024-01-01T00:00:00Z', 'A', 'B'), two = at('2024-01-01T00:00:01Z', 'B');
show(one, null, true);
show(two, one, true);
console.log([...past.keys()].join(), [...open].join());
`

// TestPageForgetsSocketsThatAreGone: a program may make a socket for each task.
func TestPageForgetsSocketsThatAreGone(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("NOT TESTED: the script of the page, because there is no node here; install Node.js 18 or later")
	}
	page, err := os.ReadFile("page.html")
	check(t, err)
	_, script, _ := strings.Cut(string(page), "<script>")
	script, _, found := strings.Cut(script, "</script>")
	if !found {
		t.Fatal("the page has no script")
	}
	out, err := exec.CommandContext(t.Context(), node, "-e", document+script+socketsEnd).CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "B B" {
		t.Errorf("%v, it keeps %s", err, out)
	}
}
