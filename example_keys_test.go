// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/gozmq/zmq"
)

func ExampleNewCurveKeypair() {
	pair := zmq.NewCurveKeypair()
	fmt.Println(len(pair.Public.String()), pair.Secret)
	// Output: 40 [secret key]
}

func ExampleSecretKey_Public() {
	secret, err := zmq.ParseSecretKey("D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(secret.Public())
	// Output: Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID
}

func ExampleParsePublicKey() {
	_, err := zmq.ParsePublicKey("Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hI,")
	fmt.Println(err)
	// Output: zmq: parse a public key: character 40 is none of Z85: invalid argument
}

func ExampleEncodeZ85() {
	text, err := zmq.EncodeZ85([]byte{0x86, 0x4F, 0xD2, 0x6F, 0xB5, 0x59, 0xF7, 0x5B})
	fmt.Println(text, err)
	decoded, err := zmq.DecodeZ85(text)
	fmt.Printf("%X %v\n", decoded, err)
	// Output:
	// HelloWorld <nil>
	// 864FD26FB559F75B <nil>
}

// A server with a key pair, and a client that knows the server's public key. Everything
// between them is encrypted, and each knows the identity of the other. Package auth, or
// WithAuthorizer, decides which peers may connect.
func ExampleCurveKeypair_AsServer() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	serverKeys, clientKeys := zmq.NewCurveKeypair(), zmq.NewCurveKeypair()

	server := open(zmq.PULL, serverKeys.AsServer())
	defer server.Close()
	check(server.Bind("tcp://127.0.0.1:*"))

	client := open(zmq.PUSH, clientKeys.AsClient(serverKeys.Public))
	defer client.Close()
	check(client.Connect(server.LastEndpoint()))
	check(client.SendString(ctx, "secret plans"))

	m, err := server.Recv(ctx)
	fmt.Println(m, m.Peer().Mechanism, err)
	// Output: secret plans CURVE <nil>
}

// A server gets a new key while it runs. Clients with the old public key and with the
// new one connect, until the old key is taken away.
func ExampleWithCurveServerKeys() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	before, after := zmq.NewCurveKeypair(), zmq.NewCurveKeypair()

	var keys atomic.Pointer[[]zmq.SecretKey]
	keys.Store(&[]zmq.SecretKey{before.Secret})
	server := open(zmq.PULL, zmq.WithCurveServerKeys(
		func(context.Context, zmq.CurveHello) ([]zmq.SecretKey, error) { return *keys.Load(), nil }))
	defer server.Close()
	check(server.Bind("tcp://127.0.0.1:*"))

	keys.Store(&[]zmq.SecretKey{after.Secret, before.Secret}) // the rotation begins
	for _, known := range []zmq.PublicKey{before.Public, after.Public} {
		client := open(zmq.PUSH, zmq.NewCurveKeypair().AsClient(known))
		defer client.Close()
		check(client.Connect(server.LastEndpoint()))
		check(client.SendString(ctx, "hello"))
		fmt.Println(server.Recv(ctx))
	}
	keys.Store(&[]zmq.SecretKey{after.Secret}) // when all clients know the new public key
	// Output:
	// hello <nil>
	// hello <nil>
}
