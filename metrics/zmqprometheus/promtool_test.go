// SPDX-License-Identifier: Apache-2.0

package zmqprometheus_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gozmq/zmq/metrics/zmqprometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// promtool runs the command that comes with Prometheus. ZMQ_PROMTOOL says where it is; a
// system need not have it.
func promtool(t *testing.T, args ...string) {
	t.Helper()
	name, err := exec.LookPath(cmp.Or(os.Getenv("ZMQ_PROMTOOL"), "promtool"))
	if err != nil {
		t.Skip("NOT TESTED: there is no promtool (Debian: prometheus), or ZMQ_PROMTOOL names none")
	}
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// TestRulesFireOnWhatTheyAreAbout: Prometheus reads the rules, and its own tests of them
// pass.
func TestRulesFireOnWhatTheyAreAbout(t *testing.T) {
	promtool(t, "check", "rules", "--lint-fatal", "../../docs/production/rules.yml")
	promtool(t, "test", "rules", "testdata/rules_test.yml")
}

// TestQueriesOfTheDashboard: Prometheus understands each query, with the variables of
// Grafana replaced as Grafana does.
func TestQueriesOfTheDashboard(t *testing.T) {
	text, err := os.ReadFile("../../docs/production/grafana.json")
	check(t, err)
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	check(t, json.Unmarshal(text, &dashboard))
	rules := "groups:\n  - name: dashboard\n    rules:\n"
	n := 0
	for _, p := range dashboard.Panels {
		if len(p.Targets) == 0 {
			t.Errorf("panel %q has no query", p.Title)
		}
		for _, q := range p.Targets {
			expr := strings.NewReplacer("$__rate_interval", "1m", "$job", ".*", "$instance", ".*").Replace(q.Expr)
			if strings.Contains(expr, "$") {
				t.Errorf("panel %q has a variable that is not known: %s", p.Title, expr)
			}
			n++
			rules += fmt.Sprintf("      - {record: query_%d, expr: %q}\n", n, expr)
		}
	}
	if n < 8 {
		t.Errorf("the dashboard has %d queries", n)
	}
	file := filepath.Join(t.TempDir(), "queries.yml")
	check(t, os.WriteFile(file, []byte(rules), 0o600))
	promtool(t, "check", "rules", file)
}

// TestMetricsFollowTheNamingOfPrometheus: names, units and help texts are as Prometheus
// advises.
func TestMetricsFollowTheNamingOfPrometheus(t *testing.T) {
	c, _, _ := newPair(t)
	problems, err := testutil.CollectAndLint(zmqprometheus.NewCollector(c, zmqprometheus.Config{Peers: true}))
	check(t, err)
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}
