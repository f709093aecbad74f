// SPDX-License-Identifier: Apache-2.0

package replay

import "fmt"

// LostError is delivered by Subscriber.Recv in the place of messages that cannot be had
// any more. The subscriber goes on. The next Recv returns what comes after them.
type LostError struct {
	Stream   string // name of the stream
	Epoch    uint64 // of the numbers
	From, To uint64 // the numbers from From up to, and without, To
	Reason   string // why they cannot be had
}

// Error implements error.
func (e *LostError) Error() string {
	return fmt.Sprintf("replay: stream %q: messages %d to %d of epoch %x are lost: %s", e.Stream, e.From, e.To-1, e.Epoch, e.Reason)
}

// RestartError is delivered by Subscriber.Recv when a stream has begun to number its
// messages anew. What was published after Last in the old epoch, if anything was, is
// lost. The subscriber goes on with the new epoch from its first message.
type RestartError struct {
	Stream string   // name of the stream
	Last   Position // last message of the old epoch that was delivered; its Number is 0 if Any is false
	Any    bool     // a message of the old epoch was delivered
	Epoch  uint64   // the new one
	Reason string   // how it was noticed
}

// Error implements error.
func (e *RestartError) Error() string {
	after := "before any message was received"
	if e.Any {
		after = fmt.Sprintf("after message %d of epoch %x", e.Last.Number, e.Last.Epoch)
	}
	return fmt.Sprintf("replay: stream %q began anew %s, with epoch %x: %s", e.Stream, after, e.Epoch, e.Reason)
}

// RequestError says that a request for missing messages has failed. It is logged, and
// counted in Counts.Failed; the subscriber asks again.
type RequestError struct {
	Stream    string   // name of the stream
	Endpoints []string // that were asked
	Err       error    // what went wrong
}

// Error implements error.
func (e *RequestError) Error() string {
	return fmt.Sprintf("replay: stream %q: ask %v for missing messages: %v", e.Stream, e.Endpoints, e.Err)
}

// Unwrap returns Err.
func (e *RequestError) Unwrap() error { return e.Err }

// FormatError is the error of a message that is not what its format says.
type FormatError struct {
	Reason string // what is wrong with it
}

// Error implements error.
func (e *FormatError) Error() string { return "replay: malformed message: " + e.Reason }
