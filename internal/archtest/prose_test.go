// SPDX-License-Identifier: Apache-2.0

package archtest

import "testing"

func TestProseNamesTheActor(t *testing.T) { report(t, checkProse(load(t), documents(t))) }

func TestCheckProse(t *testing.T) {
	got := checkProse(plant(t,
		"internal/pipe/a.go", `package pipe

// take wakes whoever waits. The message "nobody" has 4 octets, a whole one.
// Its who, nobodyWaits and octetString are other words:
//
//	for nobody, octets
var nobody = "who has octets"

func f(octets int) { lastOctet := octets; _ = lastOctet }
`,
		"internal/wire/b.go", "package wire // 4 octets for everybody\n\nvar octets int\n",
		"internal/opt/sub/d.go", "package sub // somebody, and `who` in code\n",
	), []*document{
		parseDocument("README.md", "Who is there\n```\nanybody\n```\nOne octet, `someone`\n"),
	})
	wantEach(t, got,
		`internal/pipe/a.go:3: name the actor instead of "whoever"`,
		`internal/pipe/a.go:3: bytes instead of "octets"`,
		`internal/pipe/a.go:4: name the actor instead of "who"`,
		`internal/pipe/a.go:9: bytes instead of octets in "octets"`,
		`internal/pipe/a.go:9: bytes instead of octets in "lastOctet"`,
		`internal/wire/b.go:1: name the actor instead of "everybody"`,
		`internal/opt/sub/d.go:1: name the actor instead of "somebody"`,
		`README.md:1: name the actor instead of "Who"`,
		`README.md:5: bytes instead of "octet"`)
}
