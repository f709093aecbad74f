#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Builds libzmq.so.5 into the folder given. `make libzmq` calls it.
#
# The library is an archive of Go and C code first. The entry of the Go runtime is
# moved out of the list of constructors, so that the first socket starts the
# runtime and not the loader. Two things let signals.c keep the program's signals
# from the Go runtime: the runtime's table of signals gets a name that C code can
# refer to, and the runtime's thread destructor is registered through a function of
# ours. Only the names in exports.txt are exported: those of libzmq's stable interface,
# as programs conclude from the presence of others that there are draft sockets. With
# DRAFT=1 those in exports_draft.txt are exported too, and zmq_has("draft") says so.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
out=${1:?usage: build.sh FOLDER}
mkdir -p "$out"
out=$(cd "$out" && pwd)
cc=${CC:-gcc}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# SANITIZE=address builds the C side with that sanitizer.
lists=$here/exports.txt
link=
if [ -n "${SANITIZE:-}" ]; then
  link=-fsanitize=$SANITIZE
  CGO_CFLAGS="-O1 -g -fno-omit-frame-pointer $link"
  export CGO_CFLAGS
fi
if [ "${DRAFT:-}" = 1 ]; then
  lists="$lists $here/exports_draft.txt"
  CGO_CFLAGS="${CGO_CFLAGS:--O2 -g} -DLIBZMQ_DRAFT"
  export CGO_CFLAGS
fi

(cd "$here" && CGO_ENABLED=1 go build -buildmode=c-archive -buildvcs=false -ldflags='-s -w' -o "$work/libzmq.a" .)
${OBJCOPY:-objcopy} --rename-section .init_array=go_init_array --globalize-symbol=runtime.sigtable "$work/libzmq.a"
if ! ${NM:-nm} "$work/libzmq.a" 2>/dev/null | grep -q ' D runtime\.sigtable$'; then
  echo "build.sh: this Go's runtime has no runtime.sigtable; signals.c depends on it" >&2
  exit 1
fi
{
  echo '{ global:'
  # The lists are meant to be split.
  # shellcheck disable=SC2086
  sed 's/$/;/' $lists
  echo 'local: *; };'
} >"$work/exports.map"
# shellcheck disable=SC2086 # link may be empty
$cc -shared -o "$out/libzmq.so.5" -Wl,-soname,libzmq.so.5 -Wl,--version-script,"$work/exports.map" \
  $link -Wl,--wrap=pthread_key_create -Wl,--build-id -Wl,-z,nodelete -Wl,-z,relro -Wl,-z,now -Wl,--no-undefined \
  -Wl,--whole-archive "$work/libzmq.a" -Wl,--no-whole-archive -lpthread -ldl
ln -sf libzmq.so.5 "$out/libzmq.so"
