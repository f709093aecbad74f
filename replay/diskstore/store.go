// SPDX-License-Identifier: Apache-2.0

//go:build !js

package diskstore

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"math"
	"net"
	"os"
	"runtime/debug"
	"sort"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/gozmq/zmq/replay"
)

// Config describes a store.
type Config struct {
	// Retention is how much is kept. The zero value keeps everything.
	Retention replay.Retention
	// SyncInterval is how often what was written is forced to the disk. With zero that
	// happens before Append returns, once for all messages that are stored together, so
	// that what is confirmed survives a power failure.
	//
	// Otherwise what is confirmed survives the end of the program, however it ends, but
	// the last messages may be lost in a power failure, and the file may be damaged. Open
	// then checks all of the file. It returns ErrDamaged, or goes on with numbers above
	// all that can have been published, so that none is given twice; subscribers see the
	// numbers in between as lost.
	SyncInterval time.Duration
	// LockTimeout is how long Open waits for another process to close the file. Zero is
	// a second.
	LockTimeout time.Duration
	// ReadOnly opens the file for reading alone, beside other readers, and not beside a
	// publisher. Append fails.
	ReadOnly bool
}

// ErrDamaged is the error of Open for a file that cannot be read. The program may move it
// away and begin a new one, with a new epoch.
var ErrDamaged = errors.New("the file is damaged")

// Names of buckets, and of values in the bucket meta. Keys of messages are numbers in 8
// bytes, values a time and frames (see record.go).
var (
	messagesBucket = []byte("messages")
	metaBucket     = []byte("meta")
	versionKey     = []byte("version")
	stateKey       = []byte("state")
	unsyncedKey    = []byte("unsynced")
)

const version = 1

// Store is a replay.Store in a file.
type Store struct {
	// Immutable after Open.
	cfg  Config
	path string
	db   *bolt.DB
	done chan struct{} // closed by Close
	all  sync.WaitGroup

	mu     sync.Mutex // guards what follows, and lets one goroutine write
	state  state      // what is in the file
	closed bool
	dirty  bool // written since the last sync
}

// Open opens the store in a file, and makes the file if it is not there.
func Open(path string, cfg Config) (s *Store, err error) {
	if cfg.SyncInterval < 0 {
		return nil, fmt.Errorf("replay/diskstore: open %s: the interval of syncs is negative", path)
	}
	// A file that is shorter than it says faults where it is mapped into memory.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("replay/diskstore: open %s: %w: %v", path, ErrDamaged, p)
		}
	}()
	timeout := cfg.LockTimeout
	if timeout == 0 {
		timeout = time.Second
	}
	db, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: timeout, NoSync: cfg.SyncInterval > 0, ReadOnly: cfg.ReadOnly})
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, fmt.Errorf("replay/diskstore: open %s: another process has it open: %w", path, err)
	case errors.Is(err, bolterrors.ErrInvalid) || errors.Is(err, bolterrors.ErrChecksum) || errors.Is(err, bolterrors.ErrVersionMismatch):
		return nil, fmt.Errorf("replay/diskstore: open %s: %w: %w", path, ErrDamaged, err)
	case err != nil:
		return nil, fmt.Errorf("replay/diskstore: open: %w", err)
	}
	s = &Store{cfg: cfg, path: path, db: db, done: make(chan struct{})}
	if err := s.recover(); err != nil {
		return nil, errors.Join(fmt.Errorf("replay/diskstore: open %s: %w", path, err), db.Close())
	}
	if cfg.SyncInterval > 0 && !cfg.ReadOnly {
		s.all.Go(s.syncLoop)
	}
	return s, nil
}

