// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/gozmq/zmq"
)

// Certificate is a CURVE key pair, or its public half, with metadata about its owner.
// Its files have the format of czmq's zcert and pyzmq's module "zmq.auth", and come in
// pairs. NAME.key is public and is given to others. NAME.key_secret holds both keys and
// stays private. Certificates are not signed, so every user with write access to a
// directory of accepted keys can add one.
type Certificate struct {
	// Keys has a zero Secret if only the public half is known.
	Keys zmq.CurveKeypair
	// Metadata are words about the owner, such as "name" and "email". Names consist of
	// letters, digits and "$-_@.&+/". Values have no control characters.
	Metadata map[string]string
}

// Suffixes of the names of certificate files.
const (
	publicEnd = ".key"
	secretEnd = "_secret"
)

// maxCertificate is the most bytes that are read of a file. A certificate has a few
// hundred.
const maxCertificate = 64 << 10

// NewCertificate makes a new key pair with the given metadata, which may be nil.
func NewCertificate(metadata map[string]string) Certificate {
	return Certificate{Keys: zmq.NewCurveKeypair(), Metadata: maps.Clone(metadata)}
}

// WithoutSecret returns the public half of the certificate, which can be given to
// others.
func (c Certificate) WithoutSecret() Certificate {
	public := c.Keys.Public
	if public.IsZero() {
		public = c.Keys.Secret.Public()
	}
	return Certificate{Keys: zmq.CurveKeypair{Public: public}, Metadata: maps.Clone(c.Metadata)}
}

// ReadCertificate reads a certificate file, public or secret. It fails with
// zmq.ErrInvalid if the file is not a certificate, or if its keys are not a pair.
func ReadCertificate(path string) (Certificate, error) {
	f, err := os.Open(path)
	if err != nil {
		return Certificate{}, fmt.Errorf("auth: certificate: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxCertificate+1))
	if err != nil {
		return Certificate{}, fmt.Errorf("auth: certificate: %w", err)
	}
	c, err := ParseCertificate(text)
	if err != nil {
		return Certificate{}, fmt.Errorf("auth: certificate %s: %w", path, err)
	}
	return c, nil
}

// ParseCertificate reads the text of a certificate file. Errors match
// zmq.ErrInvalid and do not quote keys.
func ParseCertificate(text []byte) (Certificate, error) {
	if len(text) > maxCertificate {
		return Certificate{}, fmt.Errorf("it has more than %d bytes: %w", maxCertificate, zmq.ErrInvalid)
	}
	sections, err := parseProperties(string(text))
	if err != nil {
		return Certificate{}, err
	}
	c := Certificate{Metadata: sections["metadata"]}
	public, havePublic := sections["curve"]["public-key"]
	secret, haveSecret := sections["curve"]["secret-key"]
	if !havePublic && !haveSecret {
		return Certificate{}, fmt.Errorf("it has no curve section with a public-key: %w", zmq.ErrInvalid)
	}
	if haveSecret {
		if c.Keys.Secret, err = zmq.ParseSecretKey(secret); err != nil {
			return Certificate{}, fmt.Errorf("its secret-key: %w", err)
		}
		c.Keys.Public = c.Keys.Secret.Public()
	}
	if havePublic {
		if c.Keys.Public, err = zmq.ParsePublicKey(public); err != nil {
			return Certificate{}, fmt.Errorf("its public-key: %w", err)
		}
		if haveSecret && c.Keys.Public != c.Keys.Secret.Public() {
			return Certificate{}, fmt.Errorf("its keys do not belong together: %w", zmq.ErrInvalid)
		}
	}
	return c, nil
}

// PublicText returns the text of the public file.
func (c Certificate) PublicText() ([]byte, error) {
	return c.text("ZeroMQ CURVE public certificate\n"+
		"Give it to the peers that you connect to, over a channel on which it cannot be altered.", false)
}

// SecretText returns the text of the secret file, which contains the secret key. It
// fails if the certificate has none.
func (c Certificate) SecretText() ([]byte, error) {
	if c.Keys.Secret.IsZero() {
		return nil, fmt.Errorf("auth: a secret certificate needs a secret key: %w", zmq.ErrInvalid)
	}
	return c.text("ZeroMQ CURVE **secret** certificate\n"+
		"Keep it to yourself, and do not change its permissions.", true)
}

func (c Certificate) text(title string, secret bool) ([]byte, error) {
	public := c.Keys.Public
	if !c.Keys.Secret.IsZero() {
		public = c.Keys.Secret.Public()
	}
	if public.IsZero() {
		return nil, fmt.Errorf("auth: a certificate needs a key: %w", zmq.ErrInvalid)
	}
	if !c.Keys.Public.IsZero() && c.Keys.Public != public {
		return nil, fmt.Errorf("auth: the keys of the certificate do not belong together: %w", zmq.ErrInvalid)
	}
	var b strings.Builder
	for line := range strings.Lines(title) {
		fmt.Fprintf(&b, "#   %s\n", strings.TrimSpace(line))
	}
	b.WriteString("\nmetadata\n")
	for _, name := range slices.Sorted(maps.Keys(c.Metadata)) {
		if err := writeProperty(&b, name, c.Metadata[name]); err != nil {
			return nil, fmt.Errorf("auth: metadata of a certificate: %w", err)
		}
	}
	b.WriteString("curve\n")
	fmt.Fprintf(&b, "    public-key = \"%s\"\n", public) // Z85 has no quotes
	if secret {
		fmt.Fprintf(&b, "    secret-key = \"%s\"\n", c.Keys.Secret.Z85())
	}
	return []byte(b.String()), nil
}

// WriteFiles writes NAME.key_secret, which only its owner may read, and NAME.key.
// Without a secret key it writes NAME.key alone. If name ends in one of these suffixes,
// the suffix is removed first. WriteFiles does not overwrite a file. It fails with
// fs.ErrExist if either file exists, and leaves no file behind when it fails.
func (c Certificate) WriteFiles(name string) error {
	public, secret := CertificateFiles(name)
	text, err := c.PublicText()
	if err != nil {
		return err
	}
	if _, err := os.Lstat(public); err == nil {
		return fmt.Errorf("auth: certificate %s: %w", public, os.ErrExist)
	}
	if !c.Keys.Secret.IsZero() {
		secretText, err := c.SecretText()
		if err != nil {
			return err
		}
		if err := writeNew(secret, secretText, 0o600); err != nil {
			return err
		}
	}
	if err := writeNew(public, text, 0o644); err != nil {
		if !c.Keys.Secret.IsZero() {
			_ = os.Remove(secret)
		}
		return err
	}
	return nil
}

// CertificateFiles returns the names of the files that WriteFiles writes.
func CertificateFiles(name string) (public, secret string) {
	name = strings.TrimSuffix(strings.TrimSuffix(name, secretEnd), publicEnd)
	return name + publicEnd, name + publicEnd + secretEnd
}

// writeNew writes a file that must not exist yet, and removes it if writing fails.
func writeNew(path string, text []byte, mode os.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return fmt.Errorf("auth: certificate: %w", err)
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		_ = os.Remove(path)
		return fmt.Errorf("auth: certificate: %w", err)
	}
	return nil
}
