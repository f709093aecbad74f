// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gozmq/zmq"
)

func certificate(t testing.TB, k zmq.PublicKey, metadata map[string]string) string {
	t.Helper()
	text, err := Certificate{Keys: zmq.CurveKeypair{Public: k}, Metadata: metadata}.PublicText()
	must(t, err)
	return string(text)
}

func newKey() zmq.PublicKey { return zmq.NewCurveKeypair().Public }

// knows says whether a directory lets a key in, and wants no other error.
func knows(t testing.TB, d *KeyDirectory, k zmq.PublicKey) bool {
	t.Helper()
	_, err := d.CheckKey(background(), Request{Key: k})
	if err != nil && !errors.Is(err, ErrDenied) {
		t.Errorf("%v", err)
	}
	return err == nil
}

func TestKeyDirectory(t *testing.T) {
	dir := t.TempDir()
	alice, bob, carol, dave, hidden := newKey(), newKey(), newKey(), zmq.NewCurveKeypair(), newKey()
	write(t, filepath.Join(dir, "alice.key"), certificate(t, alice, map[string]string{"name": "Alice", "a/b": "not a property", "Identity": "x"}))
	write(t, filepath.Join(dir, "bob"), certificate(t, bob, nil)) // as czmq names them
	write(t, filepath.Join(dir, "README"), "Put certificates here.\n")
	write(t, filepath.Join(dir, ".hidden.key"), certificate(t, hidden, nil))
	write(t, filepath.Join(dir, "carol.key_secret"), certificate(t, carol, nil))
	must(t, os.Mkdir(filepath.Join(dir, "folder.key"), 0o700))
	secret, err := Certificate{Keys: dave}.SecretText()
	must(t, err)
	write(t, filepath.Join(dir, "dave.key"), string(secret)) // careless, but a certificate
	d, err := OpenKeyDirectory(dir)
	must(t, err)

	r := with(t, Rules{Keys: d})
	a := r.peer("CURVE", string(alice[:]))
	a.is(t, "200", "OK")
	if a.user != alice.String() || a.metadata != "\x04name\x00\x00\x00\x05Alice" {
		t.Errorf("alice is %q with %q", a.user, a.metadata)
	}
	r.peer("CURVE", string(bob[:])).is(t, "200", "OK")
	r.peer("CURVE", string(dave.Public[:])).is(t, "200", "OK")
	for _, k := range []zmq.PublicKey{carol, hidden, newKey(), {}} {
		r.peer("CURVE", string(k[:])).is(t, "400", "the key is not known")
	}
}

// TestKeyDirectoryNoticesChanges, each when the next peer asks.
func TestKeyDirectoryNoticesChanges(t *testing.T) {
	dir := t.TempDir()
	alice, bob := newKey(), newKey()
	path := filepath.Join(dir, "alice.key")
	settle := func() { age(t, dir, time.Hour) }
	write(t, path, certificate(t, alice, nil))
	settle()
	d, err := OpenKeyDirectory(dir)
	must(t, err)
	if !d.keys.Load().stamp.holds(dir) || !knows(t, d, alice) || knows(t, d, bob) {
		t.Fatal("at first")
	}

	write(t, filepath.Join(dir, "bob.key"), certificate(t, bob, nil))
	if !knows(t, d, bob) || !knows(t, d, alice) {
		t.Error("an added file does not count")
	}
	settle()
	must(t, d.Reload())

	must(t, os.WriteFile(path, []byte("nonsense"), 0o600)) // in place: the directory stays as it is
	settle()
	if knows(t, d, alice) || !knows(t, d, bob) {
		t.Error("a changed file counts as it was")
	}
	if err := d.report.take(); err == nil || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "nonsense") {
		t.Errorf("reported as %v", err)
	}
	if err := d.report.take(); err != nil {
		t.Errorf("reported again: %v", err)
	}

	must(t, os.Remove(filepath.Join(dir, "bob.key")))
	if knows(t, d, bob) {
		t.Error("a removed file counts")
	}
	must(t, os.RemoveAll(dir))
	if _, err := d.CheckKey(background(), Request{Key: alice}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without the directory: %v", err)
	}
	must(t, os.Mkdir(dir, 0o700))
	write(t, path, certificate(t, alice, nil))
	if !knows(t, d, alice) {
		t.Error("the new directory does not count")
	}
}

