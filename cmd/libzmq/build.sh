#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Builds libzmq.so.5 into the folder given. `make libzmq` calls it.
#
# The library is an archive of Go and C code first. The entry of the Go runtime is
# moved out of the list of constructors, so that the first socket starts the
# runtime and not the loader. Only the names in exports.txt are exported.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
out=${1:?usage: build.sh FOLDER}
mkdir -p "$out"
out=$(cd "$out" && pwd)
cc=${CC:-gcc}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

(cd "$here" && CGO_ENABLED=1 go build -buildmode=c-archive -buildvcs=false -ldflags='-s -w' -o "$work/libzmq.a" .)
${OBJCOPY:-objcopy} --rename-section .init_array=go_init_array "$work/libzmq.a"
{
  echo '{ global:'
  sed 's/$/;/' "$here/exports.txt"
  echo 'local: *; };'
} >"$work/exports.map"
$cc -shared -o "$out/libzmq.so.5" -Wl,-soname,libzmq.so.5 -Wl,--version-script,"$work/exports.map" \
  -Wl,--build-id -Wl,-z,nodelete -Wl,-z,relro -Wl,-z,now -Wl,--no-undefined \
  -Wl,--whole-archive "$work/libzmq.a" -Wl,--no-whole-archive -lpthread -ldl
ln -sf libzmq.so.5 "$out/libzmq.so"
