// SPDX-License-Identifier: Apache-2.0

package gozmq

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// values are the constants of the original: the numbers of zmq.h in the version of
// ZeroMQ that has the name, EVENT_ALL the ten kinds of ZeroMQ 3.2.
var values = []struct {
	name      string
	got, want int64
}{
	{"AFFINITY", int64(AFFINITY), 4},
	{"BACKLOG", int64(BACKLOG), 19},
	{"CONFLATE", int64(CONFLATE), 54},
	{"CURVE_PUBLICKEY", int64(CURVE_PUBLICKEY), 48},
	{"CURVE_SECRETKEY", int64(CURVE_SECRETKEY), 49},
	{"CURVE_SERVER", int64(CURVE_SERVER), 47},
	{"CURVE_SERVERKEY", int64(CURVE_SERVERKEY), 50},
	{"DEALER", int64(DEALER), 5},
	{"DONTWAIT", int64(DONTWAIT), 1},
	{"DOWNSTREAM", int64(DOWNSTREAM), 8},
	{"EVENTS", int64(EVENTS), 15},
	{"EVENT_ACCEPTED", int64(EVENT_ACCEPTED), 32},
	{"EVENT_ACCEPT_FAILED", int64(EVENT_ACCEPT_FAILED), 64},
	{"EVENT_ALL", int64(EVENT_ALL), 0x3FF},
	{"EVENT_BIND_FAILED", int64(EVENT_BIND_FAILED), 16},
	{"EVENT_CLOSED", int64(EVENT_CLOSED), 128},
	{"EVENT_CLOSE_FAILED", int64(EVENT_CLOSE_FAILED), 256},
	{"EVENT_CONNECTED", int64(EVENT_CONNECTED), 1},
	{"EVENT_CONNECT_DELAYED", int64(EVENT_CONNECT_DELAYED), 2},
	{"EVENT_CONNECT_RETRIED", int64(EVENT_CONNECT_RETRIED), 4},
	{"EVENT_DISCONNECTED", int64(EVENT_DISCONNECTED), 512},
	{"EVENT_LISTENING", int64(EVENT_LISTENING), 8},
	{"FD", int64(FD), 14},
	{"FORWARDER", int64(FORWARDER), 2},
	{"HWM", int64(HWM), 1},
	{"IMMEDIATE", int64(IMMEDIATE), 39},
	{"IPV4ONLY", int64(IPV4ONLY), 31},
	{"IPV6", int64(IPV6), 42},
	{"LINGER", int64(LINGER), 17},
	{"MAXMSGSIZE", int64(MAXMSGSIZE), 22},
	{"MCAST_LOOP", int64(MCAST_LOOP), 10},
	{"MECHANISM", int64(MECHANISM), 43},
	{"MORE", int64(MORE), 1},
	{"NOBLOCK", int64(NOBLOCK), 1},
	{"PAIR", int64(PAIR), 0},
	{"PLAIN_PASSWORD", int64(PLAIN_PASSWORD), 46},
	{"PLAIN_SERVER", int64(PLAIN_SERVER), 44},
	{"PLAIN_USERNAME", int64(PLAIN_USERNAME), 45},
	{"POLLERR", int64(POLLERR), 4},
	{"POLLIN", int64(POLLIN), 1},
	{"POLLOUT", int64(POLLOUT), 2},
	{"PROBE_ROUTER", int64(PROBE_ROUTER), 51},
	{"PUB", int64(PUB), 1},
	{"PULL", int64(PULL), 7},
	{"PUSH", int64(PUSH), 8},
	{"QUEUE", int64(QUEUE), 3},
	{"RATE", int64(RATE), 8},
	{"RCVBUF", int64(RCVBUF), 12},
	{"RCVHWM", int64(RCVHWM), 24},
	{"RCVMORE", int64(RCVMORE), 13},
	{"RCVTIMEO", int64(RCVTIMEO), 27},
	{"RECONNECT_IVL", int64(RECONNECT_IVL), 18},
	{"RECONNECT_IVL_MAX", int64(RECONNECT_IVL_MAX), 21},
	{"RECOVERY_IVL", int64(RECOVERY_IVL), 9},
	{"RECOVERY_IVL_MSEC", int64(RECOVERY_IVL_MSEC), 20},
	{"REP", int64(REP), 4},
	{"REQ", int64(REQ), 3},
	{"REQ_CORRELATE", int64(REQ_CORRELATE), 52},
	{"REQ_RELAXED", int64(REQ_RELAXED), 53},
	{"ROUTER", int64(ROUTER), 6},
	{"ROUTER_MANDATORY", int64(ROUTER_MANDATORY), 33},
	{"ROUTER_RAW", int64(ROUTER_RAW), 41},
	{"SNDBUF", int64(SNDBUF), 11},
	{"SNDHWM", int64(SNDHWM), 23},
	{"SNDMORE", int64(SNDMORE), 2},
	{"SNDTIMEO", int64(SNDTIMEO), 28},
	{"STREAMER", int64(STREAMER), 1},
	{"SUB", int64(SUB), 2},
	{"SUBSCRIBE", int64(SUBSCRIBE), 6},
	{"SWAP", int64(SWAP), 3},
	{"TCP_ACCEPT_FILTER", int64(TCP_ACCEPT_FILTER), 38},
	{"TCP_KEEPALIVE", int64(TCP_KEEPALIVE), 34},
	{"TCP_KEEPALIVE_CNT", int64(TCP_KEEPALIVE_CNT), 35},
	{"TCP_KEEPALIVE_IDLE", int64(TCP_KEEPALIVE_IDLE), 36},
	{"TCP_KEEPALIVE_INTVL", int64(TCP_KEEPALIVE_INTVL), 37},
	{"TYPE", int64(TYPE), 16},
	{"UNSUBSCRIBE", int64(UNSUBSCRIBE), 7},
	{"UPSTREAM", int64(UPSTREAM), 7},
	{"XPUB", int64(XPUB), 9},
	{"XPUB_VERBOSE", int64(XPUB_VERBOSE), 40},
	{"XSUB", int64(XSUB), 10},
	{"DELAY_ATTACH_ON_CONNECT", int64(DELAY_ATTACH_ON_CONNECT), 39},
	{"FAIL_UNROUTABLE", int64(FAIL_UNROUTABLE), 33},
	{"IDENTITY", int64(IDENTITY), 5},
	{"XREP", int64(XREP), 6},
	{"XREQ", int64(XREQ), 5},
	{"ZAP_DOMAIN", int64(ZAP_DOMAIN), 55},
}

func TestEveryConstantHasTheValueOfTheOriginal(t *testing.T) {
	listed := make(map[string]bool)
	for _, v := range values {
		listed[v.name] = true
		if v.got != v.want {
			t.Errorf("%s is %d, in the original %d", v.name, v.got, v.want)
		}
	}
	text, err := os.ReadFile(filepath.Join("testdata", "api.txt"))
	must(t, err)
	for _, m := range regexp.MustCompile(`(?m)\tconst (\w+) `).FindAllStringSubmatch(string(text), -1) {
		if !listed[m[1]] {
			t.Errorf("the value of %s is not compared", m[1])
		}
	}
}
