// SPDX-License-Identifier: Apache-2.0

package ipc

import (
	"net"
	"os/user"
	"slices"
	"strconv"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// filter says which processes a listener admits: all if it is empty, otherwise those
// that match an entry of any list (IPC_FILTER_PID, _UID, _GID).
type filter struct {
	pids []int
	uids []uint32
	gids []uint32
}

// newFilter copies the filters of cfg. A filter that the system cannot evaluate is
// an error, because ignoring it would admit all processes or none.
func newFilter(cfg *transport.Config) (filter, error) {
	f := filter{
		pids: slices.Clone(cfg.FilterPIDs),
		uids: ids(cfg.FilterUIDs),
		gids: ids(cfg.FilterGIDs),
	}
	if !transport.HasCredentials && !f.empty() {
		return f, zerr.Errorf(zerr.ErrNotSupported, "filter ipc peers on this system")
	}
	if !transport.HasPID && len(f.pids) > 0 {
		return f, zerr.Errorf(zerr.ErrNotSupported, "filter ipc peers by process on this system")
	}
	return f, nil
}

func (f filter) empty() bool { return len(f.pids)+len(f.uids)+len(f.gids) == 0 }

// admits reports whether the peer of c may connect. One whose credentials
// cannot be had may not.
func (f filter) admits(c net.Conn) bool {
	if f.empty() {
		return true
	}
	cred, ok := transport.PeerCredentials(c)
	return ok && (slices.Contains(f.uids, cred.UID) ||
		slices.Contains(f.gids, cred.GID) ||
		cred.PID > 0 && slices.Contains(f.pids, cred.PID) ||
		len(f.gids) > 0 && isMember(cred.UID, f.gids))
}

// isMember reports whether the user database lists uid as a member of one of
// the groups.
func isMember(uid uint32, gids []uint32) bool {
	u, err := user.LookupId(strconv.FormatUint(uint64(uid), 10))
	if err != nil {
		return false
	}
	groups, err := u.GroupIds()
	if err != nil {
		return false
	}
	return slices.ContainsFunc(gids, func(gid uint32) bool {
		return slices.Contains(groups, strconv.FormatUint(uint64(gid), 10))
	})
}

// ids makes identifiers what the system has: unsigned, of 32 bits.
func ids(numbers []int) []uint32 {
	out := make([]uint32, len(numbers))
	for i, n := range numbers {
		out[i] = uint32(n)
	}
	return out
}
