// SPDX-License-Identifier: Apache-2.0

package pipe

import "testing"

// What is passed on may be shared by several receivers, and none may give the
// memory back.
func TestOwnIsNotApart(t *testing.T) {
	m := Message{Head: make([]byte, 64<<10), Owned: true, Apart: true}
	if o := m.Own(); o.Apart {
		t.Error("a message that is passed on would be given back by each of its receivers")
	}
}
