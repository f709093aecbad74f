// SPDX-License-Identifier: Apache-2.0

package zmq4

import "github.com/gozmq/zmq/compat/zmq4"

// AuthAllow is zmq4.AuthAllow.
func AuthAllow(domain string, addresses ...string) { zmq4.AuthAllow(domain, addresses...) }

// AuthCurveAdd is zmq4.AuthCurveAdd.
func AuthCurveAdd(domain string, pubkeys ...string) { zmq4.AuthCurveAdd(domain, pubkeys...) }

// AuthCurvePublic is zmq4.AuthCurvePublic.
func AuthCurvePublic(z85SecretKey string) (z85PublicKey string, err error) {
	return zmq4.AuthCurvePublic(z85SecretKey)
}

// AuthCurveRemove is zmq4.AuthCurveRemove.
func AuthCurveRemove(domain string, pubkeys ...string) { zmq4.AuthCurveRemove(domain, pubkeys...) }

// AuthCurveRemoveAll is zmq4.AuthCurveRemoveAll.
func AuthCurveRemoveAll(domain string) { zmq4.AuthCurveRemoveAll(domain) }

// AuthDeny is zmq4.AuthDeny.
func AuthDeny(domain string, addresses ...string) { zmq4.AuthDeny(domain, addresses...) }

// AuthMetaBlob is zmq4.AuthMetaBlob.
func AuthMetaBlob(key, value string) (blob []byte, err error) { return zmq4.AuthMetaBlob(key, value) }

// AuthPlainAdd is zmq4.AuthPlainAdd.
func AuthPlainAdd(domain, username, password string) { zmq4.AuthPlainAdd(domain, username, password) }

// AuthPlainRemove is zmq4.AuthPlainRemove.
func AuthPlainRemove(domain string, usernames ...string) { zmq4.AuthPlainRemove(domain, usernames...) }

// AuthPlainRemoveAll is zmq4.AuthPlainRemoveAll.
func AuthPlainRemoveAll(domain string) { zmq4.AuthPlainRemoveAll(domain) }

// AuthSetVerbose is zmq4.AuthSetVerbose.
func AuthSetVerbose(verbose bool) { zmq4.AuthSetVerbose(verbose) }

// AuthStart is zmq4.AuthStart.
func AuthStart() (err error) { return zmq4.AuthStart() }

// AuthStop is zmq4.AuthStop.
func AuthStop() { zmq4.AuthStop() }

// NewCurveKeypair is zmq4.NewCurveKeypair.
func NewCurveKeypair() (z85_public_key, z85_secret_key string, err error) {
	return zmq4.NewCurveKeypair()
}

// Z85decode is zmq4.Z85decode.
func Z85decode(s string) string { return zmq4.Z85decode(s) }

// Z85encode is zmq4.Z85encode.
func Z85encode(data string) string { return zmq4.Z85encode(data) }

// AuthSetMetadataHandler is zmq4.AuthSetMetadataHandler.
func AuthSetMetadataHandler(
	handler func(version, request_id, domain, address, identity, mechanism string, credentials ...string) (metadata map[string]string),
) {
	zmq4.AuthSetMetadataHandler(handler)
}
