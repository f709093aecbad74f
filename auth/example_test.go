// SPDX-License-Identifier: Apache-2.0

package auth_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/auth"
)

// A server with passwords, and a client that knows one.
func Example() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()

	zctx, err := zmq.NewContext(zmq.ContextConfig{})
	check(err)
	handler, err := auth.Start(zctx, auth.Config{
		Default: auth.Rules{
			Allow:     auth.MustParseAddresses("127.0.0.1", "10.0.0.0/8"),
			Passwords: auth.PasswordMap{"alice": "secret"}, // or OpenPasswordFile
		},
	})
	check(err)
	defer handler.Close()
	server, err := zctx.NewSocket(zmq.PULL, zmq.PlainServer.Of(true))
	check(err)
	defer server.Close()
	check(server.Bind("tcp://127.0.0.1:*"))

	client, err := zmq.NewSocket(zmq.PUSH, zmq.PlainUsername.Of("alice"), zmq.PlainPassword.Of("secret"))
	check(err)
	defer client.Close()
	check(client.Connect(server.LastEndpoint()))
	check(client.SendString(ctx, "hello"))

	m, err := server.Recv(ctx)
	check(err)
	fmt.Printf("%s from %s\n", m, m.Peer().UserID)
	// Output: hello from alice
}

// Rules by domain, each with a source of its own, and a log of every decision.
func ExampleStart() {
	zctx, err := zmq.NewContext(zmq.ContextConfig{})
	check(err)
	handler, err := auth.Start(zctx, auth.Config{
		Logger: slog.New(slog.NewJSONHandler(os.Stderr, nil)),
		Domains: map[string]auth.Rules{
			"sensors": {Keys: auth.NewKeySet(zmq.NewCurveKeypair().Public)},
			"status":  {InsecureAllowNull: true, Allow: auth.MustParseAddresses("10.0.0.0/8")},
		},
	})
	check(err)
	fmt.Println(handler.Close())
	// Output: <nil>
}

// Users come from a directory service, which also says what the server should know of
// them.
func ExamplePasswordFunc() {
	rules := auth.Rules{
		Passwords: auth.PasswordFunc(func(ctx context.Context, r auth.Request, password string) (auth.User, error) {
			if !lookUp(ctx, r.User, password) {
				return auth.User{}, fmt.Errorf("the directory does not know the password: %w", auth.ErrDenied)
			}
			return auth.User{ID: r.User + "@example.com", Properties: map[string]string{"X-Role": "operator"}}, nil
		}),
	}
	u, err := rules.Passwords.CheckPassword(context.Background(), auth.Request{User: "alice"}, "guess")
	fmt.Println(u.ID, err)
	// Output: the directory does not know the password: denied
}

func lookUp(context.Context, string, string) bool { return false }

// A certificate for a new client: the public file goes into the server's
// directory of keys, the secret one to the client.
func ExampleNewCertificate() {
	dir, err := os.MkdirTemp("", "keys")
	check(err)
	defer os.RemoveAll(dir)
	c := auth.NewCertificate(map[string]string{"name": "sensor 7"})
	check(c.WriteFiles(filepath.Join(dir, "sensor7")))

	keys, err := auth.OpenKeyDirectory(dir)
	check(err)
	u, err := keys.CheckKey(context.Background(), auth.Request{Key: c.Keys.Public})
	fmt.Println(u.Properties["name"], err)
	// Output: sensor 7 <nil>
}

func ExamplePasswordLine() {
	line, err := auth.PasswordLine("alice", "secret", map[string]string{"X-Role": "operator"})
	fmt.Println(len(line), line[:len("alice:$argon2id$v=19$m=19456,t=2,p=1$")], err)
	// Output: 119 alice:$argon2id$v=19$m=19456,t=2,p=1$ <nil>
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// A CURVE server that accepts every peer with a certificate in a directory. Files may
// be added and removed while it runs.
func ExampleOpenKeyDirectory() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	dir, err := os.MkdirTemp("", "clients")
	check(err)
	defer os.RemoveAll(dir)
	keys, err := auth.OpenKeyDirectory(dir)
	check(err)

	zctx, err := zmq.NewContext(zmq.ContextConfig{})
	check(err)
	handler, err := auth.Start(zctx, auth.Config{Default: auth.Rules{Keys: keys}})
	check(err)
	defer handler.Close()
	serverKeys := zmq.NewCurveKeypair() // or those of a certificate file
	server, err := zctx.NewSocket(zmq.PULL, serverKeys.AsServer(),
		zmq.ZAPDomain.Of("clients"), zmq.ZAPEnforceDomain.Of(true)) // no peer without the handler
	check(err)
	defer server.Close()
	check(server.Bind("tcp://127.0.0.1:*"))

	alice := auth.NewCertificate(map[string]string{"name": "Alice"})
	check(alice.WithoutSecret().WriteFiles(filepath.Join(dir, "alice")))
	client, err := zmq.NewSocket(zmq.PUSH, alice.Keys.AsClient(serverKeys.Public))
	check(err)
	defer client.Close()
	check(client.Connect(server.LastEndpoint()))
	check(client.SendString(ctx, "hello"))

	m, err := server.Recv(ctx)
	check(err)
	name, _ := m.Peer().Vouched("name")
	fmt.Printf("%s from %s\n", m, name)
	// Output: hello from Alice
}
