// SPDX-License-Identifier: Apache-2.0

package main

import "encoding/json"

// encode and decode give the frames of a message a form for a file.
func encode(frames [][]byte) ([]byte, error) { return json.Marshal(frames) }

func decode(text []byte) (frames [][]byte, err error) {
	err = json.Unmarshal(text, &frames)
	return frames, err
}
