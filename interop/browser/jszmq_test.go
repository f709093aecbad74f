// SPDX-License-Identifier: Apache-2.0

package browser

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/evanw/esbuild/pkg/api"
	"github.com/gozmq/zmq"
)

// jszmqVariable names a folder with the package jszmq of npm, as interop does:
//
//	npm install --ignore-scripts --prefix DIR jszmq@0.1.2
const jszmqVariable = "ZMQ_INTEROP_JSZMQ"

// jszmq makes one script for pages of the package and of what it needs, as web developers
// do.
func jszmq(t *testing.T) []byte {
	t.Helper()
	dir := os.Getenv(jszmqVariable)
	if dir == "" {
		fmt.Fprintf(os.Stderr, "!!! NOT TESTED AGAINST JSZMQ IN A BROWSER: %s names no folder with the npm package jszmq\n", jszmqVariable)
		t.Skip(jszmqVariable + " is not set")
	}
	dir, err := filepath.Abs(dir)
	check(t, err)
	built := api.Build(api.BuildOptions{
		Stdin: &api.StdinOptions{
			Contents:   `globalThis.Buffer = require("buffer").Buffer; globalThis.jszmq = require("jszmq");`,
			ResolveDir: dir,
		},
		Bundle:   true,
		Platform: api.PlatformBrowser,
		Define:   map[string]string{"global": "globalThis", "process.env.NODE_DEBUG": "false"},
		Plugins:  []api.Plugin{withoutListener},
		LogLevel: api.LogLevelSilent,
	})
	for _, e := range built.Errors {
		t.Errorf("%+v", e)
	}
	if t.Failed() {
		t.FailNow()
	}
	return built.OutputFiles[0].Contents
}

// withoutListener leaves out the modules of Node.js that jszmq needs to listen, which a page
// cannot.
var withoutListener = api.Plugin{Name: "without a listener", Setup: func(b api.PluginBuild) {
	b.OnResolve(api.OnResolveOptions{Filter: "^(url|https?)$"}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
		return api.OnResolveResult{Path: a.Path, Namespace: "none"}, nil
	})
	b.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: "none"}, func(api.OnLoadArgs) (api.OnLoadResult, error) {
		nothing := ""
		return api.OnLoadResult{Contents: &nothing}, nil
	})
}}

// TestJSZMQInAPage: the other module for web pages talks to our sockets, in a browser as it
// does in Node.js: requests, subscriptions, pipelines and routers.
func TestJSZMQInAPage(t *testing.T) {
	script := jszmq(t)
	s := newSite(t)
	s.mux.HandleFunc("/jszmq.js", func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "jszmq.js", time.Time{}, bytes.NewReader(script))
	})
	s.mux.HandleFunc("/jszmq", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script src="/jszmq.js"></script>`)
	})
	types := map[string]zmq.SocketType{"rep": zmq.REP, "req": zmq.REQ, "pub": zmq.PUB, "sub": zmq.SUB,
		"push": zmq.PUSH, "pull": zmq.PULL, "router": zmq.ROUTER}
	ours := map[string]*zmq.Socket{}
	for path, typ := range types {
		ours[path] = newSocket(t, typ)
		s.mount(t, "/"+path, ours[path])
	}
	check(t, ours["sub"].Subscribe("A"))
	p := open(t, s.URL+"/jszmq")
	p.do(`
		// A socket of jszmq, and what it receives as promises.
		globalThis.join = (type, path) => {
			const socket = jszmq.socket(type), come = [], wanted = [];
			socket.on("message", (...frames) => {
				const text = frames.map(String).join("|");
				wanted.length ? wanted.shift()(text) : come.push(text);
			});
			socket.connect("ws://" + location.host + "/" + path);
			socket.next = () => new Promise((resolve) => come.length ? resolve(come.shift()) : wanted.push(resolve));
			return socket;
		};
		globalThis.same = (got, want) => {
			if (got !== want) throw new Error("got " + got.slice(0, 80) + ", want " + want.slice(0, 80));
		};
	`)
	ended := p.start(`
		const req = join("req", "rep"), rep = join("rep", "req");
		for (const n of [0, 1, 125, 126, 65535, 65536, 300000]) {
			req.send(["x".repeat(n), "more"]);
			same(await req.next(), "re:" + "x".repeat(n));
			same(await rep.next(), "q" + "y".repeat(n));
			rep.send("a" + "y".repeat(n));
		}
		const sub = join("sub", "pub"), pub = join("pub", "sub");
		sub.subscribe("A");
		same(await sub.next(), "A1|more");
		const push = join("push", "pull"), pull = join("pull", "push");
		push.send(["one", "two"]);
		same(await pull.next(), "three");
		const dealer = join("dealer", "router");
		dealer.send("hello");
		same(await dealer.next(), "welcome");
		for (;;) { // a PUB does not tell when it has subscribers
			pub.send(["A2", "more"]);
			await new Promise((resolve) => setTimeout(resolve, 10));
			if (globalThis.enough) break;
		}
		[req, rep, sub, pub, push, pull, dealer].forEach((s) => s.close());
	`)
	for _, n := range []int{0, 1, 125, 126, 65535, 65536, 300000} {
		recv(t, ours["rep"], string(bytes.Repeat([]byte("x"), n)), "more")
		send(t, ours["rep"], "re:"+string(bytes.Repeat([]byte("x"), n)))
		y := string(bytes.Repeat([]byte("y"), n))
		send(t, ours["req"], "q"+y)
		recv(t, ours["req"], "a"+y)
	}
	check(t, ours["pub"].WaitSubscribers(within(t), "A", 1))
	send(t, ours["pub"], "B", "unwanted")
	send(t, ours["pub"], "A1", "more")
	recv(t, ours["pull"], "one", "two")
	send(t, ours["push"], "three")
	m, err := ours["router"].Recv(within(t))
	check(t, err)
	if m.Len() != 2 || string(m.Frame(1)) != "hello" {
		t.Fatalf("received %q", m.Strings())
	}
	check(t, ours["router"].Send(within(t), m.Frame(0), []byte("welcome")))
	recv(t, ours["sub"], "A2", "more")
	p.do("globalThis.enough = true")
	ended(nil)
}
