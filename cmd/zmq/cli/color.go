// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// paints reports whether a writer is to get colours, which is where it is a terminal, unless
// NO_COLOR (https://no-color.org) or the terminal's type says otherwise.
func paints(w io.Writer, when string) (bool, error) {
	switch when {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "auto":
		return terminal(w) != nil && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb", nil
	}
	return false, fmt.Errorf("--color %s: there are auto, always and never", when)
}

// terminal returns the terminal that w or r is; nil if it is none.
func terminal(stream any) *os.File {
	if l, ok := stream.(*lockedWriter); ok {
		stream = l.w
	}
	f, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return f
}

// red returns a text in the colour of errors if that is wanted.
func red(text string, painted bool) string {
	if !painted {
		return text
	}
	return "\x1b[31;1m" + text + "\x1b[0m"
}
