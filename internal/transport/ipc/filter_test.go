// SPDX-License-Identifier: Apache-2.0

package ipc

import (
	"errors"
	"os"
	"os/user"
	"strconv"
	"testing"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// Numbers that no process, user or group has.
const (
	otherID  = 1<<31 - 7
	otherPID = 1<<31 - 9
)

func TestFilterAdmitsAnyMatch(t *testing.T) {
	needCredentials(t)
	for name, set := range map[string]func(*transport.Config){
		"none":          func(*transport.Config) {},
		"uid":           func(cfg *transport.Config) { cfg.FilterUIDs = []int{otherID, os.Geteuid()} },
		"gid":           func(cfg *transport.Config) { cfg.FilterGIDs = []int{otherID, os.Getegid()} },
		"uid of others": func(cfg *transport.Config) { cfg.FilterUIDs, cfg.FilterGIDs = []int{otherID}, []int{os.Getegid()} },
	} {
		t.Run(name, func(t *testing.T) { meet(t, listenOn(t, socketPath(t), set)) })
	}
}

func TestFilterByProcess(t *testing.T) {
	set := func(cfg *transport.Config) { cfg.FilterUIDs, cfg.FilterPIDs = []int{otherID}, []int{os.Getpid()} }
	if !transport.HasPID {
		if err := bindError(t, socketPath(t), set); !errors.Is(err, zerr.ErrNotSupported) {
			t.Errorf("error %v, want ENOTSUP", err)
		}
		return
	}
	meet(t, listenOn(t, socketPath(t), set))
}

func TestFilterRefusesOthersAfterAccept(t *testing.T) {
	needCredentials(t)
	for name, set := range map[string]func(*transport.Config){
		"uid": func(cfg *transport.Config) { cfg.FilterUIDs = []int{otherID} },
		"gid": func(cfg *transport.Config) { cfg.FilterGIDs = []int{otherID} },
		"pid": func(cfg *transport.Config) { cfg.FilterPIDs = []int{otherPID} },
	} {
		t.Run(name, func(t *testing.T) {
			if name == "pid" && !transport.HasPID {
				t.Skip("SKIPPED: this system does not tell the process of a peer")
			}
			ln := listenOn(t, socketPath(t), set)
			c, err := connectTo(t, ln.Endpoint()[len("ipc://"):])
			if err != nil {
				t.Fatal(err)
			}
			_, err = ln.Accept()
			var refused *transport.FilteredError
			if !errors.As(err, &refused) || refused.Peer != transport.PeerAddress(c) {
				t.Fatalf("Accept: %v, want a refusal", err)
			}
			if _, err := c.Read(make([]byte, 1)); err == nil {
				t.Error("the refused connection is open")
			}
		})
	}
}

func TestFilterByGroupCountsMembership(t *testing.T) {
	u, err := user.Current()
	if err != nil {
		t.Skipf("SKIPPED: this user is not in the user database: %v", err)
	}
	groups, err := u.GroupIds()
	if err != nil || len(groups) == 0 {
		t.Skipf("SKIPPED: the groups of this user are not known: %v", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		t.Skipf("SKIPPED: user ids are not numbers here: %v", err)
	}
	for _, g := range groups {
		gid, err := strconv.ParseUint(g, 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		if !isMember(uint32(uid), []uint32{otherID, uint32(gid)}) {
			t.Errorf("user %d is not a member of %d", uid, gid)
		}
	}
	if isMember(uint32(uid), []uint32{otherID}) || isMember(otherID, []uint32{uint32(uid)}) {
		t.Error("a member of a group that does not exist")
	}
}

func needCredentials(t *testing.T) {
	t.Helper()
	if !transport.HasCredentials {
		t.Skip("SKIPPED: this system does not tell the credentials of a peer")
	}
}
