// SPDX-License-Identifier: Apache-2.0

package zmq

// Version returns the version of this library.
func Version() (major, minor, patch int) { return 0, 1, 0 }
