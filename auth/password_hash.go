// SPDX-License-Identifier: Apache-2.0

// Hashes of passwords: argon2id, which HashPassword makes, and bcrypt, which "htpasswd
// -B" and many other programs make.

package auth

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
)

// Cost of a new hash: the second recommendation of OWASP's password storage cheat
// sheet, which keeps the memory of many checks at a time small.
const (
	argonMemory  = 19 << 10 // KiB
	argonTime    = 2
	argonThreads = 1
	argonSalt    = 16 // bytes, RFC 9106 section 3.1
	argonKey     = 32 // bytes
)

// The most that a hash in a file may cost, so that a typing error does not stop the
// server: 256 MiB, 16 passes, and a bcrypt cost of 15 (some seconds).
const (
	maxArgonMemory = 256 << 10
	maxArgonTime   = 16
	maxBcryptCost  = 15
)

const argonPrefix = "$argon2id$"

// HashPassword returns a hash of a password of 1 to 255 bytes with a new salt,
// in the form of PasswordFile: "$argon2id$v=19$m=19456,t=2,p=1$salt$key". It takes
// 19 MiB of memory and some hundredths of a second, as does each check.
func HashPassword(password string) (string, error) {
	if password == "" || len(password) > maxField {
		return "", fmt.Errorf("auth: a password has 1 to %d bytes, not %d", maxField, len(password))
	}
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt) // never fails: it ends the process instead
	h := argonHash{memory: argonMemory, time: argonTime, threads: argonThreads, salt: salt}
	h.key = h.derive(password, argonKey)
	return h.String(), nil
}

// passwordHash is a hash that passwords are checked against.
type passwordHash interface {
	matches(password string) bool
}

func parseHash(text string) (passwordHash, error) {
	switch {
	case strings.HasPrefix(text, argonPrefix):
		return parseArgon(text)
	case strings.HasPrefix(text, "$2a$"), strings.HasPrefix(text, "$2b$"), strings.HasPrefix(text, "$2y$"):
		return parseBcrypt(text)
	}
	return nil, errors.New("the hash is neither argon2id ($argon2id$...) nor bcrypt ($2a$, $2b$, $2y$)")
}

// argonHash is a hash in the PHC string format.
type argonHash struct {
	memory, time uint32
	threads      uint8
	salt, key    []byte
}

func parseArgon(text string) (passwordHash, error) {
	parts := strings.Split(strings.TrimPrefix(text, argonPrefix), "$")
	if len(parts) != 4 || parts[0] != "v="+strconv.Itoa(argon2.Version) {
		return nil, fmt.Errorf("the hash is not %sv=%d$m=...,t=...,p=...$salt$key", argonPrefix, argon2.Version)
	}
	var h argonHash
	var err error
	costs := strings.Split(parts[1], ",")
	if len(costs) != 3 {
		return nil, errors.New("the hash does not have the costs m, t and p")
	}
	cost := func(i int, name string, most uint64) uint64 {
		n, parseErr := strconv.ParseUint(strings.TrimPrefix(costs[i], name+"="), 10, 32)
		if err == nil && (parseErr != nil || !strings.HasPrefix(costs[i], name+"=") || n < 1 || n > most) {
			err = fmt.Errorf("the hash's cost %s is not from 1 to %d", name, most)
		}
		return n
	}
	h.memory, h.time, h.threads = uint32(cost(0, "m", maxArgonMemory)), uint32(cost(1, "t", maxArgonTime)), uint8(cost(2, "p", 255))
	if err != nil {
		return nil, err
	}
	if h.salt, err = base64.RawStdEncoding.Strict().DecodeString(parts[2]); err != nil || len(h.salt) < 8 || len(h.salt) > 64 {
		return nil, errors.New("the hash's salt is not 8 to 64 bytes in base64 without padding")
	}
	if h.key, err = base64.RawStdEncoding.Strict().DecodeString(parts[3]); err != nil || len(h.key) < 16 || len(h.key) > 64 {
		return nil, errors.New("the hash's key is not 16 to 64 bytes in base64 without padding")
	}
	return h, nil
}

// String is the PHC string format.
func (h argonHash) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("%sv=%d$m=%d,t=%d,p=%d$%s$%s", argonPrefix, argon2.Version, h.memory, h.time, h.threads,
		b64.EncodeToString(h.salt), b64.EncodeToString(h.key))
}

func (h argonHash) derive(password string, size int) []byte {
	return argon2.IDKey([]byte(password), h.salt, h.time, h.memory, h.threads, uint32(size))
}

func (h argonHash) matches(password string) bool {
	return subtle.ConstantTimeCompare(h.derive(password, len(h.key)), h.key) == 1
}

type bcryptHash string

// bcryptSize is the length of a hash with its salt and cost.
const bcryptSize = 60

func parseBcrypt(text string) (passwordHash, error) {
	cost, err := bcrypt.Cost([]byte(text))
	switch {
	case err != nil || len(text) != bcryptSize:
		return nil, errors.New("the bcrypt hash is malformed")
	case cost > maxBcryptCost:
		return nil, fmt.Errorf("the bcrypt hash's cost is not below %d", maxBcryptCost+1)
	}
	return bcryptHash(text), nil
}

// matches refuses passwords of which bcrypt would use only a part.
func (h bcryptHash) matches(password string) bool {
	const most = 72
	err := bcrypt.CompareHashAndPassword([]byte(h), []byte(password)[:min(len(password), most)])
	return err == nil && len(password) <= most
}
