// SPDX-License-Identifier: Apache-2.0

package opt

import (
	"fmt"
	"strings"
	"testing"
)

// master is libzmq 4.3.6, a line an option: number, name, access,
// type, default, accepted values, effect, and whether it is deprecated (old)
// or a draft. Do not change it to fix a test.
const master = `
4 AFFINITY RW u64 0 raw8 next -
5 ROUTING_ID RW bin 0 bytes(1..255) next -
6 SUBSCRIBE W bin 0 bytes now -
7 UNSUBSCRIBE W bin 0 bytes now -
8 RATE RW int 100 int>0 next -
9 RECOVERY_IVL RW int 10000 int>=0 next -
11 SNDBUF RW int -1 int>=-1 next -
12 RCVBUF RW int -1 int>=-1 next -
13 RCVMORE R int 0 - - -
14 FD R int -1 - - -
15 EVENTS R int 0 - - -
16 TYPE R int 0 - - -
17 LINGER RW int -1 int>=-1 close -
18 RECONNECT_IVL RW int 100 int>=-1 next -
19 BACKLOG RW int 100 int>=0 next -
21 RECONNECT_IVL_MAX RW int 0 int>=0 next -
22 MAXMSGSIZE RW i64 -1 raw8 next -
23 SNDHWM RW int 1000 int>=0 pipe -
24 RCVHWM RW int 1000 int>=0 pipe -
25 MULTICAST_HOPS RW int 1 int>0 next -
27 RCVTIMEO RW int -1 int>=-1 call -
28 SNDTIMEO RW int -1 int>=-1 call -
31 IPV4ONLY RW int 1 bool01 next old
32 LAST_ENDPOINT R str 0 - - -
33 ROUTER_MANDATORY W int 0 bool>=0 now -
34 TCP_KEEPALIVE RW int -1 -1..1 next -
35 TCP_KEEPALIVE_CNT RW int -1 int>=-1 next -
36 TCP_KEEPALIVE_IDLE RW int -1 int>=-1 next -
37 TCP_KEEPALIVE_INTVL RW int -1 int>=-1 next -
38 TCP_ACCEPT_FILTER W list 0 strict(255) next old
39 IMMEDIATE RW int 0 bool01 next -
40 XPUB_VERBOSE W int 0 bool>=0 now -
41 ROUTER_RAW W int 0 bool>=0 next old
42 IPV6 RW int 0 bool01 next -
43 MECHANISM R int 0 - - -
44 PLAIN_SERVER RW int 0 bool01 next -
45 PLAIN_USERNAME RW str 0 strict(255) next -
46 PLAIN_PASSWORD RW str 0 strict(255) next -
47 CURVE_SERVER RW int 0 bool01 next -
48 CURVE_PUBLICKEY RW bin 0 key next -
49 CURVE_SECRETKEY RW bin 0 key next -
50 CURVE_SERVERKEY RW bin 0 key next -
51 PROBE_ROUTER W int 0 bool>=0 now -
52 REQ_CORRELATE W int 0 bool>=0 now -
53 REQ_RELAXED W int 0 bool>=0 now -
54 CONFLATE RW int 0 bool01 next -
55 ZAP_DOMAIN RW str 0 nonempty(255) next -
56 ROUTER_HANDOVER W int 0 bool>=0 now -
57 TOS RW int 0 int>=0 next -
58 IPC_FILTER_PID W list 0 id next old
59 IPC_FILTER_UID W list 0 id next old
60 IPC_FILTER_GID W list 0 id next old
61 CONNECT_ROUTING_ID W bin 0 nonempty next -
62 GSSAPI_SERVER RW int 0 bool01 next -
63 GSSAPI_PRINCIPAL RW str 0 nonempty(255) next -
64 GSSAPI_SERVICE_PRINCIPAL RW str 0 nonempty(255) next -
65 GSSAPI_PLAINTEXT RW int 0 bool01 next -
66 HANDSHAKE_IVL RW int 30000 int>=0 next -
68 SOCKS_PROXY RW str 0 strict next -
69 XPUB_NODROP W int 0 bool>=0 now -
71 XPUB_MANUAL W int 0 bool>=0 now -
72 XPUB_WELCOME_MSG W bin 0 bin-any now -
73 STREAM_NOTIFY W int 1 bool01 next -
74 INVERT_MATCHING RW int 0 boolInt now -
75 HEARTBEAT_IVL RW int 0 int>=0 next -
76 HEARTBEAT_TTL RW int 0 -99..6553599 next -
77 HEARTBEAT_TIMEOUT RW int -1 int>=0 next -
78 XPUB_VERBOSER W int 0 bool>=0 now -
79 CONNECT_TIMEOUT RW int 0 int>=0 next -
80 TCP_MAXRT RW int 0 int>=0 next -
81 THREAD_SAFE R int 0 - - -
84 MULTICAST_MAXTPDU RW int 1500 int>0 next -
85 VMCI_BUFFER_SIZE W u64 0 raw8 next -
86 VMCI_BUFFER_MIN_SIZE W u64 0 raw8 next -
87 VMCI_BUFFER_MAX_SIZE W u64 0 raw8 next -
88 VMCI_CONNECT_TIMEOUT W int -1 any4 next -
89 USE_FD RW int -1 int>=-1 next -
90 GSSAPI_PRINCIPAL_NAMETYPE RW int 0 0..2 next -
91 GSSAPI_SERVICE_PRINCIPAL_NAMETYPE RW int 0 0..2 next -
92 BINDTODEVICE RW str 0 strict(16) next -
93 ZAP_ENFORCE_DOMAIN RW int 0 boolInt next draft
94 LOOPBACK_FASTPATH RW int 0 boolInt next draft
95 METADATA W list 0 property next draft
96 MULTICAST_LOOP RW int 1 boolInt next draft
97 ROUTER_NOTIFY RW int 0 0..3 next draft
98 XPUB_MANUAL_LAST_VALUE W int 0 bool>=0 now draft
99 SOCKS_USERNAME RW str 0 clears(255) next draft
100 SOCKS_PASSWORD RW str 0 clears(255) next draft
101 IN_BATCH_SIZE RW int 8192 int>0 next draft
102 OUT_BATCH_SIZE RW int 8192 int>0 next draft
103 WSS_KEY_PEM W str 0 bin-any next draft
104 WSS_CERT_PEM W str 0 bin-any next draft
105 WSS_TRUST_PEM W str 0 bin-any next draft
106 WSS_HOSTNAME W str 0 bin-any next draft
107 WSS_TRUST_SYSTEM W int 0 bool01 next draft
108 ONLY_FIRST_SUBSCRIBE W int 0 bool>=0 now draft
109 RECONNECT_STOP RW int 0 any4 next draft
110 HELLO_MSG W bin 0 bin-any next draft
111 DISCONNECT_MSG W bin 0 bin-any next draft
112 PRIORITY RW int 0 int>=0 next draft
113 BUSY_POLL W int 0 any4 next draft
114 HICCUP_MSG W bin 0 bin-any next draft
115 XSUB_VERBOSE_UNSUBSCRIBE W int 0 any4 now draft
116 TOPICS_COUNT R int 0 - - draft
117 NORM_MODE RW int 1 0..4 next draft
118 NORM_UNICAST_NACK RW int 0 bool01 next draft
119 NORM_BUFFER_SIZE RW int 2048 int>0 next draft
120 NORM_SEGMENT_SIZE RW int 1400 int>0 next draft
121 NORM_BLOCK_SIZE RW int 16 1..255 next draft
122 NORM_NUM_PARITY RW int 4 0..254 next draft
123 NORM_NUM_AUTOPARITY RW int 0 0..254 next draft
124 NORM_PUSH RW int 0 bool01 next draft
`

