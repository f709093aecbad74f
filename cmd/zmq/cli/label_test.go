// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"strings"
	"testing"
)

func TestServerNamesItsClientsByNumber(t *testing.T) {
	server := startReading(t, idle(t), "server", "--bind", anyPort, "--count", "1")
	start(t, "", "client", "--connect", server.endpoint(t), "hello")
	server.ends(t, exitOK)
	number, text, _ := strings.Cut(server.out.String(), "\t")
	if number == "" || strings.Trim(number, "0123456789") != "" || text != "hello\n" {
		t.Errorf("it wrote %q", server.out.String())
	}
	start(t, "", "server", "--bind", anyPort, "nobody", "hello").ends(t, exitError)
	start(t, "", "server", "--bind", anyPort, "hello").ends(t, exitError)
}

func TestRadioSendsToAGroup(t *testing.T) {
	radio := start(t, "rain\nsun\n", "radio", "--bind", anyPort, "--group", "weather", "--wait-subscribers", "1")
	start(t, "", "dish", "--connect", radio.endpoint(t), "--join", "weather", "--join", "other", "--count", "2").wrote(t, "weather\train\nweather\tsun\n")
	radio.ends(t, exitOK)
	radio = start(t, "a\t1\nb\t2\n", "radio", "--bind", anyPort, "--wait-subscribers", "1")
	start(t, "", "dish", "--connect", radio.endpoint(t), "--join", "a", "--count", "1").wrote(t, "a\t1\n")
	radio.ends(t, exitOK)
}

// TestRadioWithoutADishSaysSo: after it has waited for one, as a PUB does.
func TestRadioWithoutADishSaysSo(t *testing.T) {
	radio := start(t, "", "radio", "--bind", anyPort, "--drop", "--group", "g", "lost")
	radio.waitFor(t, radio.errs, "there is no subscriber for the first message")
	radio.ends(t, exitOK)
}

// TestPeerThatConnectsSpeaksFirst: to the only peer that there is.
func TestPeerThatConnectsSpeaksFirst(t *testing.T) {
	bound := startReading(t, idle(t), "peer", "--bind", anyPort, "--count", "1")
	at := bound.endpoint(t)
	asks := startReading(t, idle(t), "peer", "--connect", at, "hello")
	asks.waitFor(t, asks.errs, at+" is peer ")
	bound.ends(t, exitOK)
	if number, text, _ := strings.Cut(bound.out.String(), "\t"); number == "" || text != "hello\n" {
		t.Errorf("it wrote %q", bound.out.String())
	}
	two := start(t, "", "peer", "--connect", at, "--connect", at, "hello")
	two.ends(t, exitError)
	if text := two.errs.String(); !strings.Contains(text, "the number of the peer that it is for") {
		t.Errorf("it says %q", text)
	}
}

func TestScatterAndGather(t *testing.T) {
	scatter := start(t, "1\n2\n", "scatter", "--bind", anyPort)
	start(t, "", "gather", "--connect", scatter.endpoint(t), "--count", "2").wrote(t, "1\n2\n")
	scatter.ends(t, exitOK)
}
