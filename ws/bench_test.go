// SPDX-License-Identifier: Apache-2.0

package ws_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
	"github.com/gozmq/zmq/ws"
)

// BenchmarkThroughput has ws, wss and tls beside tcp, and beside plain Go over TLS, both
// ends in one process.
func BenchmarkThroughput(b *testing.B) {
	ours := newAuthority(b).both()
	for _, size := range []int{16, 1 << 10, 64 << 10} {
		for _, scheme := range append([]string{"tcp"}, schemes...) {
			b.Run(fmt.Sprintf("%s/%d", scheme, size), func(b *testing.B) {
				c := rig.Context(b, with(ws.Config{TLS: ours}))
				pull, push := rig.SocketIn(b, c, zmq.PULL), rig.SocketIn(b, c, zmq.PUSH)
				rig.Must(b, pull.Bind(anyPort(scheme)))
				rig.Must(b, push.Connect(pull.LastEndpoint()))
				rig.Must(b, push.WaitPeers(b.Context(), 1))
				stream(b, pull, push, size)
			})
		}
		b.Run(fmt.Sprintf("plain Go over TLS/%d", size), func(b *testing.B) { plainTLS(b, ours, size) })
	}
}

func stream(b *testing.B, pull, push *zmq.Socket, size int) {
	b.SetBytes(int64(size))
	b.ReportAllocs()
	body := make([]byte, size)
	done := make(chan error, 1)
	go func() {
		for range b.N {
			if err := push.Send(b.Context(), body); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	var m zmq.Message
	for range b.N {
		if err := pull.RecvInto(b.Context(), &m); err != nil {
			b.Fatal(err)
		}
	}
	rig.Must(b, <-done)
}

// plainTLS sends and reads as many bytes with a call each.
func plainTLS(b *testing.B, cfg *tls.Config, size int) {
	lis, err := tls.Listen("tcp", "127.0.0.1:0", cfg)
	rig.Must(b, err)
	defer lis.Close()
	go func() {
		nc, err := tls.Dial("tcp", lis.Addr().String(), cfg)
		if err != nil {
			return
		}
		defer nc.Close()
		body := make([]byte, size)
		for range b.N {
			if _, err := nc.Write(body); err != nil {
				return
			}
		}
		_, _ = nc.Read(body) // until the other end has everything
	}()
	nc, err := lis.Accept()
	rig.Must(b, err)
	defer nc.Close()
	b.SetBytes(int64(size))
	body := make([]byte, size)
	b.ResetTimer()
	for range b.N {
		if _, err := io.ReadFull(nc, body); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLatency is a round trip of one byte.
func BenchmarkLatency(b *testing.B) {
	ours := newAuthority(b).both()
	for _, scheme := range append([]string{"tcp"}, schemes...) {
		b.Run(scheme, func(b *testing.B) {
			c := rig.Context(b, with(ws.Config{TLS: ours}))
			rep, req := rig.SocketIn(b, c, zmq.REP), rig.SocketIn(b, c, zmq.REQ)
			rig.Must(b, rep.Bind(anyPort(scheme)))
			rig.Must(b, req.Connect(rep.LastEndpoint()))
			done := make(chan struct{})
			go func() {
				defer close(done)
				var m zmq.Message
				for range b.N {
					if rep.RecvInto(b.Context(), &m) != nil || rep.SendMessage(b.Context(), m) != nil {
						return
					}
				}
			}()
			var m zmq.Message
			body := []byte{1}
			b.ResetTimer()
			for range b.N {
				if err := req.Send(b.Context(), body); err != nil {
					b.Fatal(err)
				}
				if err := req.RecvInto(b.Context(), &m); err != nil {
					b.Fatal(err)
				}
			}
			<-done
		})
	}
}
