// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/auth"
	"github.com/gozmq/zmq/replay"
	"github.com/gozmq/zmq/reqrep"
	"github.com/gozmq/zmq/test/rig"
)

// nilContext is what a program passes that has forgotten to make a context.
var nilContext context.Context

// withNilContext makes every exported call that takes a context, by its name in the texts
// of the folder api. A call returns the error by which its caller learns of the mistake.
func withNilContext(r *rig.Test) map[string]func() error {
	req, dealer, pub := r.Socket(zmq.REQ), r.Socket(zmq.DEALER), r.Socket(zmq.PUB)
	r.Check(dealer.Bind("inproc://nil-context"))
	poller := zmq.NewPoller()
	var timers zmq.Timers
	r.Cleanup(func() { _ = poller.Close() })
	proxy, err := zmq.NewProxy(r.Socket(zmq.ROUTER), r.Socket(zmq.DEALER))
	r.Check(err)
	var m zmq.Message
	calls := map[string]func() error{
		"zmq (*Context) Term":        func() error { return r.ZMQ.Term(nilContext) },
		"zmq (*Poller) Wait":         func() error { _, err := poller.Wait(nilContext); return err },
		"zmq (*Poller) WaitInto":     func() error { _, err := poller.WaitInto(nilContext, nil); return err },
		"zmq (*Proxy) Run":           func() error { return proxy.Run(nilContext) },
		"zmq (*Socket) CloseContext": func() error { return dealer.CloseContext(nilContext) },
		"zmq (*Socket) Messages": func() error {
			var last error
			for _, err := range dealer.Messages(nilContext) {
				last = err
			}
			return last
		},
		"zmq (*Socket) Monitor": func() error {
			var last zmq.Event
			for last = range dealer.Monitor(nilContext, zmq.EventAll) {
			}
			return last.Err
		},
		"zmq (*Socket) Recv":        func() error { _, err := dealer.Recv(nilContext); return err },
		"zmq (*Socket) RecvInto":    func() error { return dealer.RecvInto(nilContext, &m) },
		"zmq (*Socket) Request":     func() error { _, err := req.Request(nilContext, nil); return err },
		"zmq (*Socket) Send":        func() error { return dealer.Send(nilContext, nil) },
		"zmq (*Socket) SendMessage": func() error { return dealer.SendMessage(nilContext, zmq.NewStringMessage("")) },
		"zmq (*Socket) SendString":  func() error { return dealer.SendString(nilContext, "") },
		"zmq (*Socket) WaitPeers":   func() error { return dealer.WaitPeers(nilContext, 0) },
		"zmq (*Socket) WaitSubscribers": func() error {
			return pub.WaitSubscribers(nilContext, "", 0)
		},
		"zmq (*Timers) WithTimeout": func() error {
			ctx, cancel := timers.WithTimeout(nilContext)
			defer cancel()
			return context.Cause(ctx)
		},
	}
	addSourcesWithNilContext(r, calls)
	addRequestsWithNilContext(r, calls)
	addStreamsWithNilContext(r, calls)
	return calls
}

// addSourcesWithNilContext adds those of package auth.
func addSourcesWithNilContext(r *rig.Test, calls map[string]func() error) {
	path := filepath.Join(r.TempDir(), "passwords")
	r.Check(os.WriteFile(path, nil, 0o600))
	file, err := auth.OpenPasswordFile(path)
	r.Check(err)
	dir, err := auth.OpenKeyDirectory(r.TempDir())
	r.Check(err)
	calls["auth (*PasswordFile) CheckPassword"] = func() error {
		_, err := file.CheckPassword(nilContext, auth.Request{}, "")
		return err
	}
	calls["auth (*KeyDirectory) CheckKey"] = func() error {
		_, err := dir.CheckKey(nilContext, auth.Request{})
		return err
	}
}

// addRequestsWithNilContext adds those of package reqrep.
func addRequestsWithNilContext(r *rig.Test, calls map[string]func() error) {
	client, err := reqrep.NewClient(reqrep.Config{Context: r.ZMQ}, "inproc://nil-context")
	r.Check(err)
	r.Cleanup(func() { _ = client.Close() })
	router := r.Socket(zmq.ROUTER)
	answer := func(context.Context, reqrep.Request) zmq.Message { return zmq.Message{} }
	calls["reqrep Serve"] = func() error { return reqrep.Serve(nilContext, router, answer, 1) }
	calls["reqrep (*Server) Serve"] = func() error {
		s := reqrep.Server{Socket: router, Handler: answer}
		return s.Serve(nilContext)
	}
	calls["reqrep (*Client) Request"] = func() error { _, err := client.Request(nilContext, nil); return err }
}

