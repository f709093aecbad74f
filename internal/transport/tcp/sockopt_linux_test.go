// SPDX-License-Identifier: Apache-2.0

package tcp

import (
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// optionOf reads a socket option.
func optionOf(t *testing.T, c syscall.Conn, level, name int) int {
	t.Helper()
	raw, err := c.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var value int
	var inner error
	if err := raw.Control(func(fd uintptr) { value, inner = unix.GetsockoptInt(int(fd), level, name) }); err != nil {
		t.Fatal(err)
	}
	if inner != nil {
		t.Fatal(inner)
	}
	return value
}

// wantOption checks a socket option on both ends of a connection.
func wantOption(t *testing.T, what string, level, name, want int, ends ...net.Conn) {
	t.Helper()
	for i, c := range ends {
		if got := optionOf(t, c.(syscall.Conn), level, name); got != want {
			t.Errorf("%s = %d on end %d, want %d", what, got, i, want)
		}
	}
}

// connected is a connection both of whose ends have the configuration.
func connected(t *testing.T, change func(*transport.Config)) (client, server net.Conn) {
	t.Helper()
	ln := listenOn(t, "127.0.0.1:*", change)
	return meet(t, ln, "127.0.0.1:"+portOf(t, ln), change)
}

func nothing(*transport.Config) {}

func TestNoDelayIsAlwaysOn(t *testing.T) {
	a, b := connected(t, nothing)
	wantOption(t, "TCP_NODELAY", unix.IPPROTO_TCP, unix.TCP_NODELAY, 1, a, b)
}

func TestListenerReusesItsAddress(t *testing.T) {
	ln := listenOn(t, "127.0.0.1:*").(*listener)
	if optionOf(t, ln.tcp, unix.SOL_SOCKET, unix.SO_REUSEADDR) != 1 {
		t.Error("SO_REUSEADDR is off")
	}
}

func TestNoMultipath(t *testing.T) {
	ln := listenOn(t, "127.0.0.1:*").(*listener)
	if got := optionOf(t, ln.tcp, unix.SOL_SOCKET, unix.SO_PROTOCOL); got != unix.IPPROTO_TCP {
		t.Errorf("protocol %d", got)
	}
}

func TestBacklogReachesTheSystem(t *testing.T) {
	for _, backlog := range []int{0, 7, 100} {
		ln := listenOn(t, "127.0.0.1:*", func(cfg *transport.Config) { cfg.Backlog = backlog }).(*listener)
		raw, err := ln.tcp.SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		err = raw.Control(func(fd uintptr) {
			info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
			// Of a listener this field is the backlog.
			if err != nil || int(info.Sacked) != backlog {
				t.Errorf("backlog %d, %v; want %d", info.Sacked, err, backlog)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// The system's values of the keep-alive options, which a fresh socket has.
func systemKeepAlive(t *testing.T) (idle, interval, count int) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	values := make([]int, 3)
	for i, name := range []int{unix.TCP_KEEPIDLE, unix.TCP_KEEPINTVL, unix.TCP_KEEPCNT} {
		if values[i], err = unix.GetsockoptInt(fd, unix.IPPROTO_TCP, name); err != nil {
			t.Fatal(err)
		}
	}
	return values[0], values[1], values[2]
}

func wantKeepAlive(t *testing.T, on, idle, interval, count int, ends ...net.Conn) {
	t.Helper()
	wantOption(t, "SO_KEEPALIVE", unix.SOL_SOCKET, unix.SO_KEEPALIVE, on, ends...)
	wantOption(t, "TCP_KEEPIDLE", unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, idle, ends...)
	wantOption(t, "TCP_KEEPINTVL", unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, interval, ends...)
	wantOption(t, "TCP_KEEPCNT", unix.IPPROTO_TCP, unix.TCP_KEEPCNT, count, ends...)
}

func TestKeepAliveMinusOneLeavesTheSystems(t *testing.T) {
	idle, interval, count := systemKeepAlive(t)
	a, b := connected(t, func(cfg *transport.Config) {
		cfg.KeepAliveIdle, cfg.KeepAliveInterval, cfg.KeepAliveCount = 11, 12, 13 // count only if on
	})
	wantKeepAlive(t, 0, idle, interval, count, a, b)
}

func TestKeepAliveZeroIsOff(t *testing.T) {
	a, b := connected(t, func(cfg *transport.Config) { cfg.KeepAlive = 0 })
	wantOption(t, "SO_KEEPALIVE", unix.SOL_SOCKET, unix.SO_KEEPALIVE, 0, a, b)
}

func TestKeepAliveOneIsOn(t *testing.T) {
	a, b := connected(t, func(cfg *transport.Config) {
		cfg.KeepAlive, cfg.KeepAliveIdle, cfg.KeepAliveInterval, cfg.KeepAliveCount = 1, 61, 16, 4
	})
	wantKeepAlive(t, 1, 61, 16, 4, a, b)
}

// TestKeepAliveIsInherited: it costs no system call for each connection.
func TestKeepAliveIsInherited(t *testing.T) {
	cfg := transport.DefaultConfig()
	cfg.KeepAlive, cfg.KeepAliveIdle = 1, 61
	l, err := New().Listen(t.Context(), "127.0.0.1:0", cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if own := l.(*listener); own.keepAlive.set {
		t.Errorf("%+v is left for each connection", own.keepAlive)
	}
}

func TestKeepAliveOneLeavesWhatIsMinusOne(t *testing.T) {
	idle, _, count := systemKeepAlive(t)
	a, b := connected(t, func(cfg *transport.Config) { cfg.KeepAlive, cfg.KeepAliveInterval = 1, 17 })
	wantKeepAlive(t, 1, idle, 17, count, a, b)
}

func TestBuffers(t *testing.T) {
	a, b := connected(t, func(cfg *transport.Config) { cfg.SendBuffer, cfg.RecvBuffer = 32<<10, 16<<10 })
	// Linux doubles what is asked for (socket(7)).
	wantOption(t, "SO_SNDBUF", unix.SOL_SOCKET, unix.SO_SNDBUF, 64<<10, a, b)
	wantOption(t, "SO_RCVBUF", unix.SOL_SOCKET, unix.SO_RCVBUF, 32<<10, a, b)
}

func TestTOSAndPriority(t *testing.T) {
	set := func(cfg *transport.Config) { cfg.TOS, cfg.Priority = 0x20, 5 }
	a, b := connected(t, set)
	wantOption(t, "IP_TOS", unix.IPPROTO_IP, unix.IP_TOS, 0x20, a, b)
	wantOption(t, "SO_PRIORITY", unix.SOL_SOCKET, unix.SO_PRIORITY, 5, a, b)
}

func TestTOSOfIPv6IsTheTrafficClass(t *testing.T) {
	needIPv6(t)
	set := func(cfg *transport.Config) { cfg.IPv6, cfg.TOS = true, 0x20 }
	ln := listenOn(t, "[::1]:*", set)
	a, b := meet(t, ln, "[::1]:"+portOf(t, ln), set)
	wantOption(t, "IPV6_TCLASS", unix.IPPROTO_IPV6, unix.IPV6_TCLASS, 0x20, a, b)
}

func TestMaxRetransmitIsTheUserTimeout(t *testing.T) {
	a, b := connected(t, func(cfg *transport.Config) { cfg.MaxRetransmit = 1500 * time.Millisecond })
	wantOption(t, "TCP_USER_TIMEOUT", unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, 1500, a, b)
}

func TestBusyPoll(t *testing.T) {
	set := func(cfg *transport.Config) { cfg.BusyPoll = 1 }
	ln, err := New().Listen(t.Context(), "127.0.0.1:*", config(set))
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOPROTOOPT) {
		t.Skipf("SKIPPED: this system does not let us set SO_BUSY_POLL: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	a, b := meet(t, ln, "127.0.0.1:"+portOf(t, ln), set)
	wantOption(t, "SO_BUSY_POLL", unix.SOL_SOCKET, unix.SO_BUSY_POLL, 1, a, b)
}

func TestBindToDevice(t *testing.T) {
	lo := zmqtest.Loopback(t).Name
	set := func(cfg *transport.Config) { cfg.Device = lo }
	ln, err := New().Listen(t.Context(), "127.0.0.1:*", config(set))
	if errors.Is(err, unix.EPERM) {
		t.Skip("SKIPPED: SO_BINDTODEVICE is not permitted")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	a, b := meet(t, ln, "127.0.0.1:"+portOf(t, ln), set)
	for _, c := range []net.Conn{a, b} {
		raw, err := c.(*net.TCPConn).SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		raw.Control(func(fd uintptr) {
			got, err := unix.GetsockoptString(int(fd), unix.SOL_SOCKET, unix.SO_BINDTODEVICE)
			if err != nil || strings.TrimRight(got, "\x00") != lo {
				t.Errorf("device %q, %v; want %q", got, err, lo)
			}
		})
	}
}

func TestBindToUnknownDeviceFails(t *testing.T) {
	set := func(cfg *transport.Config) { cfg.Device = "nosuchif0" }
	if err := bindError(t, "127.0.0.1:*", set); !errors.Is(err, unix.ENODEV) && !errors.Is(err, unix.EPERM) {
		t.Errorf("bind: %v, want ENODEV", err)
	}
	ln := listenOn(t, "127.0.0.1:*")
	if _, err := connectTo(t, "127.0.0.1:"+portOf(t, ln), set); !errors.Is(err, unix.ENODEV) && !errors.Is(err, unix.EPERM) {
		t.Errorf("connect: %v, want ENODEV", err)
	}
}

func TestBindPrivilegedPortIsEACCES(t *testing.T) {
	first, err := os.ReadFile("/proc/sys/net/ipv4/ip_unprivileged_port_start")
	if err == nil && strings.TrimSpace(string(first)) == "0" {
		t.Skip("SKIPPED: no port is privileged on this system")
	}
	err = zmqtest.WithoutRights(func() error {
		ln, err := New().Listen(t.Context(), "127.0.0.1:1", config())
		if err == nil {
			ln.Close()
		}
		return err
	})
	if !errors.Is(err, unix.EACCES) {
		t.Errorf("error %v, want EACCES", err)
	}
}

// rawListener is a listening socket that no object of Go owns, with keep-alive
// options of its own.
func rawListener(t *testing.T) (fd int, port string) {
	t.Helper()
	ln := listenOn(t, "127.0.0.1:*").(*listener)
	f, err := ln.tcp.File()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if fd, err = unix.Dup(int(f.Fd())); err != nil {
		t.Fatal(err)
	}
	port = portOf(t, ln)
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[int]int{unix.TCP_KEEPIDLE: 71, unix.TCP_KEEPINTVL: 72, unix.TCP_KEEPCNT: 3} {
		if err := unix.SetsockoptInt(fd, unix.IPPROTO_TCP, name, value); err != nil {
			t.Fatal(err)
		}
	}
	return fd, port
}

func TestUseFDAdoptsTheListener(t *testing.T) {
	fd, port := rawListener(t)
	ln := listenOn(t, "this text does not count", func(cfg *transport.Config) { cfg.UseFD = fd })
	if got := ln.Endpoint(); got != "tcp://127.0.0.1:"+port {
		t.Errorf("Endpoint = %q, want port %s", got, port)
	}
	_, server := meet(t, ln, "127.0.0.1:"+port)
	wantOption(t, "TCP_NODELAY", unix.IPPROTO_TCP, unix.TCP_NODELAY, 1, server)
	wantKeepAlive(t, 0, 71, 72, 3, server)
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	listenOn(t, "127.0.0.1:"+port)
}

func TestUseFDAppliesTheOptionsOfConnections(t *testing.T) {
	fd, port := rawListener(t)
	ln := listenOn(t, "*", func(cfg *transport.Config) {
		cfg.UseFD, cfg.KeepAlive, cfg.KeepAliveInterval, cfg.TOS = fd, 1, 19, 0x20
	})
	_, server := meet(t, ln, "127.0.0.1:"+port)
	wantKeepAlive(t, 1, 71, 19, 3, server)
	wantOption(t, "IP_TOS", unix.IPPROTO_IP, unix.IP_TOS, 0x20, server)
}

func TestUseFDThatIsNoListener(t *testing.T) {
	if err := bindError(t, "*", func(cfg *transport.Config) { cfg.UseFD = 1 << 20 }); !errors.Is(err, unix.EBADF) {
		t.Errorf("error %v, want EBADF", err)
	}
}
