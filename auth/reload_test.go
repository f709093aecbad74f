// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

// TestFilesThatChangeWhilePeersAreJudged by them: a user in every version of a file is
// always accepted, and a user in none never is, whichever goroutine reads the file at
// the time.
func TestFilesThatChangeWhilePeersAreJudged(t *testing.T) {
	dir := t.TempDir()
	users, keys := filepath.Join(dir, "users"), filepath.Join(dir, "keys")
	must(t, os.Mkdir(keys, 0o700))
	alice, mallory := newKey(), newKey()
	change := func(i int) {
		other := "other:" + argonOf("x") + "\n"
		write(t, users, other[:i%2*len(other)]+"alice:"+argonOf("secret")+"\n")
		write(t, filepath.Join(keys, "alice.key"), certificate(t, alice, map[string]string{"name": string(rune('a' + i%26))}))
	}
	change(0)
	f, err := OpenPasswordFile(users)
	must(t, err)
	d, err := OpenKeyDirectory(keys)
	must(t, err)
	h := with(t, Rules{Passwords: f, Keys: d}).h

	var judges sync.WaitGroup
	done := make(chan struct{})
	for range 4 {
		judges.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if _, err := f.CheckPassword(background(), Request{User: "alice"}, "secret"); err != nil {
					t.Errorf("alice's password: %v", err)
				}
				if _, err := f.CheckPassword(background(), Request{User: "mallory"}, "secret"); !errors.Is(err, ErrDenied) {
					t.Errorf("mallory's password: %v", err)
				}
				if _, err := d.CheckKey(background(), Request{Key: alice}); err != nil {
					t.Errorf("alice's key: %v", err)
				}
				if _, err := d.CheckKey(background(), Request{Key: mallory}); !errors.Is(err, ErrDenied) {
					t.Errorf("mallory's key: %v", err)
				}
			}
		})
	}
	for i := range 50 {
		change(i)
		if i%5 == 0 {
			must(t, h.Reload())
		}
	}
	close(done)
	judges.Wait()
}

// TestLinksInAKeyDirectory are followed to certificates. A link that leads nowhere or
// to something that is not a file accepts no peer and delays none.
func TestLinksInAKeyDirectory(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links are for administrators there")
	}
	dir, elsewhere := t.TempDir(), t.TempDir()
	alice, bob := newKey(), newKey()
	target := filepath.Join(elsewhere, "alice")
	write(t, target, certificate(t, alice, nil))
	for name, to := range map[string]string{
		"alice.key": target, "nowhere.key": filepath.Join(elsewhere, "none"), "folder.key": elsewhere, "loop.key": filepath.Join(dir, "loop.key"),
		"device.key": os.DevNull,
	} {
		must(t, os.Symlink(to, filepath.Join(dir, name)))
	}
	d, err := OpenKeyDirectory(dir)
	must(t, err)
	if !knows(t, d, alice) || knows(t, d, bob) {
		t.Error("a link to a certificate does not count, or another does")
	}
	write(t, target, certificate(t, bob, nil))
	if knows(t, d, alice) {
		t.Error("what a link leads to has changed, and alice is let in")
	}
	must(t, os.Remove(target))
	if knows(t, d, bob) || knows(t, d, alice) {
		t.Error("what a link led to is gone, and a peer is let in")
	}
}
