// SPDX-License-Identifier: Apache-2.0

package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/web"
	"github.com/gozmq/zmq/ws"
)

// patience is the longest wait for what must happen.
const patience = time.Minute

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m, chromium.stop) }

// program is the one Chromium of all tests. Each page is a tab of it, with cookies and
// caches of its own.
type program struct {
	start sync.Once
	ctx   context.Context
	end   context.CancelFunc
	err   error
}

var chromium program

// running starts Chromium the first time that a test needs it.
func (p *program) running(t *testing.T) context.Context {
	t.Helper()
	p.start.Do(func() {
		path, err := exec.LookPath("chromium")
		if err != nil {
			fmt.Fprintf(os.Stderr, "!!! NOT TESTED IN A BROWSER: %v; Debian's package chromium has it\n", err)
			p.err = err
			return
		}
		options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path))
		if os.Getuid() == 0 {
			options = append(options, chromedp.NoSandbox) // root has none
		}
		allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
		ctx, cancel := chromedp.NewContext(allocator)
		p.ctx, p.end = ctx, func() { cancel(); stop() }
		// A browser that does not start is a failure, not a reason to skip.
		p.err = chromedp.Do(ctx)
	})
	if p.ctx == nil {
		t.Skip(p.err)
	}
	if p.err != nil {
		t.Fatal(p.err)
	}
	return p.ctx
}

func (p *program) stop() {
	if p.end != nil {
		p.end()
	}
}

// site is a web server with the module, an empty page, and sockets at paths.
type site struct {
	*httptest.Server
	mux *http.ServeMux
}

const emptyPage = `<!doctype html><meta charset="utf-8"><title>a page</title><link rel="icon" href="data:,">
<script type="module">
import * as zmq from "/zmq/zmq.js";
Object.assign(globalThis, { zmq, options: location.search === "?WebSocket" ? { WebSocket } : {} });

// Bytes that tell how many there are and where they belong.
globalThis.pattern = (n) => Uint8Array.from({ length: n }, (_, i) => (n + 7 * i) % 251);

// Throws unless two values are the same.
globalThis.same = (got, want) => {
  if (String(got) !== String(want)) {
    throw new Error(` + "`got ${String(got).slice(0, 80)}, want ${String(want).slice(0, 80)}`" + `);
  }
};

// The next event of a socket that fulfils a condition.
globalThis.next = (socket, type, condition = () => true) => new Promise((resolve) =>
  socket.addEventListener(type, (event) => condition(event) && resolve(event)));
</script>
`

func newSite(t *testing.T) *site {
	s := &site{mux: http.NewServeMux()}
	s.mux.Handle("/zmq/", http.StripPrefix("/zmq/", web.Handler()))
	s.mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(emptyPage))
	})
	s.Server = httptest.NewServer(s.mux)
	t.Cleanup(s.Close)
	return s
}

// mount puts a socket of ours at a path.
func (s *site) mount(t *testing.T, path string, socket *zmq.Socket) *ws.Handler {
	t.Helper()
	h, err := ws.NewHandler(socket, ws.Config{})
	check(t, err)
	s.mux.Handle(path, h)
	return h
}

// page is a tab of the browser.
type page struct {
	t     *testing.T
	ctx   context.Context
	close context.CancelFunc
}

// open opens a tab. Its query says by which of the browser's two the module is to speak:
// "?WebSocket", or nothing for WebSocketStream.
func open(t *testing.T, address string) *page {
	t.Helper()
	browser := chromium.running(t)
	ctx, closeTab := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(closeTab)
	check(t, chromedp.Do(ctx)) // makes the tab, which lives as long as this context
	p := &page{t, ctx, closeTab}
	p.visit(address)
	return p
}

// visit loads another page in the tab.
func (p *page) visit(address string) {
	p.t.Helper()
	p.run(chromedp.Navigate(address))
}

// run has the browser do something.
func (p *page) run(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	check(p.t, chromedp.Do(ctx, actions...))
}

// await waits until an expression is true, in whatever page is there.
func (p *page) await(expression string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		// While one page takes the place of another there may be none to ask.
		if ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression)); err == nil && ok {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			p.t.Fatalf("it does not come true: %s", expression)
		}
	}
}

// start has the page run the body of an async function. The other function waits for its
// end, and decodes what it returned. What the page throws fails the test at once.
func (p *page) start(body string) func(result any) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	ended := make(chan []byte, 1)
	over := make(chan struct{})
	go func() {
		defer close(over)
		b, err := chromedp.Run(ctx, chromedp.Evaluate[[]byte]("(async () => {"+body+"})()", chromedp.EvalAwaitPromise))
		if err != nil && !errors.Is(ctx.Err(), context.Canceled) { // by the end of the test
			p.t.Errorf("the page says: %v", err)
		}
		ended <- b
	}()
	p.t.Cleanup(func() {
		cancel()
		<-over
	})
	return func(result any) {
		p.t.Helper()
		if b := <-ended; p.t.Failed() {
			p.t.FailNow()
		} else if result != nil {
			check(p.t, json.Unmarshal(b, result))
		}
	}
}

// do runs the body of an async function in the page.
func (p *page) do(body string) {
	p.t.Helper()
	p.start(body)(nil)
}

// eachKind runs a test by WebSocketStream and by WebSocket, in tabs of their own.
func eachKind(t *testing.T, test func(t *testing.T, s *site, p *page)) {
	for _, kind := range []string{"WebSocketStream", "WebSocket"} {
		t.Run(kind, func(t *testing.T) {
			s := newSite(t)
			p := open(t, s.URL+"/?"+kind)
			p.do("if (!globalThis." + kind + ") throw new Error('this browser has no " + kind + "')")
			test(t, s, p)
		})
	}
}

// newSocket returns a socket whose context must end cleanly with the test.
func newSocket(t *testing.T, typ zmq.SocketType, settings ...zmq.Setting) *zmq.Socket {
	t.Helper()
	c, err := zmq.NewContext(zmq.ContextConfig{Settings: []zmq.Setting{zmq.Linger.Of(0)}})
	check(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		check(t, c.Term(ctx))
	})
	s, err := c.NewSocket(typ, settings...)
	check(t, err)
	return s
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// within returns a context that ends when a call has waited with it for patience.
func within(t *testing.T) context.Context {
	ctx, cancel := zmqtest.Patient(patience)
	t.Cleanup(cancel)
	return ctx
}

// frames makes frames of texts.
func frames(texts ...string) [][]byte {
	var all [][]byte
	for _, text := range texts {
		all = append(all, []byte(text))
	}
	return all
}

// recv wants a message of these frames.
func recv(t *testing.T, s *zmq.Socket, want ...string) {
	t.Helper()
	m, err := s.Recv(within(t))
	check(t, err)
	if got := m.Strings(); !slices.Equal(got, want) {
		t.Fatalf("received %.80q, want %.80q", got, want)
	}
}

func send(t *testing.T, s *zmq.Socket, texts ...string) {
	t.Helper()
	check(t, s.Send(within(t), frames(texts...)...))
}
