// SPDX-License-Identifier: Apache-2.0

//go:build !js

// Numbers after a power failure, for stores that do not sync each write. Such a store
// notes in the file, synced, below which number all that it gives will be, and which
// start of the machine that was. If it was not closed and the machine has started again,
// it goes on above.

package diskstore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	bolt "go.etcd.io/bbolt"
)

// reserved is how many numbers are noted at a time: at 100,000 messages a second, a note
// every ten seconds.
const reserved = 1 << 20

// bootFile tells starts of a Linux machine apart. Elsewhere each end without Close counts
// as a power failure.
var bootFile = "/proc/sys/kernel/random/boot_id"

// reserve notes numbers if next needs more of them.
func (s *Store) reserve(meta *bolt.Bucket, next *state) error {
	if s.cfg.SyncInterval == 0 {
		if meta.Get(unsyncedKey) == nil {
			return nil
		}
		return meta.Delete(unsyncedKey)
	}
	if note := meta.Get(unsyncedKey); len(note) >= 8 && next.next <= binary.BigEndian.Uint64(note) {
		return nil
	}
	boot, _ := os.ReadFile(bootFile)
	if err := meta.Put(unsyncedKey, append(key(next.next+reserved), boot...)); err != nil {
		return err
	}
	// The note is synced with this write, before a number of the reserve is confirmed.
	s.db.NoSync = false
	meta.Tx().OnCommit(func() { s.db.NoSync = true })
	return nil
}

// afterPowerFailure checks a file that was not closed, and skips the numbers that may
// have been given to messages that are not there.
func (s *Store) afterPowerFailure() error {
	var note []byte
	var damage error
	err := s.db.View(func(tx *bolt.Tx) error {
		note = append(note, tx.Bucket(metaBucket).Get(unsyncedKey)...)
		if boot, err := os.ReadFile(bootFile); len(note) < 8 || err == nil && string(boot) == string(note[8:]) {
			note = nil
			return nil
		}
		for err := range tx.Check() {
			damage = errors.Join(damage, err)
		}
		return nil
	})
	if damage != nil {
		return fmt.Errorf("%w, after an end without Close: %w", ErrDamaged, damage)
	}
	if err != nil || note == nil {
		return err
	}
	to := binary.BigEndian.Uint64(note)
	return s.db.Update(func(tx *bolt.Tx) error {
		if to > s.state.next {
			s.state.missing += to - s.state.next
			if s.state.messages() == 0 {
				s.state.first, s.state.missing = to, 0
			}
			s.state.next = to
		}
		meta := tx.Bucket(metaBucket)
		return errors.Join(meta.Delete(unsyncedKey), meta.Put(stateKey, s.state.append(nil)))
	})
}

// clean takes the note away, because everything is synced.
func (s *Store) clean() error {
	if s.cfg.SyncInterval == 0 {
		return nil
	}
	s.db.NoSync = false
	return s.db.Update(func(tx *bolt.Tx) error { return tx.Bucket(metaBucket).Delete(unsyncedKey) })
}
