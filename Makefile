# SPDX-License-Identifier: Apache-2.0

# Short names for the commands of this repository. `.ci/run` runs the checks
# of `test`, `race`, `lint`, `interop` and `cross` in one go.

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
MODULES     := $(patsubst %/go.mod,%,$(shell find . -name go.mod -not -path '*/testdata/*' | sort))
PLATFORMS   := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64 \
               freebsd/amd64 freebsd/arm64 linux/386 js/wasm

.PHONY: test race lint bench interop cross demo api

# The whole suite of the library; needs nothing but Go.
test:
	go test ./...

# The same under the race detector, in random order; needs a C compiler.
race:
	go test -race -shuffle=on ./...

# Format, vet, staticcheck and tidiness of every module.
lint:
	@test -z "$$(gofmt -l .)" || { echo 'gofmt would change:'; gofmt -l .; exit 1; }
	@set -e; for m in $(MODULES); do echo "lint $$m"; (cd $$m && go vet ./... && \
		go run $(STATICCHECK) ./... && go mod tidy -diff); done

# Side by side with libzmq; see bench/README.md.
bench:
	cd bench && go run ./cmd/bench

# Against real libzmq; needs python3-zmq, and fails without it.
interop:
	cd interop && ZMQ_INTEROP_REQUIRED=1 go test ./...

# Everything compiles without cgo everywhere.
cross:
	@set -e; for p in $(PLATFORMS); do echo "build $$p"; \
		CGO_ENABLED=0 GOOS=$${p%/*} GOARCH=$${p#*/} go build ./...; done

# Three patterns over TCP on this machine, in a few seconds.
demo:
	go run ./cmd/zmq demo

# Regenerates the texts in api, which are the exported API checked in.
api:
	go test ./internal/archtest -run TestExportedAPI -update
