// SPDX-License-Identifier: Apache-2.0

//go:build linux && (amd64 || arm64)

package tcp

import (
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

func TestBindWithoutIPv6InTheSystemIsIPv4(t *testing.T) {
	needIPv6(t) // lets the net package find out, once for all tests, that it exists
	type result struct {
		endpoint string
		err      error
	}
	results := make(chan result, 1)
	go func() {
		// The thread loses its IPv6 and ends with the goroutine.
		runtime.LockOSThread()
		if err := forbidIPv6(); err != nil {
			results <- result{"", err}
			return
		}
		ln, err := New().Listen(t.Context(), "*:*", config(ipv6))
		if err != nil {
			results <- result{"", err}
			return
		}
		results <- result{ln.Endpoint(), ln.Close()}
	}()
	r := <-results
	if r.err == unix.EINVAL || r.err == unix.EACCES || r.err == unix.EPERM {
		t.Skipf("SKIPPED: this system has no system call filters: %v", r.err)
	}
	if r.err != nil || !strings.HasPrefix(r.endpoint, "tcp://0.0.0.0:") {
		t.Errorf("Endpoint = %q, %v; want tcp://0.0.0.0", r.endpoint, r.err)
	}
}

// forbidIPv6 makes socket(AF_INET6, ...) fail in this thread as it does in a
// kernel without IPv6 (seccomp(2)).
func forbidIPv6() error {
	const (
		load   = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		equal  = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		ret    = unix.BPF_RET | unix.BPF_K
		number = 0  // offset of the system call's number in struct seccomp_data
		arg0   = 16 // and of its first argument
		errno  = 0x00050000
		allow  = 0x7fff0000
	)
	program := []unix.SockFilter{
		{Code: load, K: number},
		{Code: equal, K: unix.SYS_SOCKET, Jf: 3},
		{Code: load, K: arg0},
		{Code: equal, K: unix.AF_INET6, Jf: 1},
		{Code: ret, K: errno | uint32(unix.EAFNOSUPPORT)},
		{Code: ret, K: allow},
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	fprog := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	return unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&fprog)), 0, 0)
}
