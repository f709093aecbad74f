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

// peersHaveRates draws the details of a socket with two peers of one address.
const peersHaveRates = `
const cells = [], body = { insertRow: () => ({ insertCell: () => { const c = {}; cells.push(c); return c; } }) };
const peer = (sent, bytes) => ({ remote: 'inproc://a', endpoint: 'inproc://a', protocol: 'ZMTP 3.1', sent, received: 0, sent_bytes: bytes, received_bytes: 0, queued_out: 7, queued_in: 0, dropped: 0 });
const of = (...peers) => ({ endpoints: [{ address: 'tcp://h:1', state: 'retrying', last_error: 'refused' }], peers, drops: {} });
details(body, of(peer(30, 4000), peer(500, 0)), of(peer(10, 2000), peer(100, 0)), 2);
console.log(cells.map(c => c.textContent + (c.className ? ' [' + c.className + ']' : '')).join('|'));
`

// TestPageForgetsSocketsThatAreGone: a program may make a socket for each task.
func TestPageForgetsSocketsThatAreGone(t *testing.T) {
	if got := page(t, socketsEnd); got != "B B" {
		t.Errorf("it keeps %s", got)
	}
}

// TestPageShowsRatesOfPeers: below a heading that says messages a second there is no total.
func TestPageShowsRatesOfPeers(t *testing.T) {
	const want = "connect tcp://h:1: retrying, refused [text bad]|" +
		"inproc://a ZMTP 3.1 [text]|10|0|1.00k|0|7|0|0||inproc://a ZMTP 3.1 [text]|200|0|0|0|7|0|0|"
	if got := page(t, peersHaveRates); got != want {
		t.Errorf("it shows %s\nwant %s", got, want)
	}
}

// page runs the script of the page, and then another one, and returns what that prints.
func page(t *testing.T, then string) string {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("NOT TESTED: the script of the page, because there is no node here; install Node.js 18 or later")
	}
	text, err := os.ReadFile("page.html")
	check(t, err)
	_, script, _ := strings.Cut(string(text), "<script>")
	script, _, found := strings.Cut(script, "</script>")
	if !found {
		t.Fatal("the page has no script")
	}
	out, err := exec.CommandContext(t.Context(), node, "-e", document+script+then).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return strings.TrimSpace(string(out))
}
