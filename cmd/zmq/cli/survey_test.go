// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
)

func TestProbeOfManyEndpoints(t *testing.T) {
	web := httptest.NewServer(http.NotFoundHandler())
	defer web.Close()
	_, router := bound(t, zmq.ROUTER, zmq.RoutingID.Of([]byte("me")))
	_, pull := bound(t, zmq.PULL)
	gone := refusing(t)
	page := strings.Replace(web.URL, "http://", "tcp://", 1)
	list := "# of mine\n" + router + "\n\n" + gone + "\n" + page + "\n" + pull + "\n"
	survey := func(timeout string) (got []surveyed, said string) {
		p := start(t, list, "probe", "--format", "json", "--expect-type", "router", "--timeout", timeout)
		p.ends(t, exitError)
		d := json.NewDecoder(strings.NewReader(p.out.String()))
		for d.More() {
			var r surveyed
			if err := d.Decode(&r); err != nil {
				t.Fatal(err)
			}
			r.Connect = 0
			got = append(got, r)
		}
		return got, p.errs.String()
	}
	want := []surveyed{
		{Endpoint: router, State: "ok", Protocol: "ZMTP 3.1", Mechanism: "NULL", Type: "ROUTER", Identity: "me"},
		{Endpoint: gone, State: "refused"},
		{Endpoint: page, State: "http"},
		{Endpoint: pull, State: "unexpected", Protocol: "ZMTP 3.1", Mechanism: "NULL", Type: "PULL"},
	}
	got, said := survey("2s")
	if slices.ContainsFunc(got, func(r surveyed) bool { return r.State == "silent" }) { // on a machine that is held up
		got, said = survey("20s")
	}
	if len(got) != len(want) {
		t.Fatalf("it writes %+v", got)
	}
	for i := range want {
		if want[i].State != "ok" && got[i].Reason == "" {
			t.Errorf("%s: no reason", got[i].Endpoint)
		}
		got[i].Reason = ""
		if got[i] != want[i] {
			t.Errorf("%+v, want %+v", got[i], want[i])
		}
	}
	if !strings.Contains(said, "3 of 4 endpoints are not as they should be") {
		t.Errorf("it says %q", said)
	}
	one := start(t, "", "probe", router, "--timeout", "30s")
	one.wrote(t, router+"  ok  ZMTP 3.1 NULL ROUTER identity \"me\"\n")
	start(t, "", "probe").ends(t, exitUsage)
	start(t, "", "probe", "http://x").ends(t, exitUsage)
}

func TestProbeSaysWhetherTheKeyIsRight(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"server", "other"} {
		start(t, "", "keygen", "--out", filepath.Join(dir, name)).ends(t, exitOK)
	}
	server := startReading(t, idle(t), "router", anyPort0, "--insecure-any-key", "--curve-server", filepath.Join(dir, "server.key_secret"))
	where := server.endpoint(t)
	start(t, "", "probe", where, "--timeout", "30s", "--server-key", filepath.Join(dir, "server.key"), "--expect-type", "router").
		wrote(t, where+"  ok  ZMTP 3.1 CURVE ROUTER\n")
	p := start(t, "", "probe", where, "--timeout", "30s", "--server-key", filepath.Join(dir, "other.key"))
	p.ends(t, exitError)
	if text := p.out.String(); !strings.HasPrefix(text, where+"  denied  ") || !strings.Contains(text, "a wrong --server-key looks like this") {
		t.Errorf("it says %q", text)
	}
}

func TestPingOfASavedContext(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", home)
	t.Setenv("HOME", home)
	t.Setenv("AppData", home)
	_, where := bound(t, zmq.PULL)
	start(t, "", "context", "save", "c", "--connect", where).ends(t, exitOK)
	p := start(t, "", "ping", "--context", "c", "--count", "0", "--timeout", "30s")
	p.ends(t, exitOK)
	if !strings.Contains(p.out.String(), "handshake with a PULL") {
		t.Errorf("it says %q", p.out)
	}
	start(t, "", "ping").ends(t, exitUsage)
}
