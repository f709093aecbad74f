// SPDX-License-Identifier: Apache-2.0

//go:build !js

package diskstore_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/replay"
	"github.com/gozmq/zmq/replay/diskstore"
)

// A publisher that is started again goes on with its numbers.
func Example() {
	dir, err := os.MkdirTemp("", "diskstore")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	zctx, err := zmq.NewContext(zmq.ContextConfig{})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = zctx.Close() }()

	for _, text := range []string{"before", "after"} {
		store, err := diskstore.Open(filepath.Join(dir, "prices.db"), diskstore.Config{
			Retention: replay.Retention{Bytes: 1 << 30},
		})
		if err != nil {
			log.Fatal(err)
		}
		pub, err := replay.NewPublisher(replay.PublisherConfig{Stream: "prices", Store: store, Context: zctx})
		if err != nil {
			log.Fatal(err)
		}
		position, err := pub.Publish(context.Background(), []byte(text))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(text, "has number", position.Number)
		_ = pub.Close()
		if err := store.Close(); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// before has number 0
	// after has number 1
}
