// SPDX-License-Identifier: Apache-2.0

package zmqtest

import (
	"net"
	"testing"
)

func TestPortOfTheHostStaysFree(t *testing.T) {
	l, err := net.Listen("tcp", Host()+":0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().String()
	_, port, err := net.SplitHostPort(at)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if Host() != "127.0.0.1" { // what another process would use
		other, err := net.Listen("tcp", "127.0.0.1:"+port)
		if err != nil {
			t.Skip(err) // another process has it
		}
		defer other.Close()
	}
	again, err := net.Listen("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}