// bounds is what a class of accepted values means for a Spec.
type bounds struct {
	min, max       int64
	minLen, maxLen int
	clears         bool
	form           form
}

var classes = map[string]bounds{
	"raw8":          {min: min64, max: max64},
	"any4":          {min: minInt, max: maxInt},
	"boolInt":       {min: minInt, max: maxInt},
	"bool>=0":       {max: maxInt},
	"bool01":        {max: 1},
	"int>0":         {min: 1, max: maxInt},
	"int>=0":        {max: maxInt},
	"int>=-1":       {min: -1, max: maxInt},
	"-1..1":         {min: -1, max: 1},
	"0..2":          {max: 2},
	"0..3":          {max: 3},
	"0..4":          {max: 4},
	"0..254":        {max: 254},
	"1..255":        {min: 1, max: 255},
	"-99..6553599":  {min: -99, max: 6553599, form: formTenths},
	"bytes":         {},
	"bytes(1..255)": {minLen: 1, maxLen: 255},
	"bin-any":       {clears: true},
	"strict":        {minLen: 1, clears: true},
	"strict(16)":    {minLen: 1, maxLen: 16, clears: true},
	"strict(255)":   {minLen: 1, maxLen: 255, clears: true},
	"clears(255)":   {maxLen: 255, clears: true},
	"nonempty":      {minLen: 1},
	"nonempty(255)": {minLen: 1, maxLen: 255},
	"key":           {minLen: 32, maxLen: 41, form: formKey},
	"id":            {minLen: 1, clears: true},
	"property":      {minLen: 1, form: formProperty},
}

