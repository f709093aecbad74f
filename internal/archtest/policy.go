// SPDX-License-Identifier: Apache-2.0

// The import policy. Do not change this data to fix a build: an arrow that is
// missing here is missing by design. To change the design, change this table
// and ARCHITECTURE.md in a commit that says why.

package archtest

// module is the import path of the root package; paths below are relative to it.
const module = "github.com/gozmq/zmq"

// row says what the packages of one folder may import besides the standard
// library.
type row struct {
	// pkg is the folder; "x/..." covers x and everything below, a row for
	// a folder itself comes before that, "." is package zmq.
	pkg string
	// ours lists packages of this module, in the notation of pkg.
	ours string
	// third lists modules of others; "*" allows any.
	third string
}

// Test files may import what their package may, the package itself, whatever
// those packages may in turn, and internal/zmqtest.
var policy = []row{
	// Codecs, tables and queues: nothing below them but the errors.
	{"internal/zerr", "", ""},
	{"internal/wire", "internal/zerr", ""},
	{"internal/pipe", "internal/wire internal/zerr", ""},
	{"internal/zap", "internal/wire internal/zerr", ""},
	{"internal/z85", "internal/zerr", ""},
	{"internal/opt", "internal/z85 internal/zerr", ""},

	// Reliable multicast: machines without sockets and clocks.
	{"internal/pgm/packet", "", ""},
	{"internal/pgm", "internal/pgm/packet internal/wire internal/zerr", ""},

	// Mechanisms: machines without I/O.
	// A cipher, which asks the processor what it has.
	{"internal/mechanism/salsa20", "", "golang.org/x/crypto golang.org/x/sys"},
	{"internal/mechanism/...", "internal/mechanism/... internal/wire internal/zerr", "golang.org/x/crypto"},

	// Patterns: which pipe, never how bytes travel.
	{"internal/pattern/trie", "", ""},
	{"internal/pattern", "internal/pattern/trie internal/pipe internal/wire internal/opt internal/zerr", ""},

	// Transports: how bytes travel, never what they mean. A transport is
	// a folder of its own and knows no other.
	{"internal/transport", "internal/zerr", "golang.org/x/sys golang.org/x/net"},
	{"internal/transport/multicast", "internal/transport internal/pgm internal/pgm/packet internal/zerr", "golang.org/x/sys golang.org/x/net"},
	{"internal/transport/...", "internal/transport internal/zerr", "golang.org/x/sys golang.org/x/net"},

	// One connection, one endpoint, and the only place where both sides meet.
	{"internal/engine", "internal/wire internal/mechanism/... internal/pipe internal/transport internal/opt internal/zerr", "golang.org/x/sys"},
	{"internal/session", "internal/engine internal/transport internal/pipe internal/opt internal/zerr", ""},
	{"internal/core", "internal/...", ""},

	// What works on sockets of core from outside, for the public API and the C ABI.
	{"internal/poller", "internal/core internal/zerr", "golang.org/x/sys"},
	{"internal/proxy", "internal/core internal/pattern internal/pipe internal/zerr", ""},

	// The public API, and what is built over it alone.
	{".", "internal/...", ""},
	{"auth/...", ". auth/...", "golang.org/x/crypto"},
	{"reqrep", ".", ""},
	// Publish-subscribe that can be caught up with.
	{"replay/diskstore", "replay/...", "go.etcd.io/bbolt"},
	{"replay/jetstream", "replay/...", "github.com/nats-io/nats.go github.com/nats-io/nats-server/v2 github.com/nats-io/nuid"}, // a module of its own
	{"replay/kvcache", "", "github.com/tinylib/msgp"},                                                                          // a module of its own
	{"replay/...", ". replay/...", ""},
	// Transports that not every program wants to pay for, put over tcp.
	{"ws", ". auth/... internal/transport/...", ""},
	// Files for web pages, in JavaScript.
	{"web", "", ""},
	{"compat/proof/...", ". compat/...", "*"}, // the originals, side by side
	{"compat/...", ". auth/... ws compat/...", ""},
	// Sockets, and the publishers and subscribers of streams.
	{"metrics/zmqprometheus", ". replay", "github.com/prometheus/client_golang"}, // a module of its own
	{"metrics/zmqexpvar", ". metrics/... replay", ""},
	{"metrics/...", ". metrics/...", ""},
	{"examples/...", ". auth/... reqrep ws web examples/...", ""},

	// Programs. They may use more of others: an importer does not pay for it.
	{"cmd/zmq/...", ". auth/... replay/... ws metrics/zmqstats cmd/zmq/...", "*"},
	{"cmd/zmqfix/...", "cmd/zmqfix/...", "*"},
	// The C library is a second public API beside package zmq: by number instead
	// of by type, over the same kernel.
	{"cmd/libzmq/...", "internal/core internal/opt internal/pattern internal/pipe internal/transport/... internal/z85 internal/zerr cmd/libzmq/...", ""},

	// What makes a release, and what counts the results of tests; they build nothing of ours.
	{"internal/release", "", ""},
	{"internal/conformance", "", ""},

	// Modules of their own, against real libzmq and beside the rivals.
	{"interop/...", ". auth/... internal/zmqtest/namespace replay reqrep ws web interop/...", "*"},
	{"bench/...", ". auth/... ws bench/...", "*"},

	// Black-box tests, a folder a theme, over one rig. They know the protocol from
	// the packages that encode it, and the tables that documents are written from.
	{"test/rig", ". internal/wire", ""},
	{"test/faults", ". internal/zmqtest/namespace", "golang.org/x/sys"},
	// Connections through SSH, and families of the system that may be missing.
	{"test/transport", ". auth/... ws test/rig", "golang.org/x/crypto golang.org/x/sys"},
	// Sockets whose counters the public API does not have.
	{"test/simulation", ". internal/core internal/opt internal/pattern internal/pipe internal/zerr", ""},
	{"test/...", ". auth/... replay reqrep ws test/rig internal/core internal/mechanism/... internal/opt internal/wire", ""},

	// For tests only; see testsOnly.
	{"internal/zmqtest", "", ""},
	{"internal/zmqtest/namespace", "", "golang.org/x/sys"},
	{"internal/archtest", "", ""},
}