// TestUnknownKeysReadTheDirectoryOnceASecond: strangers cannot keep the disk busy,
// and a key that was put into an old file is found after that time.
func TestUnknownKeysReadTheDirectoryOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "alice.key")
		old, changed := newKey(), newKey()
		write(t, path, certificate(t, old, nil))
		// The bubble's clock is years behind that of files, so all is settled.
		d, err := OpenKeyDirectory(dir)
		must(t, err)
		table := d.keys.Load()
		must(t, os.WriteFile(path, []byte(certificate(t, changed, nil)), 0o600))
		for range 100 {
			if knows(t, d, newKey()) || d.keys.Load() != table {
				t.Fatal("the directory was read for a stranger")
			}
		}
		time.Sleep(missPause)
		if !knows(t, d, changed) || knows(t, d, old) {
			t.Error("the change is not found")
		}
	})
}

func TestOpenKeyDirectory(t *testing.T) {
	dir := t.TempDir()
	if _, err := OpenKeyDirectory(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	write(t, filepath.Join(dir, "a.key"), "nonsense")
	write(t, filepath.Join(dir, "b.key"), certificate(t, newKey(), nil))
	write(t, filepath.Join(dir, "c.key"), "")
	_, err := OpenKeyDirectory(dir)
	if !errors.Is(err, zmq.ErrInvalid) || !strings.Contains(err.Error(), "a.key") || !strings.Contains(err.Error(), "c.key") || strings.Contains(err.Error(), "b.key") {
		t.Error(err)
	}
}

// TestManyKeys: a table of thousands is read once, and again only in part.
func TestManyKeys(t *testing.T) {
	dir := t.TempDir()
	var keys []zmq.PublicKey
	for i := range 300 {
		keys = append(keys, newKey())
		write(t, filepath.Join(dir, fmt.Sprint(i, ".key")), certificate(t, keys[i], nil))
	}
	d, err := OpenKeyDirectory(dir)
	must(t, err)
	before := d.keys.Load()
	added := newKey()
	write(t, filepath.Join(dir, "added.key"), certificate(t, added, nil))
	if !knows(t, d, added) {
		t.Error("the added key is not known")
	}
	for path, f := range before.files {
		if d.keys.Load().files[path].stamp.info != f.stamp.info {
			t.Fatalf("%s was read again", path)
		}
	}
	for _, k := range keys {
		if !knows(t, d, k) {
			t.Fatal("a key is lost")
		}
	}
}

func TestScanGivesUpWithItsContext(t *testing.T) {
	d, err := OpenKeyDirectory(t.TempDir())
	must(t, err)
	d.scan <- struct{}{} // another goroutine reads, on a disk that hangs
	ctx, cancel := context.WithCancel(background())
	cancel()
	if _, err := d.refresh(ctx, d.keys.Load()); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestKeySet(t *testing.T) {
	alice, bob := newKey(), newKey()
	r := with(t, Rules{Keys: KeySet{alice: {ID: "alice", Properties: map[string]string{"X-Role": "op"}}, bob: {}}})
	if a := r.peer("CURVE", string(alice[:])); a.status != "200" || a.user != "alice" || a.metadata != "\x06X-Role\x00\x00\x00\x02op" {
		t.Errorf("%+v", a)
	}
	if a := r.peer("CURVE", string(bob[:])); a.status != "200" || a.user != bob.String() {
		t.Errorf("%+v", a)
	}
	stranger := newKey()
	r.peer("CURVE", string(stranger[:])).is(t, "400", "not known")
	if r := with(t, Rules{Keys: InsecureAllowAnyKey()}); true {
		a := r.peer("CURVE", string(stranger[:]))
		a.is(t, "200", "OK")
		if a.user != stranger.String() {
			t.Errorf("the user is %q", a.user)
		}
	}
}
