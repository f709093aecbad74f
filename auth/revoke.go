// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"reflect"

	"github.com/gozmq/zmq"
)

// readmission replaces the password of a connected PLAIN peer, because passwords are
// not kept.
type readmission struct {
	userID string
	stale  bool // the password may be another one by now
}

// errStale refuses a peer that will be accepted again if it knows the current password.
var errStale = fmt.Errorf("the password, or the source of passwords, has changed: %w", ErrDenied)

// passwordTables are the tables of the rules' password files as they were last read.
type passwordTables map[*PasswordFile]*passwordTable

// changes compares the rules' password files with their state at the last call, and
// returns the users of each file whose lines have changed or gone.
func (h *Handler) changes(book *ruleBook) map[*PasswordFile]map[string]bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	changed, now := map[*PasswordFile]map[string]bool{}, passwordTables{}
	for _, r := range book.all() {
		f, ok := r.Passwords.(*PasswordFile)
		if !ok || changed[f] != nil {
			continue
		}
		was, t := h.seen[f], f.table.Load()
		changed[f] = map[string]bool{}
		if t == nil { // without the file no peer is accepted, and nothing is known of the users
			now[f] = was
			continue
		}
		now[f] = t
		if was == nil {
			continue
		}
		for name, e := range was.users {
			if t.users[name].line != e.line {
				changed[f][name] = true
			}
		}
	}
	h.seen = now
	return changed
}

// revoke disconnects the peers of the context that the rules no longer accept. was
// holds the previous rules.
func (h *Handler) revoke(was *ruleBook) {
	book := h.rules.Load()
	changed := h.changes(book)
	h.zctx.DisconnectPeers(func(p zmq.Peer) bool {
		if !p.Authenticated {
			return false
		}
		rules, before := book.of(p.Domain), was.of(p.Domain)
		again := &readmission{userID: p.UserID, stale: rules != before && !same(rules.Passwords, before.Passwords)}
		if f, ok := rules.Passwords.(*PasswordFile); ok && changed[f][p.Username] {
			again.stale = true
		}
		x := exchange{again: again, request: Request{
			Domain: p.Domain, Address: p.Address, Mechanism: p.Mechanism, User: p.Username, Key: p.PublicKey, Certificate: p.Certificate,
		}}
		ctx, cancel := context.WithTimeout(h.ctx, book.timeout)
		defer cancel()
		v := book.judge(ctx, rules, &x)
		if v.status != statusDenied { // also if a source fails, which is no reason to disconnect every peer
			return false
		}
		book.logger.LogAttrs(ctx, slog.LevelWarn, "peer disconnected", append(x.request.attrs(), slog.Any("reason", v.err), see)...)
		return true
	})
}

// same reports whether two sources are the same one. Functions cannot be compared, and
// count as different.
func same(a, b Passwords) bool {
	return reflect.TypeOf(a) == reflect.TypeOf(b) && (a == nil || reflect.TypeOf(a).Comparable() && a == b)
}

// all returns the rules of the book.
func (b *ruleBook) all() []*Rules {
	list := []*Rules{b.common}
	for r := range maps.Values(b.domains) {
		list = append(list, r)
	}
	return list
}