// addStreamsWithNilContext adds those of package replay.
func addStreamsWithNilContext(r *rig.Test, calls map[string]func() error) {
	pub, err := replay.NewPublisher(replay.PublisherConfig{Stream: "nil-context", Context: r.ZMQ})
	r.Check(err)
	r.Cleanup(func() { _ = pub.Close() })
	r.Check(pub.BindReplay("inproc://nil-context-replay"))
	sub, err := replay.NewSubscriber(replay.SubscriberConfig{Context: r.ZMQ, Sources: []replay.Source{
		{Stream: "nil-context", Live: []string{"inproc://nil-context-stream"}, Replay: []string{"inproc://nil-context-replay"}},
	}})
	r.Check(err)
	r.Cleanup(func() { _ = sub.Close() })
	memory := replay.NewMemory(replay.Retention{})
	calls["replay (*Publisher) Publish"] = func() error { _, err := pub.Publish(nilContext, []byte("x")); return err }
	calls["replay (*Publisher) PublishBatch"] = func() error { _, err := pub.PublishBatch(nilContext, []byte("x")); return err }
	calls["replay (*Publisher) Stats"] = func() error { _, err := pub.Stats(nilContext); return err }
	calls["replay (*Subscriber) Recv"] = func() error { _, err := sub.Recv(nilContext); return err }
	calls["replay (*Subscriber) WaitLive"] = func() error { return sub.WaitLive(nilContext) }
	calls["replay (*Subscriber) Messages"] = func() error {
		for _, err := range sub.Messages(nilContext) {
			return err
		}
		return nil
	}
	calls["replay (*Memory) Read"] = func() error {
		for _, err := range memory.Read(nilContext, 0) {
			return err
		}
		return nil
	}
}

// lookAtNoContext are the calls that have a context only because an interface asks for
// it, and that do the same with any.
var lookAtNoContext = map[string]string{
	"auth (KeySet) CheckKey":                  "it looks the key up in memory",
	"auth (PasswordMap) CheckPassword":        "it looks the user up in memory",
	"auth (KeyFunc) CheckKey":                 "it calls the program's function",
	"auth (PasswordFunc) CheckPassword":       "it calls the program's function",
	"auth (FingerprintSet) CheckCertificate":  "it looks the certificate up in memory",
	"auth (CertificateFunc) CheckCertificate": "it calls the program's function",
	"replay (*Subscriber) Events":             "it ends at once, and the log says why: TestEventsWithoutContextEnd of package replay",
	"replay (*Memory) Append":                 "it waits for nothing",
	"replay (*Memory) Find":                   "it waits for nothing",
	"replay (*Memory) State":                  "it waits for nothing",
}

func TestNilContextIsRefusedByName(t *testing.T) {
	calls := withNilContext(rig.New(t))
	for name, call := range calls {
		err := call()
		if !errors.Is(err, zmq.ErrInvalid) || !strings.Contains(err.Error(), "the context.Context is nil, use context.Background()") {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A channel has no room for an error, so the log gets it.
	const incoming = "zmq (*Socket) Incoming"
	calls[incoming] = nil
	c, log := rig.LoggedContext(t)
	pull := rig.SocketIn(t, c, zmq.PULL)
	if m, ok := <-pull.Incoming(nilContext); ok {
		t.Errorf("Incoming delivered %v", m)
	}
	log.Wait(t, "Incoming returns a closed channel", "socket=PULL#", "the context.Context is nil")

	takes := regexp.MustCompile(`^(?:func |method )(.*?)\((?:.*, )?context\.Context[,)]`)
	inner := regexp.MustCompile(`func\([^()]*\)`) // is called by us, not by the program
	for _, pkg := range []string{"zmq", "auth", "reqrep", "ws", "classic", "replay"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "api", pkg+".txt"))
		rig.Must(t, err)
		for line := range strings.Lines(string(text)) {
			x := takes.FindStringSubmatch(inner.ReplaceAllString(line, ""))
			if x == nil {
				continue
			}
			name := pkg + " " + x[1]
			_, called := calls[name]
			if _, excepted := lookAtNoContext[name]; !called && !excepted {
				t.Errorf("%s takes a context, and this test does not call it", name)
			}
			delete(calls, name)
		}
	}
	for name := range calls {
		t.Errorf("%s is not in the texts of the API", name)
	}
}

func TestIncomingOfATypeThatCannotReceiveWarns(t *testing.T) {
	c, log := rig.LoggedContext(t)
	push := rig.SocketIn(t, c, zmq.PUSH)
	if m, ok := <-push.Incoming(rig.Deadline(t)); ok {
		t.Errorf("Incoming delivered %v", m)
	}
	log.Wait(t, "Incoming returns a closed channel", "socket=PUSH#", "not supported by this socket type")
}
