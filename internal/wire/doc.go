// SPDX-License-Identifier: Apache-2.0

// Package wire encodes and decodes ZMTP 1.0, 2.0, 3.0 and 3.1: greetings, frame
// headers, commands, metadata and subscriptions.
//
// It knows slices only: no network, no clock, no state between calls. Decoders
// are named Parse, return slices into their input, and allocate nothing from a
// length that a peer announced; encoders are named Append and grow dst like the
// built-in append. What a peer got wrong is a [Violation].
package wire
