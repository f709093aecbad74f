// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/interop/peer"
)

// lastNumber is beyond every option of libzmq.
const lastNumber = 130

// TestOptionsByNumberBehaveAsInLibzmq walks all numbers on all types, with
// LibzmqDefaults: what an option is at first, which bytes it takes, and what it
// is then.
func TestOptionsByNumberBehaveAsInLibzmq(t *testing.T) {
	libzmq := peer.Start(t)
	w := walk{t: t, libzmq: libzmq, found: map[string][]string{}}
	for typ := zmq.PAIR; typ <= zmq.STREAM; typ++ {
		for n := range lastNumber {
			w.option(typ, opt.Num(n))
		}
	}
	for difference, types := range w.found {
		t.Errorf("%s\n\ton %s", difference, strings.Join(slices.Compact(types), " "))
	}
}

// walk compares and gathers differences, each with the types that it was seen
// on.
type walk struct {
	t      *testing.T
	libzmq *peer.Process
	found  map[string][]string
}

func (w *walk) differs(typ zmq.SocketType, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	w.found[text] = append(w.found[text], typ.String())
}

func (w *walk) option(typ zmq.SocketType, n opt.Num) {
	if (n == opt.Subscribe || n == opt.Unsubscribe) && (typ == zmq.PUB || typ == zmq.XPUB) {
		return // only with XPUB_MANUAL: a matter of the socket
	}
	probe := w.libzmq.Socket(typ.String(), nil)
	defer probe.Close()
	if absent(probe, n) {
		return
	}
	theirs := w.libzmq.Socket(typ.String(), nil)
	defer theirs.Close()
	mine := byNumber{typ: typ.String(), set: opt.NewSet(true)}
	w.compare(typ, n, theirs, mine, "at first")
	for _, value := range valuesOf(n) {
		theirErr, ourErr := theirs.SetRaw(int(n), value), mine.put(n, value)
		if (theirErr == nil) != (ourErr == nil) {
			w.differs(typ, "%d %v: %s: libzmq says %v, ours %v", n, n, show(value), theirErr, ourErr)
			continue
		}
		if ourErr == nil {
			w.compare(typ, n, theirs, mine, "after "+show(value))
		}
	}
}

var bufferSizes = []int{0, 3, 4, 8, 32, 41, 300}

// compare reads an option on both sides, with buffers of every size that any
// option has.
func (w *walk) compare(typ zmq.SocketType, n opt.Num, theirs *peer.Socket, mine byNumber, when string) {
	switch n {
	case opt.FD, opt.Events, opt.LastEndpoint, opt.Type:
		return // not a matter of the table: the socket answers
	case opt.Linger:
		if when == "at first" {
			return // 0 on SUB and XSUB: a matter of the socket
		}
	}
	for _, size := range bufferSizes {
		theirValue, theirErr := theirs.GetRaw(int(n), size)
		ourValue, ourErr := mine.get(n, size)
		if (theirErr == nil) != (ourErr == nil) || !bytes.Equal(theirValue, ourValue) {
			w.differs(typ, "%d %v %s, buffer of %d: libzmq has %s (%v), ours %s (%v)",
				n, n, when, size, show(theirValue), theirErr, show(ourValue), ourErr)
		}
	}
}

// byNumber is our answer to zmq_setsockopt and zmq_getsockopt on a type.
type byNumber struct {
	typ string
	set *opt.Set
}

func (o byNumber) put(n opt.Num, value []byte) error {
	sp, ok := opt.Lookup(n)
	if !ok || !sp.Accepts(o.typ) {
		return zmq.ErrUnknownOption
	}
	v, err := opt.FromRaw(sp, value)
	if err != nil {
		return err
	}
	return o.set.Put(n, v)
}

func (o byNumber) get(n opt.Num, size int) ([]byte, error) {
	sp, ok := opt.Lookup(n)
	if !ok || sp.Access == opt.ReadOnly && !sp.Accepts(o.typ) {
		return nil, zmq.ErrUnknownOption
	}
	buf := make([]byte, size)
	length, err := opt.ToRaw(sp, o.set.Get(n), buf)
	if err != nil {
		return nil, err
	}
	return buf[:length], nil
}

// valuesOf returns bytes at and beyond the bounds of every kind of option, and
// some that only that one understands.
func valuesOf(n opt.Num) [][]byte {
	var all [][]byte
	for _, i := range []int{math.MinInt32, -100, -99, -2, -1, 0, 1, 2, 3, 4, 5, 100, 199, 254, 255, 256, 65535, 65536, 6553599, 6553600, math.MaxInt32} {
		all = append(all, binary.NativeEndian.AppendUint32(nil, uint32(i)))
	}
	for _, i := range []int64{math.MinInt64, -1, 0, 1, math.MaxInt64} {
		all = append(all, binary.NativeEndian.AppendUint64(nil, uint64(i)))
	}
	if n == opt.TCPAcceptFilter {
		// Not "1", which the C library takes for 0.0.0.1 and ours does not.
		return append(all, nil, []byte("127.0.0.1"), []byte("127.0.0.1/8"), []byte("127.0.0.1/33"), []byte("127.0.0.1/"), []byte("::1"), []byte("x"))
	}
	for _, size := range []int{0, 1, 3, 5, 15, 16, 17, 31, 32, 33, 40, 41, 42, 255, 256} {
		all = append(all, bytes.Repeat([]byte{'1'}, size))
	}
	switch n {
	case opt.Metadata:
		all = append(all, []byte("X-a:b"), []byte("X-a:"), []byte("a:b"), []byte("X-ab"), []byte(":X-a"))
	case opt.RoutingID:
		all = append(all, []byte{0}, []byte("\x00abc"))
	}
	return all
}

func show(value []byte) string {
	switch {
	case value == nil:
		return "NULL"
	case len(value) == 4:
		return fmt.Sprintf("int %d", int32(binary.NativeEndian.Uint32(value)))
	case len(value) == 8:
		return fmt.Sprintf("int64 %d", int64(binary.NativeEndian.Uint64(value)))
	}
	return fmt.Sprintf("%d bytes %.12q", len(value), value)
}

// optional are numbers that builds of libzmq may not know: drafts, later ones
// than 4.3.4, and those of transports that it is built without. Where libzmq
// takes nothing and tells nothing there is nothing to compare.
var optional = []opt.Num{
	opt.VMCIBufferSize, opt.VMCIBufferMinSize, opt.VMCIBufferMaxSize, opt.VMCIConnectTimeout,
	opt.RouterNotify, opt.InBatchSize, opt.OutBatchSize, opt.WSSKeyPEM, opt.WSSCertPEM, opt.WSSTrustPEM, opt.WSSHostname,
	opt.WSSTrustSystem, opt.HelloMessage, opt.DisconnectMessage, opt.Priority, opt.BusyPoll, opt.HiccupMessage,
	opt.XSubVerboseUnsubscribe, opt.TopicsCount, opt.NormMode, opt.NormUnicastNACK, opt.NormBufferSize,
	opt.NormSegmentSize, opt.NormBlockSize, opt.NormNumParity, opt.NormNumAutoParity, opt.NormPush,
}

// absent tells whether the libzmq at hand does not know an option that it need
// not know.
func absent(theirs *peer.Socket, n opt.Num) bool {
	if !slices.Contains(optional, n) {
		return false
	}
	for _, value := range valuesOf(n) {
		if theirs.SetRaw(int(n), value) == nil {
			return false
		}
	}
	for _, size := range bufferSizes {
		if _, err := theirs.GetRaw(int(n), size); err == nil {
			return false
		}
	}
	return true
}
