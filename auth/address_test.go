// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"strings"
	"testing"
)

// TestAddressRules: Deny comes before Allow, an empty Allow accepts every address, and
// ipc peers are accepted by user.
func TestAddressRules(t *testing.T) {
	deny := Rules{Deny: MustParseAddresses("192.0.2.0/24", "2001:db8::/32", "10.1.2.3")}
	allow := Rules{Allow: MustParseAddresses("10.0.0.0/8", "::1", "fe80::/10")}
	both := Rules{Deny: deny.Deny, Allow: allow.Allow}
	users := Rules{AllowUIDs: []int{0, 1000}}
	all := Rules{Allow: allow.Allow, AllowUIDs: []int{1000}}
	mapped := Rules{Deny: MustParseAddresses("::ffff:192.0.2.0/120", "::ffff:10.1.2.3")}
	for _, c := range []struct {
		name    string
		rules   Rules
		address string
		want    string // "" for allowed, or what the reason has
	}{
		{"no rules", Rules{}, "198.51.100.7", ""},
		{"no rules", Rules{}, "", ""},
		{"no rules", Rules{}, "localhost:1000:1000:77", ""},
		{"no rules", Rules{}, "what is this", "not understood"},
		{"denied range", deny, "192.0.2.255", "is denied"},
		{"denied range", deny, "192.0.3.0", ""},
		{"denied range", deny, "::ffff:192.0.2.1", "is denied"},
		{"denied range", deny, "2001:db8:1::1", "is denied"},
		{"denied range", deny, "2001:db9::1", ""},
		{"denied address", deny, "10.1.2.3", "is denied"},
		{"denied address", deny, "10.1.2.4", ""},
		{"a deny list alone", deny, "localhost:0:0:1", ""},
		{"a deny list alone", deny, "", ""},
		{"allowed range", allow, "10.255.255.255", ""},
		{"allowed range", allow, "11.0.0.0", "not on the list"},
		{"allowed range", allow, "::1", ""},
		{"allowed range", allow, "::2", "not on the list"},
		{"a zone", allow, "fe80::1%eth0", ""},
		{"no address", allow, "", "without an address"},
		{"ipc", allow, "localhost:1000:1000:77", "user 1000"},
		{"denied and allowed", both, "10.1.2.3", "is denied"},
		{"denied and allowed", both, "10.1.2.4", ""},
		{"users alone", users, "localhost:1000:100:77", ""},
		{"users alone", users, "localhost:0:100:", ""},
		{"users alone", users, "localhost:1001:1000:77", "user 1001"},
		{"users alone", users, "localhost:-1:1000:77", "not understood"},
		{"users alone", users, "localhost:99999999999:1000:77", "not understood"},
		{"users alone", users, "localhost:1000", "not understood"},
		{"users alone", users, "127.0.0.1", "not on the list"},
		{"both lists", all, "localhost:1000:1:1", ""},
		{"both lists", all, "10.0.0.1", ""},
		{"rules of mapped addresses", mapped, "192.0.2.1", "is denied"},
		{"rules of mapped addresses", mapped, "10.1.2.3", "is denied"},
		{"rules of mapped addresses", mapped, "10.1.2.4", ""},
	} {
		err := c.rules.checkAddress(c.address)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %q: %v, want %q", c.name, c.address, err, c.want)
		}
	}
}

// TestAddressComesBeforeCredentials: a refused address is no way to try passwords.
func TestAddressComesBeforeCredentials(t *testing.T) {
	r := with(t, Rules{Deny: MustParseAddresses("127.0.0.1"), Passwords: PasswordMap{"alice": "secret"}})
	r.peer("PLAIN", "alice", "secret").is(t, "400", "address 127.0.0.1 is denied")
	r.peer("PLAIN", "alice", "wrong").is(t, "400", "address 127.0.0.1 is denied")
}

func TestParseAddresses(t *testing.T) {
	for _, text := range []string{"", "localhost", "10.0.0.0/33", "10.0.0", "10.0.0.1/", "/8", "fe80::1%eth0", "10.0.0.0/-1", "1.2.3.4:5", "*"} {
		if p, err := ParseAddresses("127.0.0.1", text); err == nil {
			t.Errorf("%q is %v", text, p)
		}
	}
	p, err := ParseAddresses("10.1.2.3/8", " 192.0.2.1 ", "::ffff:192.0.2.1", "::/0")
	if err != nil || p[0].String() != "10.0.0.0/8" || p[1].String() != "192.0.2.1/32" || p[2] != p[1] || p[3].String() != "::/0" {
		t.Errorf("%v, %v", p, err)
	}
	defer func() {
		if recover() == nil {
			t.Error("MustParseAddresses takes anything")
		}
	}()
	MustParseAddresses("localhost")
}
