// SPDX-License-Identifier: Apache-2.0

package mechanism

import "testing"

// RFC 27 has numbers for the verdicts of a handler, which say little to a reader.
func TestRefusalPutsTheStatusInWords(t *testing.T) {
	for reason, want := range map[string]string{
		"300":       "zmq: the peer refused the connection: try again later (300)",
		"400":       "zmq: the peer refused the connection: authentication denied (400)",
		"500":       "zmq: the peer refused the connection: its authentication handler failed (500)",
		"200":       `zmq: the peer refused the connection: "200"`,
		"go\naway!": `zmq: the peer refused the connection: "go?away!"`,
	} {
		body := errorCommand(reason)
		_, data, err := parse(body)
		if err != nil {
			t.Fatal(err)
		}
		if reason == "go\naway!" { // as a peer without regard for RFC 37 sends it
			data[3] = '\n'
		}
		if got := refusal(data).Error(); got != want {
			t.Errorf("%q: %s, want %s", reason, got, want)
		}
	}
}