// testsOnly lists the packages that only test files, and each other, may import.
var testsOnly = []string{"internal/zmqtest", "internal/zmqtest/namespace", "internal/archtest", "test/rig"}

// standIns are modules that programs put in the place of another by a replace line.
// Such a module has the other's path then, and "go mod tidy" fails for the program
// if a file of it, tests included, imports it by its own.
var standIns = []string{"compat/gozmq", "compat/zmq4"}

// vagueNames are names of packages and files that say nothing about what is in
// them.
var vagueNames = []string{
	"util", "utils", "common", "helper", "helpers", "base", "impl", "misc", "types", "interfaces",
}

// sleepers lists the test files that may call time.Sleep outside a synctest
// bubble, with the reason. A path is relative to the root.
var sleepers = map[string]string{
	"test/faults/peer_linux_test.go":    "a peer, a process of its own, sends at a pace and receives slowly",
	"test/faults/run_linux_test.go":     "scenarios happen in real time: that is what they are about",
	"test/faults/steps_linux_test.go":   "the same",
	"test/simulation/link_test.go":      "every test runs in a bubble; its clock is the bubble's",
	"test/simulation/weather_test.go":   "the same",
	"test/simulation/world_test.go":     "the same",
	"internal/core/addresses_test.go":   "every test runs in the bubble that inCloud makes; its clock is the bubble's",
	"internal/session/dialer_test.go":   "every test runs in the bubble that dialing makes; its clock is the bubble's",
	"internal/session/narrate_test.go":  "the test that sleeps runs in the bubble that dialing makes",
	"replay/chaos_test.go":              "everything but the test's own function runs in the bubble that it makes",
	"internal/session/listener_test.go": "every test runs in the bubble that listening makes; its clock is the bubble's",
}
