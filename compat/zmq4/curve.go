// SPDX-License-Identifier: Apache-2.0

package zmq4

import "github.com/gozmq/zmq"

// CURVE_ALLOW_ANY stands for every key in AuthCurveAdd: a domain that has it admits
// all clients.
const CURVE_ALLOW_ANY = "*"

// NewCurveKeypair makes a new pair of keys, each as 40 characters of Z85. The error is
// always nil.
func NewCurveKeypair() (z85_public_key, z85_secret_key string, err error) {
	pair := zmq.NewCurveKeypair()
	return pair.Public.String(), pair.Secret.Z85(), nil
}

// AuthCurvePublic returns the public key that belongs to a secret one, both as 40
// characters of Z85. It fails with EINVAL for what is no key.
func AuthCurvePublic(z85SecretKey string) (z85PublicKey string, err error) {
	secret, err := zmq.ParseSecretKey(z85SecretKey)
	if err != nil {
		return "", errno(err)
	}
	return secret.Public().String(), nil
}

// Z85encode writes bytes as text. It panics if their number is not a multiple of 4.
func Z85encode(data string) string {
	if len(data)%4 != 0 {
		panic("Z85encode: Length of data not a multiple of 4")
	}
	text, err := zmq.EncodeZ85([]byte(data))
	if err != nil {
		panic("Z85encode: " + err.Error())
	}
	return text
}

// Z85decode reads bytes that Z85encode has written. It panics if the length is not a
// multiple of 5, and returns an empty string for what is not Z85.
func Z85decode(s string) string {
	if len(s)%5 != 0 {
		panic("Z85decode: Length of Z85 string not a multiple of 5")
	}
	b, err := zmq.DecodeZ85(s)
	if err != nil {
		return ""
	}
	return string(b)
}

// ServerAuthNull makes the socket ask the authentication about addresses, in a domain,
// and about nothing else.
func (server *Socket) ServerAuthNull(domain string) error {
	if err := server.SetPlainServer(0); err != nil {
		return err
	}
	return server.setDomain(domain)
}

// ServerAuthPlain makes the socket a PLAIN server in a domain: clients send a name and a
// password in clear text, and the authentication decides.
func (server *Socket) ServerAuthPlain(domain string) error {
	if err := server.SetPlainServer(1); err != nil {
		return err
	}
	return server.setDomain(domain)
}

// ServerAuthCurve makes the socket a CURVE server in a domain, with a secret key as 40
// characters of Z85 or 32 bytes.
func (server *Socket) ServerAuthCurve(domain, secret_key string) error {
	if err := server.SetCurveServer(1); err != nil {
		return err
	}
	if err := server.SetCurveSecretkey(secret_key); err != nil {
		return err
	}
	return server.setDomain(domain)
}

func (server *Socket) setDomain(domain string) error {
	if domain == "" {
		return nil
	}
	return server.SetZapDomain(domain)
}

// ClientAuthPlain makes the socket a PLAIN client, which sends name and password in
// clear text.
func (client *Socket) ClientAuthPlain(username, password string) error {
	if err := client.SetPlainUsername(username); err != nil {
		return err
	}
	return client.SetPlainPassword(password)
}

// ClientAuthCurve makes the socket a CURVE client. The keys are 40 characters of Z85 or
// 32 bytes.
func (client *Socket) ClientAuthCurve(server_public_key, client_public_key, client_secret_key string) error {
	if err := client.SetCurveServerkey(server_public_key); err != nil {
		return err
	}
	if err := client.SetCurvePublickey(client_public_key); err != nil {
		return err
	}
	return client.SetCurveSecretkey(client_secret_key)
}