// recover reads what the file has, or begins it.
func (s *Store) recover() error {
	if s.cfg.ReadOnly {
		return s.db.View(func(tx *bolt.Tx) error { return s.load(tx) })
	}
	err := s.db.Update(func(tx *bolt.Tx) error {
		if tx.Bucket(metaBucket) != nil {
			return s.load(tx)
		}
		meta, err := tx.CreateBucket(metaBucket)
		if err != nil {
			return err
		}
		if _, err := tx.CreateBucket(messagesBucket); err != nil {
			return err
		}
		s.state = state{epoch: replay.NewEpoch()}
		return errors.Join(meta.Put(versionKey, []byte{version}), meta.Put(stateKey, s.state.append(nil)))
	})
	if err != nil {
		return err
	}
	if err := s.afterPowerFailure(); err != nil {
		return err
	}
	return s.db.Sync()
}

// load reads the state of a file that is not new.
func (s *Store) load(tx *bolt.Tx) error {
	meta := tx.Bucket(metaBucket)
	if meta == nil {
		return errors.New("the file has no stream")
	}
	if v := meta.Get(versionKey); len(v) != 1 || v[0] != version {
		return fmt.Errorf("version %v of the file is not known", v)
	}
	var ok bool
	if s.state, ok = parseState(meta.Get(stateKey)); !ok {
		return fmt.Errorf("%w: it has no state", ErrDamaged)
	}
	return nil
}

// syncLoop forces what was written to the disk, for SyncInterval.
func (s *Store) syncLoop() {
	tick := time.NewTicker(s.cfg.SyncInterval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-s.done:
			return
		}
		s.mu.Lock()
		dirty := s.dirty
		s.dirty = false
		s.mu.Unlock()
		if dirty {
			_ = s.db.Sync() // Close tells of an error that lasts
		}
	}
}

// refuseNilContext is the error of a call whose context is nil, before it does anything.
func (s *Store) refuseNilContext(op string) error {
	return fmt.Errorf("replay/diskstore: %s %s: the context.Context is nil, use context.Background()", op, s.path)
}

// Append implements replay.Store.
func (s *Store) Append(ctx context.Context, records []replay.Record) error {
	if ctx == nil {
		return s.refuseNilContext("append to")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable("append to"); err != nil || len(records) == 0 {
		return err
	}
	if s.cfg.ReadOnly {
		return fmt.Errorf("replay/diskstore: append to %s: %w", s.path, os.ErrPermission)
	}
	next := s.state
	err := s.db.Update(func(tx *bolt.Tx) error {
		bucket := tx.Bucket(messagesBucket)
		bucket.FillPercent = 1 // numbers rise
		for i := range records {
			r := &records[i]
			// Times do not go back, so that Find can bisect.
			next.last = max(next.last, r.Time.UnixNano())
			if err := bucket.Put(key(next.next), appendRecord(nil, next.last, r.Frames)); err != nil {
				return err
			}
			next.next++
			next.bytes += int64(r.Size()) + replay.Overhead
		}
		if err := next.trim(bucket, s.cfg.Retention, next.last); err != nil {
			return err
		}
		return s.save(tx, &next)
	})
	if err != nil {
		return fmt.Errorf("replay/diskstore: append to %s: %w", s.path, err)
	}
	for i := range records {
		records[i].Number, records[i].Kept = s.state.next+uint64(i), true
	}
	s.state, s.dirty = next, true
	return nil
}

func (s *Store) save(tx *bolt.Tx, next *state) error {
	meta := tx.Bucket(metaBucket)
	if err := s.reserve(meta, next); err != nil {
		return err
	}
	return meta.Put(stateKey, next.append(nil))
}

func (s *Store) usable(verb string) error {
	if s.closed {
		return fmt.Errorf("replay/diskstore: %s %s: %w", verb, s.path, net.ErrClosed)
	}
	return nil
}

// expire drops what has become too old, and returns the state.
func (s *Store) expire(verb string) (state, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(verb); err != nil {
		return state{}, err
	}
	age := s.cfg.Retention.Age
	now := time.Now().UnixNano()
	if age == 0 || s.cfg.ReadOnly || s.state.first == s.state.next || now-s.state.oldest <= int64(age) {
		return s.state, nil
	}
	next := s.state
	err := s.db.Update(func(tx *bolt.Tx) error {
		if err := next.trim(tx.Bucket(messagesBucket), s.cfg.Retention, now); err != nil {
			return err
		}
		return s.save(tx, &next)
	})
	if err != nil {
		return state{}, fmt.Errorf("replay/diskstore: %s %s: %w", verb, s.path, err)
	}
	s.state, s.dirty = next, true
	return next, nil
}

// readAtATime is how much a reader copies in one transaction. A transaction keeps old
// pages from being used again, so none lasts while the caller of Read works.
const (
	readAtATime      = 1024
	readBytesAtATime = 1 << 20
)

// Read implements replay.Store.
func (s *Store) Read(ctx context.Context, from uint64) iter.Seq2[replay.Record, error] {
	return func(yield func(replay.Record, error) bool) {
		if ctx == nil {
			yield(replay.Record{}, s.refuseNilContext("read"))
			return
		}
		if _, err := s.expire("read"); err != nil {
			yield(replay.Record{}, err)
			return
		}
		for {
			some, err := s.take(from)
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(replay.Record{}, err)
				return
			}
			if len(some) == 0 {
				return
			}
			for _, r := range some {
				if !yield(r, nil) {
					return
				}
				from = r.Number + 1
			}
			if from == 0 {
				return // after the highest number there is
			}
		}
	}
}

