// SPDX-License-Identifier: Apache-2.0

// Command browser is a server of web pages whose pages are peers: they draw what a PUB
// publishes, as it comes, and ask a REP by a form. Start it and open the address that it
// prints, in several windows if you like.
//
// Use it for whatever pages show live, in the place of polling or of a protocol of your
// own over WebSocket. The sockets are mounted in the web server that is there (package
// ws); the page has the module of package web.
//
// What can go wrong: a page that comes later gets what is published from then on, so that
// its charts begin empty; if the state before matters see lastvalue. A page may go at any
// time, in the middle of a request too, and any program can pose as one: check what it asks as
// you would check a form. Pages of other servers are refused unless you list them in
// ws.Config. Outside of one machine use https, and the sockets are in TLS too.
package main

import (
	"context"
	"embed"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/web"
	"github.com/gozmq/zmq/ws"
)

//go:embed page
var page embed.FS

func main() {
	listen := flag.String("listen", "localhost:8080", "the address of the web server")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *listen, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, listen string, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	pub, err := zmq.NewSocket(zmq.PUB)
	if err != nil {
		return err
	}
	defer pub.Close()
	rep, err := zmq.NewSocket(zmq.REP)
	if err != nil {
		return err
	}
	defer rep.Close()
	handler, err := site(pub, rep)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "open http://%s/\n", listener.Addr())

	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	var all sync.WaitGroup
	defer all.Wait()
	all.Go(func() { publish(ctx, pub) })
	all.Go(func() { answer(ctx, rep) })
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err = server.Serve(listener); ctx.Err() != nil {
		return nil
	}
	cancel()
	return err
}

// site is everything that the web server has: the page, the module for it, and the sockets.
func site(pub, rep *zmq.Socket) (http.Handler, error) {
	figures, err := ws.NewHandler(pub, ws.Config{})
	if err != nil {
		return nil, err
	}
	questions, err := ws.NewHandler(rep, ws.Config{})
	if err != nil {
		return nil, err
	}
	files, err := fs.Sub(page, "page")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/figures", figures)
	mux.Handle("/questions", questions)
	mux.Handle("/zmq/", http.StripPrefix("/zmq/", web.Handler()))
	mux.Handle("/", http.FileServerFS(files))
	return mux, nil
}

// publish measures a wind farm, which is made up: the topic, and a figure as JSON.
func publish(ctx context.Context, pub *zmq.Socket) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	wind, gust, celsius := 8.0, 0.0, 11.5
	for {
		gust = 0.9*gust + 0.35*rand.NormFloat64()
		wind = min(max(wind+0.06*(9-wind)+0.3*gust, 0), 24)
		celsius += 0.02*(11.5-celsius) + 0.04*rand.NormFloat64()
		for topic, value := range map[string]float64{"wind": wind, "power": power(wind), "temperature": celsius} {
			figure, err := json.Marshal(map[string]any{"at": time.Now().UnixMilli(), "value": value})
			if err != nil {
				return
			}
			if pub.Send(ctx, []byte(topic), figure) != nil {
				return
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// power is what twelve turbines yield in megawatts, at a wind in metres a second.
func power(wind float64) float64 {
	const each, begins, full, storm = 3.4, 3, 13, 25
	if wind < begins || wind > storm {
		return 0
	}
	return 12 * each * min(1, math.Pow((wind-begins)/(full-begins), 2))
}

// answer tells pages what the farm would yield.
func answer(ctx context.Context, rep *zmq.Socket) {
	for question, err := range rep.Messages(ctx) {
		if err != nil {
			return
		}
		reply := map[string]any{}
		if wind, err := strconv.ParseFloat(question.String(), 64); err != nil || !(wind >= 0 && wind <= 100) {
			reply["error"] = "a wind is a number from 0 to 100"
		} else {
			reply["power"] = power(wind)
		}
		text, err := json.Marshal(reply)
		if err != nil || rep.Send(ctx, text) != nil {
			return
		}
	}
}
