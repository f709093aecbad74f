// SPDX-License-Identifier: Apache-2.0

package opt

import (
	"cmp"
	"slices"
	"strings"
	"sync"
)

// The table, put together from the groups. Nothing writes to it afterwards.
var (
	sorted = assemble(
		queueTable, reconnectTable, tcpTable, filterTable, routingTable,
		pubsubTable, securityTable, heartbeatTable, multicastTable,
		stateTable, tlsTable, limitsTable,
	)
	bySlot = index(sorted)
)

// names finds a row by any of its names. Few programs ask for one, so it is
// made at the first question.
var names = sync.OnceValue(func() map[string]*Spec {
	m := make(map[string]*Spec, 3*len(sorted))
	for i := range sorted {
		sp := &sorted[i]
		m[plain(sp.Name)] = sp
		m[plain(sp.Go)] = sp
		for _, a := range sp.Aliases {
			m[plain(a)] = sp
		}
	}
	return m
})

// Table returns all options in the order of their numbers. It is a copy, but
// shares the slices inside the rows, which must not be modified.
func Table() []Spec { return slices.Clone(sorted) }

// Lookup finds an option by number. The row is shared and must not be
// modified.
func Lookup(n Num) (*Spec, bool) {
	sp := bySlot[slot(n)]
	return sp, sp != nil
}

// ByName finds an option by its libzmq name with or without ZMQ_, by one of
// its older names, or by its Go name. Case, '-' and '_' do not matter: SNDHWM,
// ZMQ_SNDHWM, SendHWM and send-hwm are the same. The row is shared and must
// not be modified.
func ByName(name string) (*Spec, bool) {
	sp, ok := names()[strings.TrimPrefix(plain(name), "ZMQ")]
	return sp, ok
}

// String returns the libzmq name of the option, "SNDHWM", or "unknown option".
func (n Num) String() string {
	if sp, ok := Lookup(n); ok {
		return sp.Name
	}
	return "unknown option"
}

func plain(name string) string {
	return strings.ToUpper(strings.NewReplacer("_", "", "-", "").Replace(name))
}

func assemble(groups ...[]Spec) []Spec {
	all := slices.Concat(groups...)
	for i := range all {
		if all[i].Sockets == "" {
			all[i].Sockets = "all"
		}
		if all[i].Transports == "" {
			all[i].Transports = "all"
		}
	}
	slices.SortFunc(all, func(a, b Spec) int { return cmp.Compare(a.Num, b.Num) })
	return all
}

func index(all []Spec) (by [slots]*Spec) {
	for i := range all {
		by[slot(all[i].Num)] = &all[i]
	}
	return by
}
