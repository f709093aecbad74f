// SPDX-License-Identifier: Apache-2.0

package mechanism

// libzmqPlainError is how libzmq 4.3 begins ERROR with PLAIN, and with PLAIN
// alone: 5E where the length of the name belongs, and the rest of the name. Its
// clients take nothing else: they report the ERROR of RFC 24 as a command out of
// turn instead of a refusal. So a server says it like this, and a client takes
// both.
const libzmqPlainError = "\x5E" + "RROR"

// plainError is errorCommand as libzmq's clients understand it.
func plainError(reason string) []byte {
	body := errorCommand(reason)
	copy(body, libzmqPlainError)
	return append(body[:len(libzmqPlainError)], body[len("\x05ERROR"):]...)
}