var (
	accesses = map[string]Access{"RW": ReadWrite, "R": ReadOnly, "W": WriteOnly}
	whens    = map[string]When{"next": Next, "now": Now, "pipe": Pipe, "call": Call, "close": Close, "-": Never}
)

// sooner are the options that a change reaches at once here, and only with the
// next connection in libzmq, which copies them: our patterns read them live.
var sooner = map[Num]bool{RouterNotify: true, StreamNotify: true, DisconnectMessage: true, HiccupMessage: true}

func TestTableIsLibzmqs(t *testing.T) {
	seen := 0
	for line := range strings.Lines(strings.TrimSpace(master)) {
		var n Num
		var def int64
		var name, access, typ, class, when, age string
		if _, err := fmt.Sscan(line, &n, &name, &access, &typ, &def, &class, &when, &age); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		seen++
		sp, ok := Lookup(n)
		if !ok {
			t.Errorf("%d %s is missing", n, name)
			continue
		}
		applies := whens[when]
		if sooner[n] {
			applies = Now
		}
		if sp.Name != name || sp.Access != accesses[access] || sp.When != applies {
			t.Errorf("%d %s: is %s, %v, %v", n, name, sp.Name, sp.Access, sp.When)
		}
		if sp.Draft != (age == "draft") || sp.Deprecated != (age == "old") {
			t.Errorf("%s: draft %v, deprecated %v", name, sp.Draft, sp.Deprecated)
		}
		if got := typeOf(sp); got != typ {
			t.Errorf("%s: type %s, want %s", name, got, typ)
		}
		if sp.LibzmqDefault.I != def {
			t.Errorf("%s: default %d, want %d", name, sp.LibzmqDefault.I, def)
		}
		if sp.Access != ReadOnly {
			checkClass(t, sp, class)
		}
	}
	for _, sp := range Table() {
		if sp.Num <= lastLibzmq {
			seen--
		}
	}
	if seen != 0 {
		t.Errorf("%d options of libzmq are missing", seen)
	}
}

func typeOf(sp *Spec) string {
	switch sp.Kind {
	case Uint64:
		return "u64"
	case Int64:
		return "i64"
	case Bytes:
		return "bin"
	case String:
		return "str"
	case List:
		return "list"
	}
	return "int"
}

func checkClass(t *testing.T, sp *Spec, class string) {
	want, ok := classes[class]
	if !ok {
		t.Fatalf("%s: class %s is unknown", sp.Name, class)
	}
	switch sp.Num {
	case TCPAcceptFilter:
		want.form = formRange
	case IPCFilterPID:
		want.form = formPID
	case IPCFilterUID, IPCFilterGID:
		want.form = formID
	}
	if got := (bounds{sp.Min, sp.Max, sp.MinLen, sp.MaxLen, sp.Clears, sp.form}); got != want {
		t.Errorf("%s: bounds %+v, want %+v", sp.Name, got, want)
	}
	if isBool := strings.HasPrefix(class, "bool"); sp.Kind == Bool && !isBool && class != "any4" || sp.Kind != Bool && isBool {
		t.Errorf("%s: kind %v for class %s", sp.Name, sp.Kind, class)
	}
}
