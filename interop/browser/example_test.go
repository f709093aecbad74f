// SPDX-License-Identifier: Apache-2.0

package browser

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// root is the repository's folder.
const root = "../.."

// TestExample runs examples/browser as its reader does, by one command, uses its page, and
// keeps a picture of it in build/browser. Then the server goes, and the page says so.
func TestExample(t *testing.T) {
	chromium.running(t)
	program := filepath.Join(t.TempDir(), "example")
	build := exec.Command("go", "build", "-o", program, "./examples/browser")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	server := exec.Command(program, "-listen", "127.0.0.1:0")
	server.Stderr = os.Stderr
	out, err := server.StdoutPipe()
	check(t, err)
	check(t, server.Start())
	stop := func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	}
	t.Cleanup(stop)
	line, err := bufio.NewReader(out).ReadString('\n')
	check(t, err)

	p := open(t, strings.TrimSpace(strings.TrimPrefix(line, "open ")))
	p.run(chromedp.EmulateViewport(1200, 680, chromedp.EmulateScale(1.5)))
	p.await(`document.querySelector("#state").textContent === "connected"`)
	for _, asked := range [][2]string{{"gale", "a wind is a number from 0 to 100"}, {"25.5", "0.0 MW"}, {"9.5", "17.2 MW"}} {
		wind, answer := asked[0], asked[1]
		p.do(fmt.Sprintf(`
			document.querySelector("#wind").value = %q;
			document.querySelector("#question button").click();
		`, wind))
		p.await(fmt.Sprintf(`[...document.querySelectorAll("#answers li")].some((li) => li.textContent === "at %s m/s" + %q)`, wind, answer))
	}
	p.await(`[...document.querySelectorAll(".chart")].every((chart) => chart.dataset.points >= 30)`)
	picture(t, p, "example.png")

	stop()
	p.await(`/^not connected, next attempt in/.test(document.querySelector("#state").textContent)`)
}

// picture keeps what the tab shows as a file in build/browser.
func picture(t *testing.T, p *page, name string) {
	t.Helper()
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	check(t, err)
	dir := filepath.Join(root, "build", "browser")
	check(t, os.MkdirAll(dir, 0o755))
	check(t, os.WriteFile(filepath.Join(dir, name), png, 0o644))
}
