package main

import (
	"fmt"
	"sort"
	"time"

	zmq "github.com/pebbe/zmq4"
)

var p = fmt.Println

// attempt connects a client to a server and prints what arrives.
func attempt(name string, server, client func(*zmq.Socket) error) {
	s, _ := zmq.NewSocket(zmq.PULL)
	c, _ := zmq.NewSocket(zmq.PUSH)
	s.SetLinger(0)
	c.SetLinger(0)
	p(name, server(s), client(c))
	s.Bind("tcp://127.0.0.1:*")
	at, _ := s.GetLastEndpoint()
	c.Connect(at)
	c.Send("x", zmq.DONTWAIT)
	s.SetRcvtimeo(500 * time.Millisecond)
	p(s.RecvWithMetadata(0, "User-Id", "Hello", "Peer-Address", "Socket-Type", "Identity", "Nothing"))
	s.Close()
	c.Close()
}

func plainServer(d string) func(*zmq.Socket) error {
	return func(s *zmq.Socket) error { return s.ServerAuthPlain(d) }
}

func plain(u, w string) func(*zmq.Socket) error {
	return func(s *zmq.Socket) error { return s.ClientAuthPlain(u, w) }
}

func null(d string) func(*zmq.Socket) error {
	return func(s *zmq.Socket) error { return s.ServerAuthNull(d) }
}

func none(*zmq.Socket) error { return nil }

// Authentication by all mechanisms and rules; keys.
func main() {
	keys()
	attempt("plain, nobody asked", plainServer("d"), plain("u", "w"))
	attempt("null, nobody asked", null("d"), none)
	zmq.AuthPlainAdd("d", "u", "w")
	zmq.AuthSetVerbose(false)
	p(zmq.AuthStart())
	p(zmq.AuthStart())
	attempt("added before", plainServer("d"), plain("u", "w"))
	attempt("wrong password", plainServer("d"), plain("u", "q"))
	attempt("unknown", plainServer("d"), plain("v", "w"))
	attempt("another domain", plainServer("e"), plain("u", "w"))
	zmq.AuthSetMetadataHandler(func(version, request_id, domain, address, identity, mechanism string, credentials ...string) map[string]string {
		if mechanism == "CURVE" {
			credentials = nil
		}
		p("handler", version, request_id != "", domain, address, identity, mechanism, credentials)
		return map[string]string{"User-Id": "uid", "Hello": "World", "Identity": "ID"}
	})
	attempt("metadata", plainServer("d"), plain("u", "w"))
	attempt("null", null("d"), none)
	zmq.AuthAllow("d", "10.0.0.1")
	attempt("null, others allowed", null("d"), none)
	attempt("plain, others allowed", plainServer("d"), plain("u", "w"))
	zmq.AuthAllow("d", "127.0.0.0/8", "nonsense")
	attempt("null, allowed", null("d"), none)
	zmq.AuthDeny("*", "127.0.0.1")
	attempt("allowed and denied", null("d"), none)
	attempt("denied", null("e"), none)
	zmq.AuthPlainRemove("d", "u", "nobody")
	attempt("removed", plainServer("d"), plain("u", "w"))
	zmq.AuthPlainAdd("*", "u", "w")
	attempt("everywhere", plainServer("d"), plain("u", "w"))
	zmq.AuthPlainRemoveAll("*")
	attempt("removed everywhere", plainServer("d"), plain("u", "w"))
	zmq.AuthStop()
	zmq.AuthStop()
	time.Sleep(500 * time.Millisecond) // libzmq frees the name of the handler late
	p(zmq.AuthStart())
	attempt("denied after a new start", null("e"), none)
	serverPublic, serverSecret, _ := zmq.NewCurveKeypair()
	public, secret, _ := zmq.NewCurveKeypair()
	server := func(s *zmq.Socket) error { return s.ServerAuthCurve("d", serverSecret) }
	client := func(s *zmq.Socket) error { return s.ClientAuthCurve(serverPublic, public, secret) }
	attempt("curve, unknown", server, client)
	zmq.AuthCurveAdd("d", public)
	attempt("curve", server, client)
	zmq.AuthCurveRemove("d", public)
	attempt("curve, removed", server, client)
	zmq.AuthCurveAdd("*", zmq.CURVE_ALLOW_ANY)
	attempt("curve, any", server, client)
	zmq.AuthCurveRemoveAll("*")
	attempt("curve, none", server, client)
	zmq.AuthAllow("127.0.0.1", "10.0.0.1")
	attempt("allowed by the older form", null("f"), none)
	zmq.AuthStop()
	p(zmq.Term())
	p(zmq.AuthStart())
}

func keys() {
	public, secret, err := zmq.NewCurveKeypair()
	p(len(public), len(secret), err)
	derived, err := zmq.AuthCurvePublic(secret)
	p(derived == public, err)
	p(zmq.AuthCurvePublic("JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"))
	p(zmq.Z85encode("\x86\x4F\xD2\x6F\xB5\x59\xF7\x5B"), []byte(zmq.Z85decode("HelloWorld")))
	for _, f := range []func(){func() { zmq.Z85encode("123") }, func() { zmq.Z85decode("f") }} {
		func() {
			defer func() { p(recover()) }()
			f()
		}()
	}
	p(zmq.AuthMetaBlob("key", "value"))
	blob, err := zmq.AuthMetaBlob(string(make([]byte, 256)), "value")
	p(len(blob), err)
	all := []string{"b", "a"}
	sort.Strings(all)
	p(all)
}
