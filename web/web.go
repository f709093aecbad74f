// SPDX-License-Identifier: Apache-2.0

// Package web holds ZeroMQ for web pages: a module of JavaScript without dependencies, with
// which a page talks to sockets of package zmq by WebSocket. README.md describes it, and
// zmq.d.ts has its documentation. A program serves it beside its pages:
//
//	mux.Handle("/zmq/", http.StripPrefix("/zmq/", web.Handler()))
//
// and a page imports it:
//
//	import { SUB } from "/zmq/zmq.js";
package web

import (
	"embed"
	"net/http"
	"path"
)

//go:embed *.js zmq.d.ts
var files embed.FS

// Handler serves the files of the module, of which pages import zmq.js, and zmq.d.ts with
// the types for TypeScript.
func Handler() http.Handler {
	server := http.FileServerFS(files)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path.Ext(r.URL.Path) == ".js" {
			// Browsers refuse modules of another type, and what the system says of
			// the extension may be one.
			w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		}
		server.ServeHTTP(w, r)
	})
}
