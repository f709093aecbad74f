// SPDX-License-Identifier: Apache-2.0

// Command filetransfer sends a large file in chunks that the receiver asks for, ten
// at a time: credit.
//
// Use it for data that is larger than what should be in memory, to any number of
// receivers of any speed. The receiver decides the pace: the sender reads no more
// from disk than has been asked for.
//
// What can go wrong: without credit the sender fills every queue, and memory with
// them; with a credit of one each chunk waits a whole round trip. Enough for the
// product of bandwidth and delay is right. Offsets come from a stranger: check them.
// Chunks here come back in order, because there is one path; several connections
// would need what the reply says of its place.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"sync"

	"github.com/gozmq/zmq"
)

const (
	chunk  = 64 << 10
	credit = 10 // chunks asked for and not arrived yet
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	file := bytes.Repeat([]byte("all work and no play "), 200_000) // 4.2 MB; os.Open in real life
	server, err := zmq.NewSocket(zmq.ROUTER)
	if err != nil {
		return err
	}
	if err := server.Bind("tcp://127.0.0.1:*"); err != nil {
		return err
	}
	var all sync.WaitGroup
	defer all.Wait()
	defer server.Close()
	all.Go(func() { serve(ctx, server, bytes.NewReader(file)) })

	hash := sha256.New()
	size, chunks, err := fetch(ctx, server.LastEndpoint(), hash)
	if err != nil {
		return err
	}
	want := sha256.Sum256(file)
	fmt.Fprintf(out, "%d bytes in %d chunks, intact: %v\n", size, chunks, bytes.Equal(hash.Sum(nil), want[:]))
	return nil
}

// serve reads what is asked for: client, offset.
func serve(ctx context.Context, server *zmq.Socket, file io.ReaderAt) {
	for m, err := range server.Messages(ctx) {
		if err != nil {
			return
		}
		if m.Len() != 2 || len(m.Last()) != 8 {
			continue
		}
		offset := int64(binary.BigEndian.Uint64(m.Last()))
		if offset < 0 {
			continue
		}
		data := make([]byte, chunk)
		n, err := file.ReadAt(data, offset)
		if err != nil && err != io.EOF {
			return
		}
		_ = server.SendMessage(ctx, zmq.NewMessage(m.Frame(0), data[:n])) // hands data over: no copy
	}
}

// fetch writes the file to w. A chunk that is shorter than asked for is the last.
func fetch(ctx context.Context, endpoint string, w io.Writer) (size, chunks int, err error) {
	client, err := zmq.NewSocket(zmq.DEALER)
	if err != nil {
		return 0, 0, err
	}
	defer client.Close()
	if err := client.Connect(endpoint); err != nil {
		return 0, 0, err
	}
	asked := uint64(0)
	ask := func() error {
		err := client.Send(ctx, binary.BigEndian.AppendUint64(nil, asked))
		asked += chunk
		return err
	}
	for range credit {
		if err := ask(); err != nil {
			return 0, 0, err
		}
	}
	for {
		m, err := client.Recv(ctx)
		if err != nil {
			return size, chunks, err
		}
		n, err := w.Write(m.Bytes())
		size, chunks = size+n, chunks+1
		if err != nil || n < chunk {
			return size, chunks, err
		}
		if err := ask(); err != nil {
			return size, chunks, err
		}
	}
}
