// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"encoding/binary"
	"errors"
	"slices"
	"sync"

	"github.com/gozmq/zmq"
)

// zapEndpoint is where servers of a context ask whether a client may come in (RFC 27).
const zapEndpoint = "inproc://zeromq.zap.01"

// authentication is the handler that runs, if one does: a goroutine that serves a REP
// until AuthStop, or the end of the default context, closes it.
var authentication struct {
	mu   sync.Mutex // guards soc and done
	soc  *Socket
	done chan struct{} // closed when the goroutine has ended
}

// AuthStart starts authentication for the default context, by what the other Auth
// functions have said or will. As long as they have said nothing, NULL clients may come
// in, PLAIN and CURVE clients may not. It fails with an error when it runs already, and
// with ErrorContextClosed after Term.
func AuthStart() (err error) {
	a := &authentication
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.soc != nil && !ended(a.done) {
		rules.logf("Already running")
		return text("Auth is already running")
	}
	rules.logf("Starting")
	soc, err := NewSocket(REP)
	if err != nil {
		return err
	}
	if err := errors.Join(soc.SetLinger(0), soc.Bind(zapEndpoint)); err != nil {
		return errors.Join(err, soc.Close())
	}
	a.soc, a.done = soc, make(chan struct{})
	go serve(soc, a.done)
	return nil
}

// AuthStop ends authentication. What the other Auth functions have said stays.
func AuthStop() {
	a := &authentication
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.soc == nil {
		rules.logf("Not running, can't stop")
		return
	}
	rules.logf("Stopping")
	_ = a.soc.Close()
	<-a.done
	a.soc = nil
	rules.logf("Stopped")
}

func ended(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// serve answers requests until the socket or its context is closed.
func serve(soc *Socket, done chan<- struct{}) {
	defer close(done)
	for {
		frames, err := soc.RecvMessage(0)
		if err != nil {
			break
		}
		if _, err := soc.SendMessage(answer(frames)); err != nil {
			break
		}
	}
	_ = soc.Close() // of a context that has ended
	rules.logf("Quit")
}

// request is what a server asks (RFC 27).
type request struct {
	version, id, domain, address, identity, mechanism string

	credentials []string
}

// Versions and statuses of RFC 27.
const (
	zapVersion = "1.0"
	zapOK      = "200"
	zapRefused = "400"
	zapFailed  = "500"
)

// answer returns the reply to a request: version, id, status, text, user, properties.
func answer(frames []string) []string {
	if len(frames) < 6 || frames[0] != zapVersion {
		id := ""
		if len(frames) > 1 {
			id = frames[1]
		}
		return []string{zapVersion, id, zapFailed, "Version number not valid", "", ""}
	}
	r := &request{frames[0], frames[1], frames[2], frames[3], frames[4], frames[5], frames[6:]}
	if !rules.admits(r.domain, r.address) || !r.authentic() {
		return []string{zapVersion, r.id, zapRefused, "No access", "", ""}
	}
	properties := rules.describe(r)
	var user string
	var blob []byte
	for _, name := range sortedNames(properties) {
		if name == "User-Id" {
			user = properties[name]
			continue
		}
		b, err := AuthMetaBlob(name, properties[name])
		if err != nil {
			rules.logf("Metadata %q: %v", name, err)
			continue
		}
		blob = append(blob, b...)
	}
	return []string{zapVersion, r.id, zapOK, "OK", user, string(blob)}
}

func sortedNames(m map[string]string) []string {
	var list []string
	for name := range m {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// authentic tells whether the credentials are good.
func (r *request) authentic() bool {
	switch {
	case r.mechanism == "NULL":
		rules.logf("ALLOWED (NULL)")
		return true
	case r.mechanism == "PLAIN" && len(r.credentials) == 2:
		return rules.knowsUser(r.domain, r.credentials[0], r.credentials[1])
	case r.mechanism == "CURVE" && len(r.credentials) == 1:
		key, err := zmq.EncodeZ85([]byte(r.credentials[0]))
		return err == nil && rules.knowsKey(r.domain, key)
	}
	rules.logf("Skipping unknown mechanism")
	return false
}

// AuthMetaBlob writes a property as replies of RFC 27 have it. It fails if key is
// longer than 255 bytes.
func AuthMetaBlob(key, value string) (blob []byte, err error) {
	if len(key) > 255 {
		return []byte{}, text("Key too long")
	}
	blob = append(blob, byte(len(key)))
	blob = append(blob, key...)
	blob = binary.BigEndian.AppendUint32(blob, uint32(len(value)))
	return append(blob, value...), nil
}
