# SPDX-License-Identifier: Apache-2.0

# Short names for the commands of this repository. `.ci/run` runs the checks
# of `test`, `race`, `lint`, `interop` and `cross` in one go.

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
MODULES     := $(patsubst %/go.mod,%,$(shell find . -name go.mod -not -path '*/testdata/*' | sort))
PLATFORMS   := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64 \
               freebsd/amd64 freebsd/arm64 linux/386 js/wasm

.PHONY: test quick race lint bench bench-quick interop faults conformance cross windows arm64 demo api libzmq install-libzmq release

# The whole suite of the library; needs nothing but Go.
test:
	go test ./...

# The part to run after each change, in ten seconds on two cores when the packages are
# built and no result is cached: vet, the internals and each pattern, with fewer rounds,
# without the checks that build programs and without the packages of rare transports. Some
# tests wait, so more packages than there are cores are tested side by side.
NOT_QUICK := /archtest|/release|/transport/(multicast|tipc|vsock)
quick:
	go vet . ./internal/... ./test/...
	go test -vet=off -short -p 4 $$(go list . ./internal/... | grep -vE '$(NOT_QUICK)') ./test/pattern

# The same as test under the race detector, in random order; needs a C compiler.
race:
	go test -race -shuffle=on ./...

# Format, vet, staticcheck and tidiness of every module.
lint:
	@test -z "$$(gofmt -l .)" || { echo 'gofmt would change:'; gofmt -l .; exit 1; }
	@set -e; for m in $(MODULES); do echo "lint $$m"; (cd $$m && go vet ./... && \
		go run $(STATICCHECK) ./... && go mod tidy -diff); done

# Side by side with libzmq, the other Go libraries and plain Go: a table, JSON and
# charts in build/bench; see bench/README.md. bench-quick takes under three minutes.
bench:
	cd bench && go run ./cmd/bench

bench-quick:
	cd bench && go run ./cmd/bench -quick

# Against real libzmq; needs python3-zmq, and fails without it.
interop:
	cd interop && ZMQ_INTEROP_REQUIRED=1 go test ./...

# Bad networks and peers that die, in compressed and in real time: ten minutes, as root
# on Linux. Writes the tables of test/faults/README.md.
faults:
	ZMQ_FAULTS=all go test -v -count=1 -timeout 30m ./test/faults -update

# The tests that CI runs, and their results into docs/conformance.md, dated; as root on
# Linux, after .ci/run setup.
conformance:
	.ci/run test
	build/conformance/conformance update build/conformance

# Everything compiles without cgo everywhere.
cross:
	@set -e; for p in $(PLATFORMS); do echo "build $$p"; \
		CGO_ENABLED=0 GOOS=$${p%/*} GOARCH=$${p#*/} go build ./...; done

# The suites on other systems, emulated; .ci/*-exceptions list what that cannot run. They
# need wine64 and gcc-mingw-w64-x86-64, or qemu-user.
windows arm64:
	.ci/run $@

# Three patterns over TCP on this machine, in a few seconds.
demo:
	go run ./cmd/zmq demo

# Regenerates the texts in api, which are the exported API checked in.
api:
	go test ./internal/archtest -run TestExportedAPI -update
	go test ./test/docs -run TestCompat -update

# Checks, writes the version into every module, commits and tags, without pushing:
# make release VERSION=0.2.0. DRY=1 checks alone and prints the release notes.
release:
	go run ./internal/release $(if $(DRY),-dry-run) $(VERSION)

# The C library, libzmq.so.5, in build/libzmq; needs gcc and binutils. See
# cmd/libzmq/README.md.
libzmq:
	cmd/libzmq/build.sh build/libzmq

# Installs it with its header: make install-libzmq PREFIX=/usr/local [DESTDIR=...]
PREFIX ?= /usr/local
install-libzmq: libzmq
	install -d $(DESTDIR)$(PREFIX)/lib/pkgconfig $(DESTDIR)$(PREFIX)/include
	install -m 644 build/libzmq/libzmq.so.5 $(DESTDIR)$(PREFIX)/lib/libzmq.so.5
	ln -sf libzmq.so.5 $(DESTDIR)$(PREFIX)/lib/libzmq.so
	install -m 644 cmd/libzmq/zmq.h cmd/libzmq/zmq_utils.h $(DESTDIR)$(PREFIX)/include/
	sed -e 's|@PREFIX@|$(PREFIX)|' -e "s|@VERSION@|4.3.5|" cmd/libzmq/libzmq.pc.in \
		>$(DESTDIR)$(PREFIX)/lib/pkgconfig/libzmq.pc
