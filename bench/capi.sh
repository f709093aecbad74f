#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The same C program, peers/libzmq, on the system's libzmq and on ours, side
# by side: throughput (PUSH to PULL) and latency (REQ to REP) over TCP loopback, at
# 16 bytes and 64 KiB. The rounds alternate; a ratio above 1 means that ours is
# better. Needs gcc, binutils, pkg-config and libzmq3-dev.
#
#   bench/capi.sh [ROUNDS]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

rounds=${1:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
../cmd/libzmq/build.sh "$work/ours" >&2
mkdir "$work/theirs"
# shellcheck disable=SC2046
gcc -O2 -pthread -o "$work/perf" peers/libzmq/*.c $(pkg-config --cflags --libs libzmq)

# measure LIBRARY throughput|latency COUNT SIZE prints messages a second, or the
# median of half a round trip in microseconds.
measure() {
  local bind=pull connect=push warm_up=0 pid endpoint
  [ "$2" = latency ] && bind=rep connect=req warm_up=1000
  export LD_LIBRARY_PATH=$work/$1
  coproc BOUND { "$work/perf" "$bind" 'tcp://127.0.0.1:*' "$3" "$4" "$warm_up" </dev/null; }
  pid=$BOUND_PID
  exec 5<&"${BOUND[0]}"
  read -r endpoint <&5
  endpoint=${endpoint#*: \"} endpoint=${endpoint%\"*}
  "$work/perf" "$connect" "$endpoint" "$3" "$4" "$warm_up" </dev/null >"$work/connected"
  cat <&5 >"$work/bound"
  exec 5<&-
  wait "$pid"
  if [ "$2" = latency ]; then
    sed -n 's/.*"median_us": \([0-9.]*\).*/\1/p' "$work/connected"
  else
    sed -n 's/.*"seconds": \([0-9.]*\).*/\1/p' "$work/bound" | awk -v n="$3" '{ printf "%.0f\n", n / $1 }'
  fi
}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

compare() {
  local what=$1 count=$2 size=$3 a b
  : >"$work/a" && : >"$work/b" && : >"$work/r"
  for _ in $(seq "$rounds"); do
    a=$(measure theirs "$what" "$count" "$size")
    b=$(measure ours "$what" "$count" "$size")
    echo "$a" >>"$work/a"
    echo "$b" >>"$work/b"
    if [ "$what" = latency ]; then
      awk -v a="$a" -v b="$b" 'BEGIN { print a / b }' >>"$work/r"
    else
      awk -v a="$a" -v b="$b" 'BEGIN { print b / a }' >>"$work/r"
    fi
  done
  printf '%-10s %6s bytes   libzmq %10s   ours %10s   ratio %.2f (%.2f to %.2f)\n' "$what" "$size" \
    "$(median <"$work/a")" "$(median <"$work/b")" "$(median <"$work/r")" "$(sort -n "$work/r" | head -1)" "$(sort -n "$work/r" | tail -1)"
}

compare throughput 2000000 16
compare throughput 20000 65536
compare latency 5000 16
compare latency 3000 65536
