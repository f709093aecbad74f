// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows what is being measured: a bar on a terminal, now and then a line
// elsewhere.
type progress struct {
	out       io.Writer
	bar       *progressbar.ProgressBar // nil where there is no terminal
	done, all int
}

// linesInAll is about how many lines there are without a terminal.
const linesInAll = 50

func newProgress(out io.Writer, trials int) *progress {
	p := &progress{out: out, all: trials}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.bar = progressbar.NewOptions(trials, progressbar.OptionSetWriter(out), progressbar.OptionShowCount(),
			progressbar.OptionSetWidth(20), progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(true))
	}
	return p
}

// step says what comes next.
func (p *progress) step(what string) {
	switch {
	case p.bar != nil:
		p.bar.Describe(fmt.Sprintf("%-60s", what))
		if p.done > 0 {
			_ = p.bar.Add(1) // a bar that cannot be drawn is no reason to stop
		}
	case p.done%max(1, p.all/linesInAll) == 0:
		fmt.Fprintf(p.out, "%d/%d %s\n", p.done+1, p.all, what)
	}
	p.done++
}

func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
