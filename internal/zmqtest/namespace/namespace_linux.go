// SPDX-License-Identifier: Apache-2.0

package namespace

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Namespace is a network namespace with one TUN device, whose packets the test carries.
// It lasts as long as its descriptor or a process in it.
type Namespace struct {
	fd  int
	tun *os.File
}

// Device is the name of the TUN device in each namespace.
const Device = "link0"

// New makes a namespace in which the device has an address, and perhaps one of IPv6.
func New(address netip.Addr, more ...netip.Addr) (*Namespace, error) {
	n := new(Namespace)
	err := onThread(func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("unshare: %w", err)
		}
		var err error
		if n.fd, err = unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0); err != nil {
			return fmt.Errorf("open the namespace: %w", err)
		}
		if n.tun, err = openTUN(); err != nil {
			return err
		}
		if err := up("lo"); err != nil {
			return err
		}
		if err := setAddress(address); err != nil {
			return err
		}
		if err := up(Device); err != nil {
			return err
		}
		for _, a := range more {
			if err := addAddress6(a); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		n.Close()
		return nil, err
	}
	return n, nil
}

// TUN is the Device, of which packets are read and to which they are written.
func (n *Namespace) TUN() *os.File { return n.tun }

// Close takes the device away.
func (n *Namespace) Close() {
	if n.tun != nil {
		_ = n.tun.Close()
	}
	if n.fd > 0 {
		_ = unix.Close(n.fd)
	}
}

// Do calls f on a thread in the namespace.
func (n *Namespace) Do(f func() error) error {
	return onThread(func() error {
		if err := unix.Setns(n.fd, unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("setns: %w", err)
		}
		return f()
	})
}

// Start starts a program in the namespace. With resolver, the program asks the name
// server at that address.
func (n *Namespace) Start(cmd *exec.Cmd, resolver string) error {
	return n.Do(func() error {
		if resolver != "" {
			if err := replaceResolver(resolver); err != nil {
				return err
			}
		}
		return cmd.Start()
	})
}

// Sysctl sets a parameter of the namespace, below /proc/sys/net/ipv4.
func (n *Namespace) Sysctl(name, value string) error {
	return n.Do(func() error {
		return os.WriteFile("/proc/sys/net/ipv4/"+name, []byte(value), 0)
	})
}

// SetAddress replaces the device's address. Connections from the old one hear nothing
// any more.
func (n *Namespace) SetAddress(a netip.Addr) error {
	return n.Do(func() error { return setAddress(a) })
}

// onThread calls f on a thread of its own, which ends afterwards with all that f has
// made different about it.
func onThread(f func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocks
		done <- f()
	}()
	return <-done
}

// replaceResolver gives the thread, and what it starts, a resolv.conf of its own.
func replaceResolver(file string) error {
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return fmt.Errorf("unshare: %w", err)
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if err := unix.Mount(file, "/etc/resolv.conf", "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("mount resolv.conf: %w", err)
	}
	return nil
}

func openTUN() (*os.File, error) {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("open /dev/net/tun: %w", err)
	}
	r, err := unix.NewIfreq(Device)
	if err == nil {
		r.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
		err = unix.IoctlIfreq(fd, unix.TUNSETIFF, r)
	}
	if err != nil {
		_ = unix.Close(fd)
		return nil, fmt.Errorf("make a TUN device: %w", err)
	}
	return os.NewFile(uintptr(fd), Device), nil
}

// control makes ioctls about an interface of the thread's namespace.
func control(name string, f func(fd int, r *unix.Ifreq) error) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	r, err := unix.NewIfreq(name)
	if err != nil {
		return err
	}
	return f(fd, r)
}

// setAddress gives the device an address in a network of 256.
func setAddress(a netip.Addr) error {
	return control(Device, func(fd int, r *unix.Ifreq) error {
		if err := r.SetInet4Addr(a.AsSlice()); err != nil {
			return err
		}
		if err := unix.IoctlIfreq(fd, unix.SIOCSIFADDR, r); err != nil {
			return fmt.Errorf("set the address %v: %w", a, err)
		}
		if err := r.SetInet4Addr([]byte{255, 255, 255, 0}); err != nil {
			return err
		}
		return unix.IoctlIfreq(fd, unix.SIOCSIFNETMASK, r)
	})
}

// addAddress6 gives the device an address of IPv6 in a network of 64 bits, as struct
// in6_ifreq has it: the address, the length of the network and the number of the device.
func addAddress6(a netip.Addr) error {
	device, err := net.InterfaceByName(Device)
	if err != nil {
		return err
	}
	fd, err := unix.Socket(unix.AF_INET6, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	request := struct {
		address [16]byte
		length  uint32
		device  int32
	}{a.As16(), 64, int32(device.Index)}
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCSIFADDR, uintptr(unsafe.Pointer(&request))); errno != 0 {
		return fmt.Errorf("set the address %v: %w", a, errno)
	}
	// The system takes it into use a little later.
	for began := time.Now(); ; time.Sleep(time.Millisecond) {
		c, err := net.ListenUDP("udp6", &net.UDPAddr{IP: a.AsSlice()})
		if err == nil {
			return c.Close()
		}
		if time.Since(began) > patience {
			return fmt.Errorf("use the address %v: %w", a, err)
		}
	}
}

// patience is how long an address may take.
const patience = 30 * time.Second

func up(name string) error {
	return control(name, func(fd int, r *unix.Ifreq) error {
		if err := unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, r); err != nil {
			return err
		}
		r.SetUint16(r.Uint16() | unix.IFF_UP)
		if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, r); err != nil {
			return fmt.Errorf("bring %s up: %w", name, err)
		}
		return nil
	})
}
