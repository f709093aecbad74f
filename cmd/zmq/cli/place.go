// SPDX-License-Identifier: Apache-2.0

// Endpoints without a flag: zmq sub tcp://host:5555.

package cli

import (
	"fmt"
	"strings"
)

// schemes are those of the endpoints that the command knows.
var schemes = []string{"tcp", "ipc", "udp", "ws", "wss", "tls", "inproc"}

// isEndpoint reports whether an argument can only be meant as an endpoint, with the
// marks of czmq (@ binds, > connects) or without.
func isEndpoint(arg string) bool {
	scheme, rest, found := strings.Cut(strings.TrimLeft(arg, "@>"), "://")
	if !found || rest == "" {
		return false
	}
	for _, s := range schemes {
		if s == scheme {
			return true
		}
	}
	return false
}

// claim takes the endpoints that stand in front of the arguments as if --bind or
// --connect stood before each, if neither was given. A place on this host alone, with *
// for its name, can only be bound; every other one is connected to.
func (f *socketFlags) claim(args []string) (rest []string) {
	if len(f.bind)+len(f.connect) > 0 {
		return args
	}
	for len(args) > 0 && isEndpoint(args[0]) {
		endpoint := strings.TrimLeft(args[0], "@>")
		_, host, _ := strings.Cut(endpoint, "://")
		if args[0][0] == '@' || args[0][0] != '>' && strings.HasPrefix(host, "*") {
			f.bind = append(f.bind, endpoint)
		} else {
			f.connect = append(f.connect, endpoint)
		}
		args = args[1:]
	}
	return args
}

// needsEndpoint says what the command line lacks, and what was probably meant.
func needsEndpoint(name string, args []string) error {
	if len(args) > 0 && looksLikeHost(args[0]) {
		return fmt.Errorf("it needs an endpoint: did you mean zmq %s --connect tcp://%s?", name, args[0])
	}
	return fmt.Errorf("it needs an endpoint: --bind tcp://*:5555 or --connect tcp://localhost:5555")
}

// looksLikeHost reports whether a word has the form host:port.
func looksLikeHost(word string) bool {
	host, port, found := strings.Cut(word, ":")
	return found && host != "" && port != "" && strings.Trim(port, "0123456789") == "" && !strings.ContainsAny(host, "/ \t")
}