// take copies the next records from a number on.
func (s *Store) take(from uint64) (some []replay.Record, err error) {
	size := 0
	err = s.db.View(func(tx *bolt.Tx) error {
		c := tx.Bucket(messagesBucket).Cursor()
		for k, v := c.Seek(key(from)); k != nil && len(some) < readAtATime && size < readBytesAtATime; k, v = c.Next() {
			r, ok := parseRecord(v)
			if len(k) != 8 || !ok {
				return fmt.Errorf("%w: message %x", ErrDamaged, k)
			}
			r.Number = binary.BigEndian.Uint64(k)
			some = append(some, r)
			size += len(v)
		}
		return nil
	})
	if errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
		err = net.ErrClosed
	}
	if err != nil {
		return nil, fmt.Errorf("replay/diskstore: read %s: %w", s.path, err)
	}
	return some, nil
}

// Find implements replay.Store.
func (s *Store) Find(_ context.Context, t time.Time) (uint64, error) {
	st, err := s.expire("search")
	if err != nil {
		return 0, err
	}
	found := st.next
	err = s.db.View(func(tx *bolt.Tx) error {
		c := tx.Bucket(messagesBucket).Cursor()
		n := sort.Search(int(min(st.next-st.first, math.MaxInt)), func(i int) bool {
			_, v := c.Seek(key(st.first + uint64(i)))
			r, ok := parseRecord(v)
			return !ok || !r.Time.Before(t)
		})
		// Numbers can be missing. The message is the first that is there.
		if k, _ := c.Seek(key(st.first + uint64(n))); k != nil {
			found = min(found, binary.BigEndian.Uint64(k))
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("replay/diskstore: search %s: %w", s.path, err)
	}
	return found, nil
}

// State implements replay.Store.
func (s *Store) State(context.Context) (replay.State, error) {
	st, err := s.expire("ask")
	if err != nil {
		return replay.State{}, err
	}
	return replay.State{Epoch: st.epoch, First: st.first, Next: st.next, Messages: st.messages(), Bytes: st.bytes}, nil
}

// Close implements replay.Store. It forces to the disk what was written.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return fmt.Errorf("replay/diskstore: close %s: %w", s.path, net.ErrClosed)
	}
	s.closed = true
	s.mu.Unlock()
	close(s.done)
	s.all.Wait()
	var err error
	if !s.cfg.ReadOnly {
		err = errors.Join(s.db.Sync(), s.clean())
	}
	if err = errors.Join(err, s.db.Close()); err != nil {
		return fmt.Errorf("replay/diskstore: close %s: %w", s.path, err)
	}
	return nil
}
