// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"go/version"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// neededGo is what the code itself needs: sync.WaitGroup.Go and testing/synctest.
const neededGo = "1.25.0"

// importable are the modules that programs import, whose go directives raise the
// programs' own and with them the defaults of GODEBUG.
var importable = []string{".", "compat/gozmq", "compat/zmq4", "compat/zmq4/draft", "compat/gozeromq", "compat/gozeromq/replace", "metrics/zmqprometheus"}

func TestGoDirectivesAreAsLowAsTheDependenciesAllow(t *testing.T) {
	for _, dir := range importable {
		cmd := exec.Command("go", "list", "-m", "-f", "{{.Main}} {{.Path}} {{.GoVersion}}", "all")
		cmd.Dir = filepath.Join("..", "..", filepath.FromSlash(dir))
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: go list: %v", dir, err)
		}
		own, lowest, because := "", neededGo, "the code"
		for line := range strings.Lines(string(out)) {
			f := strings.Fields(line)
			switch {
			case len(f) < 3: // not needed for any package, so that its go.mod was not read
			case f[0] == "true":
				own = f[2]
			case strings.HasPrefix(f[1], "github.com/gozmq/zmq"): // has a turn of its own
			case version.Compare("go"+f[2], "go"+lowest) > 0:
				lowest, because = f[2], f[1]
			}
		}
		if own != lowest {
			t.Errorf("%s: go.mod says go %s, %s needs %s", dir, own, because, lowest)
		}
	}
}
