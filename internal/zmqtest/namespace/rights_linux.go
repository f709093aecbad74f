// SPDX-License-Identifier: Apache-2.0

package namespace

import "golang.org/x/sys/unix"

// WithoutRights calls f on a thread that has given up its capabilities, and returns its
// error. The thread ends with the call.
func WithoutRights(f func() error) error {
	return onThread(func() error {
		header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		var none [2]unix.CapUserData
		if err := unix.Capset(&header, &none[0]); err != nil {
			return err
		}
		return f()
	})
}
