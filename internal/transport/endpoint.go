// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"strings"

	"github.com/gozmq/zmq/internal/zerr"
)

// separator stands between the scheme and the address of an endpoint.
const separator = "://"

// Split cuts an endpoint at the first "://" into its scheme and its address,
// neither of which may be empty: otherwise the error is ErrInvalid. Whether the
// scheme exists is for the caller to say; schemes are lower case and compared
// exactly.
func Split(endpoint string) (scheme, address string, err error) {
	scheme, address, found := strings.Cut(endpoint, separator)
	switch {
	case !found:
		return "", "", zerr.Errorf(zerr.ErrInvalid, "endpoint %q has no %q, write for example %s", endpoint, separator, meant(endpoint))
	case scheme == "":
		return "", "", zerr.Errorf(zerr.ErrInvalid, "endpoint %q has no scheme", endpoint)
	case address == "":
		return "", "", zerr.Errorf(zerr.ErrInvalid, "endpoint %q has no address", endpoint)
	}
	return scheme, address, nil
}

// meant returns the endpoint that the writer of a text without a scheme has probably
// meant.
func meant(text string) string {
	switch host, port, found := strings.Cut(text, ":"); {
	case strings.HasPrefix(text, "/"):
		return "ipc://" + text
	case !found || strings.ContainsAny(text, "/ "):
	case host == "":
		return "tcp://*:" + port
	default:
		return "tcp://" + text
	}
	return "tcp://localhost:5555"
}
